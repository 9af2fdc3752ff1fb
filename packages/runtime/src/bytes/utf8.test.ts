import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loneSurrogateIndex, nativeUtf8, portableUtf8, type Utf8, utf8, utf8Length } from "./utf8.js";

const native = nativeUtf8() as Utf8;
const ways: readonly (readonly [string, Utf8])[] = [
  ["native", native],
  ["portable", portableUtf8()],
];
const text = fc.string({ unit: "binary", maxLength: 200 });

describe.each(ways)("%s UTF-8", (_name, way) => {
  it("writes and reads any text at any offset", () => {
    fc.assert(
      fc.property(text, fc.nat(9), (value, at) => {
        const target = new Uint8Array(at + value.length * 3);
        const written = way.encode(target, value, at);
        expect(written).toBe(utf8Length(value));
        expect([...target.subarray(at, at + written)]).toEqual([...new TextEncoder().encode(value)]);
        expect(way.decode(target, at, at + written)).toBe(value);
      }),
    );
  });

  it("keeps a byte order mark and a replacement character that were sent", () => {
    const bytes = new TextEncoder().encode("\uFEFFa\uFFFDb");
    expect(way.decode(bytes, 0, bytes.length)).toBe("\uFEFFa\uFFFDb");
  });

  it.each([
    ["lone continuation", [0x80]],
    ["cut sequence", [0xe4, 0xb8]],
    ["overlong", [0xc0, 0x80]],
    ["surrogate", [0xed, 0xa0, 0x80]],
    ["above U+10FFFF", [0xf4, 0x90, 0x80, 0x80]],
    ["five bytes", [0xf8, 0x88, 0x80, 0x80, 0x80]],
    ["one beside a real replacement character", [0xef, 0xbf, 0xbd, 0xff]],
  ])("refuses %s", (_what, bytes) => {
    expect(way.decode(Uint8Array.from(bytes), 0, bytes.length)).toBeUndefined();
  });
});

describe("UTF-8", () => {
  it("is native in Node", () => {
    expect(utf8.encode.toString()).toBe(native.encode.toString());
  });

  it("both ways agree on random bytes", () => {
    const portable = portableUtf8();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(native.decode(bytes, 0, bytes.length)).toBe(portable.decode(bytes, 0, bytes.length));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["", -1],
    ["a🦀b", -1],
    ["\ud83e", 0],
    ["a\udd80", 1],
    ["🦀\ud83e\ud83e\udd80", 2],
    ["🦀🦀\udd80", 4],
  ])("finds the lone surrogate of %j", (value, index) => {
    expect(loneSurrogateIndex(value)).toBe(index);
  });
});
