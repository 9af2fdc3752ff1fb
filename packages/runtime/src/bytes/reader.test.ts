import { describe, expect, it } from "vitest";
import { Reader } from "./reader.js";

describe("Reader", () => {
  it("keeps its view while the buffer stays the same", () => {
    const r = new Reader();
    const chunk = new Uint8Array(32);
    r.reset(chunk, 0, 10);
    const { view } = r;
    r.reset(chunk, 10, 20);
    expect(r.view).toBe(view);
    r.reset(new Uint8Array(32), 0, 10);
    expect(r.view).not.toBe(view);
  });

  it("views the same bytes as a buffer that starts inside its memory", () => {
    const r = new Reader();
    const memory = Uint8Array.from([9, 9, 1, 2, 3]);
    r.reset(memory.subarray(2));
    expect(r.view.getUint8(0)).toBe(1);
    expect(r.view.byteLength).toBe(3);
  });

  it("starts every payload without claims and depth", () => {
    const r = new Reader();
    r.claimed = 5;
    r.claimedEmpty = 6;
    r.depth = 7;
    r.reset(new Uint8Array(4), 1);
    expect(r).toMatchObject({ claimed: 0, claimedEmpty: 0, depth: 0, start: 1, position: 1, end: 4 });
  });

  it("lets go of its buffer", () => {
    const r = new Reader();
    const chunk = new Uint8Array(32);
    r.reset(chunk);
    expect(r.view.buffer).toBe(chunk.buffer);
    r.release();
    expect(r.buffer.length).toBe(0);
    expect(r.view.buffer).not.toBe(chunk.buffer);
  });
});
