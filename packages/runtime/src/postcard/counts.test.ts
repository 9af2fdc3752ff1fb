import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reader } from "../bytes/reader.js";
import { Writer } from "../bytes/writer.js";
import { readCount, readTag, takeLength, unknownVariant, writeCount } from "./counts.js";
import { DecodeFault } from "./faults.js";
import { readArrayCount } from "./memory.js";
import { enter, leave } from "./nesting.js";

function at(bytes: Iterable<number>, start = 0): Reader {
  const r = new Reader();
  const array = Uint8Array.from(bytes);
  r.reset(array, start, array.length);
  return r;
}

describe("readCount", () => {
  it("takes a count that just fits", () => {
    expect(readCount(at([3, 1, 2, 3]), 1)).toBe(3);
    expect(readCount(at([1, 1, 2, 3, 4]), 4)).toBe(1);
  });

  it("refuses a count that cannot fit, at the end of the input", () => {
    for (const [bytes, least] of [
      [[4, 1, 2, 3], 1],
      [[1, 1, 2, 3], 4],
      [[0xff, 0xff, 0xff, 0xff, 0x0f, 1], 1],
      [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 1], 8],
    ] as const) {
      expect(() => readCount(at(bytes), least)).toThrow(
        expect.objectContaining({ reason: "unexpected EOF", offset: bytes.length }),
      );
    }
  });

  it("bounds elements without bytes over the whole payload", () => {
    const half = [0x80, 0x80, 0x02];
    const r = at([...half, ...half, 1]);
    expect(readCount(r, 0) + readCount(r, 0)).toBe(65536);
    expect(() => readCount(r, 0)).toThrow("more than 65536 elements without bytes at byte 7");
  });

  it("never lets nested counts claim more elements than the payload has bytes", () => {
    // Lists of lists of lists …: every count is read with a slot for each element made first, as codecs do.
    let slots = 0;
    const read = (r: Reader): void => {
      const count = readCount(r, 1);
      slots += count;
      for (let i = 0; i < count; i++) read(r);
    };
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 200, max: 127 }),
      fc.nat(120).map((n) => Uint8Array.from({ length: n }, (_, i) => n - i)),
    );
    fc.assert(
      fc.property(hostile, (bytes) => {
        slots = 0;
        try {
          read(at(bytes));
        } catch (fault) {
          expect(fault).toBeInstanceOf(DecodeFault);
        }
        expect(slots).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});

describe("readArrayCount", () => {
  it("bounds a fixed array before memory is taken", () => {
    expect(readArrayCount(at([1, 2, 3]), 3, 1)).toBe(3);
    expect(() => readArrayCount(at([1, 2, 3]), 2 ** 31, 1)).toThrow("unexpected EOF at byte 3");
    expect(() => readArrayCount(at([]), 65537, 0)).toThrow("more than 65536 elements without bytes");
  });
});

describe("lengths, tags, depth", () => {
  it("compares a length with what remains, however large it is", () => {
    const r = at([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0x61]);
    expect(() => takeLength(r)).toThrow("unexpected EOF at byte 10");
  });

  it("does not cut a tag to 32 bits, and takes its longer forms", () => {
    expect(readTag(at([0x80, 0x80, 0x80, 0x80, 0x10]))).toBe(2 ** 32);
    expect(readTag(at([0x81, 0]))).toBe(1);
    expect(() => unknownVariant(at([7]), 7)).toThrow("variant index 7");
  });

  it("counts offsets from the start of the payload", () => {
    expect(() => readTag(at([1, 2, 0x80], 2))).toThrow("unexpected EOF at byte 1");
  });

  it("writes counts up to 2^32 - 1", () => {
    const w = new Writer(16);
    expect(writeCount(w, 0, 2 ** 32 - 1)).toBe(5);
    expect(readTag(at(w.buffer.subarray(0, 5)))).toBe(2 ** 32 - 1);
  });

  it("allows 128 levels and no more", () => {
    for (const x of [new Writer(), new Reader()]) {
      for (let i = 0; i < 128; i++) enter(x);
      expect(() => enter(x)).toThrow("nested deeper than 128 levels");
      leave(x);
      leave(x);
      expect(() => enter(x)).not.toThrow();
    }
  });
});
