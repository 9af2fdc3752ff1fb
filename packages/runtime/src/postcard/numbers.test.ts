import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reader } from "../bytes/reader.js";
import { Writer } from "../bytes/writer.js";
import { readF32, writeF32 } from "./f32.js";
import { readF64, writeF64 } from "./f64.js";
import { readF32List, readF64List, writeF32List, writeF64List } from "./float-lists.js";
import { type IntegerType, integerRanges } from "./integer-ranges.js";
import * as small from "./integers.js";
import { readU32, writeU32 } from "./u32.js";
import * as u64 from "./u64.js";
import * as wide from "./wide-integers.js";

type Write<T> = (w: Writer, p: number, value: T) => number;
type Read<T> = (r: Reader) => T;

function bytesOf<T>(write: Write<T>, value: T): Uint8Array {
  const w = new Writer(64);
  const end = write(w, 0, value);
  return w.buffer.slice(0, end);
}

function readFrom<T>(read: Read<T>, bytes: Uint8Array): T {
  const r = new Reader();
  r.reset(bytes);
  const value = read(r);
  expect(r.position).toBe(bytes.length);
  return value;
}

/** LEB128 and zigzag the slow way, as a second opinion. */
function reference(type: IntegerType, value: bigint): number[] {
  if (type.endsWith("8") && !type.endsWith("128")) return [Number(BigInt.asUintN(8, value))];
  let rest = type.startsWith("u") ? value : value < 0n ? -2n * value - 1n : 2n * value;
  const bytes: number[] = [];
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

function valuesOf(type: IntegerType): fc.Arbitrary<bigint> {
  const [low, high] = integerRanges[type];
  const bits = fc.integer({ min: 0, max: 128 }).map((n) => 1n << BigInt(n));
  const edges = fc
    .tuple(bits, fc.constantFrom(-1n, 0n, 1n), fc.constantFrom(1n, -1n))
    .map(([n, d, sign]) => sign * n + d);
  return fc.oneof(
    fc.bigInt({ min: low, max: high }),
    edges.filter((n) => n >= low && n <= high),
    fc.constantFrom(low, high),
  );
}

const narrow: readonly (readonly [IntegerType, Write<number>, Read<number>])[] = [
  ["u8", small.writeU8, small.readU8],
  ["i8", small.writeI8, small.readI8],
  ["u16", small.writeU16, small.readU16],
  ["i16", small.writeI16, small.readI16],
  ["u32", writeU32, readU32],
  ["i32", small.writeI32, small.readI32],
];
const asBigint: readonly (readonly [IntegerType, Write<bigint>, Read<bigint>])[] = [
  ["u64", u64.writeU64, u64.readU64],
  ["i64", wide.writeI64, wide.readI64],
  ["u128", wide.writeU128, wide.readU128],
  ["i128", wide.writeI128, wide.readI128],
];
const asNumber: readonly (readonly [IntegerType, Write<number>, Read<number>])[] = [
  ["u64", u64.writeU64Number, wide.readU64Number],
  ["i64", wide.writeI64Number, wide.readI64Number],
  ["u128", u64.writeU64Number, wide.readU128Number],
  ["i128", wide.writeI64Number, wide.readI128Number],
];

describe("integers", () => {
  it.each(narrow)("%s: every value has its one encoding", (type, write, read) => {
    fc.assert(
      fc.property(valuesOf(type), (value) => {
        const bytes = bytesOf(write, Number(value));
        expect([...bytes]).toEqual(reference(type, value));
        expect(readFrom(read, bytes)).toBe(Number(value));
      }),
    );
  });

  it.each(asBigint)("%s: every value has its one encoding", (type, write, read) => {
    fc.assert(
      fc.property(valuesOf(type), (value) => {
        const bytes = bytesOf(write, value);
        expect([...bytes]).toEqual(reference(type, value));
        expect(readFrom(read, bytes)).toBe(value);
      }),
    );
  });

  it.each(asNumber)("%s as number: the same bytes for every safe integer", (type, write, read) => {
    const isSafe = (n: bigint): boolean => Number.isSafeInteger(Number(n));
    fc.assert(
      fc.property(fc.oneof(valuesOf(type).filter(isSafe), fc.constantFrom(0n, 2n ** 53n - 1n)), (value) => {
        const bytes = bytesOf(write, Number(value));
        expect([...bytes]).toEqual(reference(type, value));
        expect(readFrom(read, bytes)).toBe(Number(value));
      }),
    );
    if (type.startsWith("i"))
      expect(readFrom(read, bytesOf(write, Number.MIN_SAFE_INTEGER))).toBe(Number.MIN_SAFE_INTEGER);
  });

  it.each(asNumber)("%s as number: refuses what a number cannot hold", (type, _write, read) => {
    const bytes = Uint8Array.from(reference(type, 2n ** 53n));
    expect(() => readFrom(read, bytes)).toThrow(`9007199254740992 of ${type} does not fit a number`);
  });

  it.each([...narrow, ...asNumber])("%s: refuses random values that are no such number", (_type, write) => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true }), (value) => {
        fc.pre(!Number.isInteger(value));
        expect(() => bytesOf(write, value as number)).toThrow();
      }),
    );
  });

  it.each([...narrow, ...asNumber])("%s: takes -0 as 0", (_type, write) => {
    expect([...bytesOf(write, -0)]).toEqual([0]);
  });

  it.each(["u16", "i16", "u32", "i32", "u64", "i64"])("%s: takes longer forms up to ten bytes", (type) => {
    const read = [...narrow, ...asBigint].find(([name]) => name === type)?.[2] as Read<number | bigint>;
    for (let length = 2; length <= 10; length++) {
      const bytes = new Uint8Array(length).fill(0x80);
      bytes[0] = 0x82;
      bytes[length - 1] = 0;
      expect(Number(readFrom(read, bytes))).toBe(type.startsWith("u") ? 2 : 1);
    }
    expect(() => readFrom(read, new Uint8Array(11).fill(0x80))).toThrow("varint overflow at byte 0");
  });
});

