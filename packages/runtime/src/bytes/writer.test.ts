import { describe, expect, it } from "vitest";
import { Writer } from "./writer.js";

describe("Writer", () => {
  it("keeps what was written and its offsets when it grows", () => {
    const w = new Writer(4);
    w.buffer.set([1, 2, 3, 4]);
    w.grow(4, 10);
    expect([...w.buffer.subarray(0, 4)]).toEqual([1, 2, 3, 4]);
    expect(w.limit).toBe(14);
    expect(w.buffer.length).toBe(w.limit);
    w.view.setUint8(5, 9);
    expect(w.buffer[5]).toBe(9);
  });

  it("at least doubles, so that many small writes copy little", () => {
    const w = new Writer(100);
    w.grow(99, 2);
    expect(w.limit).toBe(200);
  });

  it("does not carry over what is before keep", () => {
    const w = new Writer(4);
    w.buffer.set([1, 2, 3, 4]);
    w.keep = 2;
    w.grow(4, 4);
    expect([...w.buffer.subarray(0, 4)]).toEqual([0, 0, 3, 4]);
  });
});
