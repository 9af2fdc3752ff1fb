/**
 * What is announced where the method's own types are not known: the response root `Result<(), VoxError<never>>`.
 * A test compares it with the recorded announcement. Source: `protocol/schemas.md` §4.
 */
import { type Binding, schema, typeRef } from "../call/binding.js";

/** Binding of a response that carries no value of the method: UnknownMethod, or Cancelled by a side without handlers. */
export const narrowResponse: Binding = {
  root: /*@__PURE__*/ typeRef(0x42046de663beeef0n, [
    /*@__PURE__*/ typeRef(0xbc5c33249a2dc720n),
    /*@__PURE__*/ typeRef(0x4cf4b2aeb98a1939n, [/*@__PURE__*/ typeRef(0x5db70a394660f3e6n)]),
  ]),
  schemas: [
    /*@__PURE__*/ schema(
      0xbc5c33249a2dc720n,
      ["o2JpZBu8XDMkmi3HIGt0eXBlX3BhcmFtc4Bka2luZKJjdGFnaXByaW1pdGl2ZW5wcmltaXRpdmVfdHlwZWR1bml0"].join(""),
    ),
    /*@__PURE__*/ schema(
      0x5db70a394660f3e6n,
      ["o2JpZBtdtwo5RmDz5mt0eXBlX3BhcmFtc4Bka2luZKJjdGFnaXByaW1pdGl2ZW5wcmltaXRpdmVfdHlwZWVuZXZlcg=="].join(
        "",
      ),
    ),
    /*@__PURE__*/ schema(
      0x6d7dce914ee150e8n,
      ["o2JpZBttfc6RTuFQ6Gt0eXBlX3BhcmFtc4Bka2luZKJjdGFnaXByaW1pdGl2ZW5wcmltaXRpdmVfdHlwZWZzdHJpbmc="].join(
        "",
      ),
    ),
    /*@__PURE__*/ schema(
      0x4cf4b2aeb98a1939n,
      [
        "o2JpZBtM9LKuuYoZOWt0eXBlX3BhcmFtc4FhRWRraW5ko2N0YWdkZW51bWRuYW1laFZveEVycm9yaHZhcmlhbnRziKNkbmFt",
        "ZWRVc2VyZWluZGV4AGdwYXlsb2FkomN0YWdnbmV3dHlwZWh0eXBlX3JlZqJjdGFnY3ZhcmRuYW1lYUWjZG5hbWVtVW5rbm93",
        "bk1ldGhvZGVpbmRleAFncGF5bG9hZGR1bml0o2RuYW1lbkludmFsaWRQYXlsb2FkZWluZGV4AmdwYXlsb2FkomN0YWdnbmV3",
        "dHlwZWh0eXBlX3JlZqNjdGFnaGNvbmNyZXRlZ3R5cGVfaWQbbX3OkU7hUOhkYXJnc4CjZG5hbWVpQ2FuY2VsbGVkZWluZGV4",
        "A2dwYXlsb2FkZHVuaXSjZG5hbWVwQ29ubmVjdGlvbkNsb3NlZGVpbmRleARncGF5bG9hZGR1bml0o2RuYW1lb1Nlc3Npb25T",
        "aHV0ZG93bmVpbmRleAVncGF5bG9hZGR1bml0o2RuYW1lalNlbmRGYWlsZWRlaW5kZXgGZ3BheWxvYWRkdW5pdKNkbmFtZW1J",
        "bmRldGVybWluYXRlZWluZGV4B2dwYXlsb2FkZHVuaXQ=",
      ].join(""),
    ),
    /*@__PURE__*/ schema(
      0x42046de663beeef0n,
      [
        "o2JpZBtCBG3mY77u8Gt0eXBlX3BhcmFtc4JhVGFFZGtpbmSjY3RhZ2RlbnVtZG5hbWVmUmVzdWx0aHZhcmlhbnRzgqNkbmFt",
        "ZWJPa2VpbmRleABncGF5bG9hZKJjdGFnZ25ld3R5cGVodHlwZV9yZWaiY3RhZ2N2YXJkbmFtZWFUo2RuYW1lY0VycmVpbmRl",
        "eAFncGF5bG9hZKJjdGFnZ25ld3R5cGVodHlwZV9yZWaiY3RhZ2N2YXJkbmFtZWFF",
      ].join(""),
    ),
  ],
};
