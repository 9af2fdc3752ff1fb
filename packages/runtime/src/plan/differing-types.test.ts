import { describe, expect, it } from "vitest";
import { typeRef } from "../call/binding.js";
import type { TypeRef } from "../schema/model.js";
import { decideArguments, decideResponse } from "./differing-types.js";
import { sameType } from "./same-type.js";

const u32 = typeRef(0x281c5be4f2ee63b4n);
const text = typeRef(0x6d7dce914ee150e8n);
const unit = typeRef(0xbc5c33249a2dc720n);
const never = typeRef(0x5db70a394660f3e6n);
const list = (...args: TypeRef[]): TypeRef => typeRef(0x0a96b404b4d79d67n, args);
const option = (element: TypeRef): TypeRef => typeRef(0xdcafd4de6b7969bbn, [element]);
const result = (ok: TypeRef, error: TypeRef): TypeRef =>
  typeRef(0x42046de663beeef0n, [ok, typeRef(0x4cf4b2aeb98a1939n, [error])]);

describe("sameType", () => {
  it("compares ids and arguments at every depth", () => {
    expect(sameType(list(option(u32)), list(option(u32)))).toBe(true);
    expect(sameType(list(option(u32)), list(option(text)))).toBe(false);
    expect(sameType(list(u32), option(u32))).toBe(false);
    expect(sameType({ tag: "var", name: "T" }, { tag: "var", name: "T" })).toBe(true);
    expect(sameType({ tag: "var", name: "T" }, { tag: "var", name: "U" })).toBe(false);
    expect(sameType({ tag: "var", name: "T" }, u32)).toBe(false);
  });

  it("tolerates more arguments of a remote list, which a HashSet has, and nothing else", () => {
    expect(sameType(list(u32), list(u32, text))).toBe(true);
    expect(sameType(list(u32), list(text, u32))).toBe(false);
    expect(sameType(list(u32, text), list(u32))).toBe(false);
    expect(sameType(option(u32), typeRef(0xdcafd4de6b7969bbn, [u32, text]))).toBe(false);
  });
});

describe("decideArguments", () => {
  it("fits equal roots and names both sides of different ones", () => {
    expect(decideArguments(list(u32), list(u32))).toBeUndefined();
    expect(decideArguments(list(u32), list(text))).toEqual({ local: list(u32), remote: list(text) });
  });
});

describe("decideResponse", () => {
  const local = result(u32, text);

  it("fits an equal root", () => {
    expect(decideResponse(local, result(u32, text))).toEqual({ ok: undefined, user: undefined });
  });

  it("fits the narrow root of a runtime error: it says nothing about values", () => {
    expect(decideResponse(local, result(unit, never))).toEqual({ ok: undefined, user: undefined });
  });

  it("fits a root that lost the error type, when the result is equal", () => {
    expect(decideResponse(local, result(u32, never))).toEqual({ ok: undefined, user: undefined });
    expect(decideResponse(local, result(text, never)).ok).toEqual({ local: u32, remote: text });
  });

  it("decides result and error apart", () => {
    expect(decideResponse(local, result(text, text))).toEqual({
      ok: { local: u32, remote: text },
      user: undefined,
    });
    expect(decideResponse(local, result(unit, text)).ok).toEqual({ local: u32, remote: unit });
    const changed = decideResponse(local, result(u32, u32));
    expect(changed.ok).toBeUndefined();
    expect(changed.user).toBeDefined();
  });

  it("fits nothing of a root that is no Result", () => {
    expect(decideResponse(local, u32)).toEqual({ ok: { local, remote: u32 }, user: { local, remote: u32 } });
  });
});