describe("floats", () => {
  it("keep every bit pattern of f64 but signalling NaN", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(readFrom(readF64, bytesOf(writeF64, value))).toBe(value);
      }),
    );
    expect(readFrom(readF64, bytesOf(writeF64, -0))).toBe(-0);
  });

  it("round f64 to f32 and refuse finite values beyond it", () => {
    expect(readFrom(readF32, bytesOf(writeF32, 0.1))).toBe(Math.fround(0.1));
    // The largest double that rounds to the largest f32, and the next.
    const last = 3.4028235677973362e38;
    expect(readFrom(readF32, bytesOf(writeF32, last))).toBe(3.4028234663852886e38);
    expect(() => bytesOf(writeF32, 3.4028235677973366e38)).toThrow("not a value of f32");
    expect(() => bytesOf(writeF32, -Number.MAX_VALUE)).toThrow("not a value of f32");
    for (const special of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      expect(readFrom(readF32, bytesOf(writeF32, special))).toBe(special);
  });

  it("in lists have the bytes of single ones", () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 300 }), (values) => {
        const bytes = bytesOf(writeF64List, values);
        expect(bytes.length).toBe(values.length * 8 + (values.length > 127 ? 2 : 1));
        expect(readFrom(readF64List, bytes)).toEqual(values);
        const halves = values
          .map(Math.fround)
          .filter((v, i) => Number.isFinite(v) === Number.isFinite(values[i]));
        expect(readFrom(readF32List, bytesOf(writeF32List, halves))).toEqual(halves);
      }),
    );
    expect(() => bytesOf(writeF64List, [1, "2" as never])).toThrow("not a value of f64");
    expect(() => readFrom(readF64List, Uint8Array.from([2, ...new Uint8Array(15)]))).toThrow(
      "unexpected EOF",
    );
  });
});
