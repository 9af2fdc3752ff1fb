/**
 * The announcement for a method whose own types are not known: the response root `Result<(), VoxError<never>>`.
 * A test compares it with the recorded announcement. Source: `protocol/schemas.md` §4.
 */
import { type Binding, typeRef } from "../call/binding.js";
import {
  neverSchema,
  resultSchema,
  stringSchema,
  unitSchema,
  voxErrorSchema,
} from "../call/known-schemas.js";

/** Binding of a response that carries no value of the method: UnknownMethod, or Cancelled by a side without handlers. */
export const narrowResponse: Binding = {
  root: /*@__PURE__*/ typeRef(0x42046de663beeef0n, [
    /*@__PURE__*/ typeRef(0xbc5c33249a2dc720n),
    /*@__PURE__*/ typeRef(0x4cf4b2aeb98a1939n, [/*@__PURE__*/ typeRef(0x5db70a394660f3e6n)]),
  ]),
  schemas: [unitSchema, neverSchema, stringSchema, voxErrorSchema, resultSchema],
};
