import { describe, expect, it } from "vitest";
import { Reader } from "../bytes/reader.js";
import { Writer } from "../bytes/writer.js";
import {
  readTypedF64,
  readTypedF64Array,
  readTypedI16,
  readTypedU32Array,
  readTypedU64,
  writeTypedF64,
  writeTypedF64Array,
  writeTypedI16,
  writeTypedU32Array,
  writeTypedU64,
} from "./typed-arrays.js";

function reader(bytes: Uint8Array): Reader {
  const r = new Reader();
  r.reset(bytes);
  return r;
}

describe("typed arrays", () => {
  it("have the bytes of a list", () => {
    const w = new Writer(1);
    const end = writeTypedI16(w, 0, Int16Array.of(-1, 300));
    expect([...w.buffer.subarray(0, end)]).toEqual([2, 1, 0xd8, 0x04]);
    expect(readTypedI16(reader(w.buffer.subarray(0, end)))).toEqual(Int16Array.of(-1, 300));
  });

  it("write only the part of the memory that they show, and may begin at any offset", () => {
    const memory = Float64Array.of(1, 2, 3, 4);
    const w = new Writer(1);
    const end = writeTypedF64(w, 3, memory.subarray(1, 3));
    expect(readTypedF64(reader(w.buffer.subarray(3, end)))).toEqual(Float64Array.of(2, 3));
  });

  it("of fixed length have no count, and refuse another length", () => {
    const w = new Writer(1);
    const end = writeTypedU32Array(w, 0, Uint32Array.of(1, 2 ** 32 - 1), 2);
    expect(end).toBe(6);
    expect(readTypedU32Array(reader(w.buffer.subarray(0, end)), 2)).toEqual(Uint32Array.of(1, 2 ** 32 - 1));
    expect(() => writeTypedU32Array(w, 0, Uint32Array.of(1), 2)).toThrow("expected 2 elements, got 1");
    expect(() => writeTypedF64Array(w, 0, [1] as never, 1)).toThrow("expected Float64Array, got array of 1");
  });

  it("do not take memory for elements that are not there", () => {
    expect(() => readTypedF64Array(reader(new Uint8Array(8)), 2 ** 31)).toThrow(/ at byte 8$/);
    expect(() => readTypedU64(reader(Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0x0f])))).toThrow(
      "unexpected EOF",
    );
  });

  it("hold 64-bit integers", () => {
    const w = new Writer(1);
    const values = BigUint64Array.of(0n, 2n ** 64n - 1n);
    const end = writeTypedU64(w, 0, values);
    expect(readTypedU64(reader(w.buffer.subarray(0, end)))).toEqual(values);
  });
});
