import { describe, expect, it } from "vitest";
import { Reader } from "../bytes/reader.js";
import { Writer } from "../bytes/writer.js";
import { readBytes, writeBytes } from "./byte-strings.js";
import { readString, writeString } from "./text.js";

function roundTrip(text: string, capacity: number): { bytes: Uint8Array; text: string } {
  const w = new Writer(capacity);
  const end = writeString(w, 0, text);
  const bytes = w.buffer.slice(0, end);
  const r = new Reader();
  r.reset(bytes);
  const read = readString(r);
  expect(r.position).toBe(bytes.length);
  return { bytes, text: read };
}

describe("strings", () => {
  // Every entry of the table for short texts, and around every other change of strategy: the loop, one length byte,
  // two, three, computed room.
  const lengths = [
    0, 1, 11, 12, 13, 27, 28, 29, 41, 42, 43, 126, 127, 128, 129, 5461, 5462, 16383, 16384, 16385, 40000,
  ];
  it.each(lengths)("of %i units, in every mix of characters, from a writer without room", (length) => {
    for (const unit of ["a", "é", "世", "🦀"]) {
      for (const text of [
        unit.repeat(length / unit.length),
        `${"x".repeat(Math.max(0, length - unit.length))}${unit}`,
        `${unit}${"x".repeat(Math.max(0, length - unit.length))}`,
      ]) {
        const { bytes, text: read } = roundTrip(text, 1);
        expect(read).toBe(text);
        const expected = new TextEncoder().encode(text);
        expect(bytes.subarray(bytes.length - expected.length)).toEqual(expected);
      }
    }
  });

  it("refuses lone surrogates at every place of a text", () => {
    for (const length of [0, 10, 27, 28, 60, 20000]) {
      for (const lone of ["\ud800", "\udfff", "\udc00\ud800"]) {
        for (const text of [
          lone + "x".repeat(length),
          "x".repeat(length) + lone,
          `é${"x".repeat(length)}${lone}`,
        ])
          expect(() => writeString(new Writer(), 0, text)).toThrow("not a value of string");
      }
    }
  });

  it("refuses invalid UTF-8 of every length, at the offset of the text", () => {
    for (let length = 1; length <= 50; length++) {
      const bytes = new Uint8Array(length + 1).fill(0x61);
      bytes[0] = length;
      bytes[length] = 0xff;
      const r = new Reader();
      r.reset(bytes);
      expect(() => readString(r)).toThrow("invalid UTF-8 at byte 1");
    }
  });
});

describe("bytes", () => {
  const read = (length: number): { chunk: Uint8Array; value: Uint8Array } => {
    const w = new Writer(1);
    const end = writeBytes(
      w,
      0,
      Uint8Array.from({ length }, (_, i) => i),
    );
    const chunk = Buffer.from(w.buffer.subarray(0, end));
    const r = new Reader();
    r.reset(chunk);
    return { chunk, value: readBytes(r) };
  };

  it.each([0, 1, 24, 25, 1024, 1025])("of %i come back as plain Uint8Array, also from a Buffer", (length) => {
    const { value } = read(length);
    expect(Object.getPrototypeOf(value)).toBe(Uint8Array.prototype);
    expect([...value]).toEqual(Array.from({ length }, (_, i) => i & 0xff));
  });

  it("up to 1 KiB are a copy, above that a view of the chunk", () => {
    expect(read(1024).value.buffer).not.toBe(read(1024).chunk.buffer);
    const small = read(1024);
    small.chunk.fill(7);
    expect(small.value[1000]).toBe(1000 & 0xff);
    const large = read(1025);
    expect(large.value.buffer).toBe(large.chunk.buffer);
  });
});
