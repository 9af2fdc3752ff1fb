import { describe, expect, it } from "vitest";
import { CodecError } from "../errors.js";
import type { Framing, Link } from "../link/link.js";
import { FakeClock } from "../testing/fake-clock.js";
import { LinkTraffic } from "./link-traffic.js";
import { Outbox } from "./outbox.js";

const lengthFraming: Framing = {
  headerBytes: 4,
  writeHeader(buffer, offset, bodyBytes) {
    new DataView(buffer.buffer).setUint32(offset, bodyBytes, true);
  },
};

/** A link that records its batches; `takes` is what `send` answers. */
class RecordingLink implements Link {
  readonly framing = lengthFraming;
  readonly remoteAddress = "recording";
  bufferedBytes = 0;
  /** Whether it keeps what it is given. */
  holds = false;
  readonly batches: { memory: Uint8Array; frames: number[][] }[] = [];
  takes = true;
  start(): void {}
  send(batch: Uint8Array, start: number, ends: readonly number[], count: number): boolean {
    const frames: number[][] = [];
    let from = start;
    for (const end of ends.slice(0, count)) {
      frames.push([...batch.subarray(from, end)]);
      from = end;
    }
    this.batches.push({ memory: batch, frames });
    if (this.holds) this.bufferedBytes += (ends[count - 1] ?? start) - start;
    return this.takes;
  }
  close(): void {}
  abort(): void {}
}

function setUp(maxFrameBytes = 1000): { outbox: Outbox; link: RecordingLink; pending: () => number } {
  let count = 0;
  const outbox = new Outbox(lengthFraming, maxFrameBytes, new LinkTraffic(1000, new FakeClock(), undefined));
  const link = new RecordingLink();
  outbox.attach(link, () => {
    count += 1;
  });
  return { outbox, link, pending: () => count };
}

function put(outbox: Outbox, bytes: readonly number[]): void {
  const start = outbox.begin();
  const { writer } = outbox;
  if (start + bytes.length > writer.limit) writer.grow(start, bytes.length);
  writer.buffer.set(bytes, start);
  outbox.commit(start + bytes.length);
}

describe("Outbox", () => {
  it("sends the frames of a tick in one batch, each with its header", () => {
    const { outbox, link, pending } = setUp();
    put(outbox, [1, 2, 3]);
    put(outbox, []);
    put(outbox, [9]);
    expect(pending()).toBe(1);
    expect(link.batches).toHaveLength(0);
    outbox.flush();
    expect(link.batches.map((batch) => batch.frames)).toEqual([
      [
        [3, 0, 0, 0, 1, 2, 3],
        [0, 0, 0, 0],
        [1, 0, 0, 0, 9],
      ],
    ]);
    outbox.flush();
    expect(link.batches).toHaveLength(1);
  });

  it("leaves no trace of a message whose encoder threw", () => {
    const { outbox, link } = setUp();
    put(outbox, [1]);
    const start = outbox.begin();
    outbox.writer.buffer.fill(0xee, start, start + 20);
    expect(() => outbox.begin()).toThrow("at once");
    outbox.discard();
    put(outbox, [2]);
    outbox.flush();
    expect(link.batches[0]?.frames).toEqual([
      [1, 0, 0, 0, 1],
      [1, 0, 0, 0, 2],
    ]);
  });

  it("refuses a frame above the limit and keeps the batch usable", () => {
    const { outbox, link } = setUp(10);
    put(outbox, [1]);
    expect(() =>
      put(
        outbox,
        Array.from({ length: 11 }, () => 7),
      ),
    ).toThrow(CodecError);
    put(
      outbox,
      Array.from({ length: 10 }, () => 8),
    );
    outbox.flush();
    expect(link.batches[0]?.frames).toHaveLength(2);
  });

  it("reuses memory that the link gave back, and leaves memory alone that it kept", () => {
    const { outbox, link } = setUp();
    put(outbox, [1]);
    outbox.flush();
    put(outbox, [2]);
    outbox.flush();
    expect(link.batches[1]?.memory).toBe(link.batches[0]?.memory);
    expect(link.batches[1]?.memory[4]).toBe(2);

    link.takes = false;
    put(outbox, [3]);
    outbox.flush();
    const kept = link.batches[2]?.memory.slice();
    put(outbox, [4]);
    outbox.flush();
    expect(link.batches[2]?.memory.subarray(0, 5)).toEqual(kept?.subarray(0, 5));
    expect(link.batches[3]?.frames).toEqual([[1, 0, 0, 0, 4]]);
  });

  it("never writes into kept memory, also when a batch behind it grows", () => {
    const { outbox, link } = setUp(100_000);
    link.takes = false;
    const expected: number[][] = [];
    for (let round = 0; round < 200; round++) {
      const bytes = Array.from({ length: (round * 37) % 900 }, (_, index) => (round + index) & 0xff);
      put(outbox, bytes);
      put(outbox, [round]);
      expected.push(bytes, [round]);
      outbox.flush();
    }
    expect(link.batches.flatMap((batch) => batch.frames).map((frame) => frame.slice(4))).toEqual(expected);
  });

  describe("with frames whose order is free", () => {
    const large = 70_000;
    const free = (outbox: Outbox, first: number, bytes = large): void => {
      const start = outbox.begin();
      const { writer } = outbox;
      if (start + bytes > writer.limit) writer.grow(start, bytes);
      writer.buffer.fill(first, start, start + bytes);
      outbox.commitFree(start + bytes);
    };
    /** First byte of each frame's body, in the order in which they left. */
    const order = (link: RecordingLink) =>
      link.batches.flatMap(({ frames }) => frames.map((frame) => frame[4]));

    it("sends small ones of the same tick first, whole and in their order", () => {
      const { outbox, link, pending } = setUp(1e6);
      put(outbox, [1]);
      free(outbox, 2);
      put(outbox, [3]);
      free(outbox, 4);
      free(outbox, 5, 10);
      expect(pending()).toBeGreaterThan(0);
      outbox.flush();
      expect(order(link)).toEqual([1, 3, 5, 2, 4]);
      const frames = link.batches.flatMap((batch) => batch.frames);
      expect(frames[3]?.length).toBe(large + 4);
      expect(new Set(frames[3]?.slice(4))).toEqual(new Set([2]));
      expect(outbox.pendingBytes).toBe(0);
    });

    it("gives a link that is behind one large frame after the other", () => {
      const { outbox, link } = setUp(1e6);
      outbox.traffic.attach(link);
      link.bufferedBytes = 1;
      free(outbox, 1);
      free(outbox, 2);
      outbox.flush();
      put(outbox, [3]);
      outbox.flush();
      expect(order(link)).toEqual([3]);
      expect(outbox.pendingBytes).toBe(2 * (large + 4));
      expect(outbox.traffic.isCongested).toBe(true);
      link.bufferedBytes = 0;
      link.holds = true;
      expect(outbox.onDrain()).toBe(true);
      expect(order(link)).toEqual([3, 1]);
      link.bufferedBytes = 0;
      expect(outbox.onDrain()).toBe(true);
      link.bufferedBytes = 0;
      expect(outbox.onDrain()).toBe(false);
      expect(order(link)).toEqual([3, 1, 2]);
      outbox.traffic.onDrain();
      expect(outbox.traffic.isCongested).toBe(false);
    });

    it("lets no more pass a large frame than it has itself", () => {
      const { outbox, link } = setUp(1e6);
      link.bufferedBytes = 1;
      free(outbox, 1);
      for (let count = 0; count < 8; count++) {
        put(
          outbox,
          Array.from({ length: 10_000 }, () => 2),
        );
        outbox.flush();
      }
      expect(order(link)).toEqual([2, 2, 2, 2, 2, 2, 2, 1, 2]);
    });

    it.each<[string, (outbox: Outbox) => void, number[]]>([
      ["sends them before what ends the link", (outbox) => outbox.flushAll(), [1, 2]],
      ["drops them with the link", (outbox) => outbox.hold(1000, () => {}), []],
      ["drops them with the session", (outbox) => outbox.detach(), []],
    ])("%s", (_name, end, expected) => {
      const { outbox, link } = setUp(1e6);
      link.bufferedBytes = 1;
      free(outbox, 1);
      put(outbox, [2]);
      end(outbox);
      expect(order(link)).toEqual(expected);
      expect(outbox.traffic.lateBytes).toBe(0);
    });

    it("owes a drain where the link takes them at once, and so reports none", () => {
      const { outbox, link, pending } = setUp(1e6);
      free(outbox, 1);
      const before = pending();
      outbox.flush();
      expect(order(link)).toEqual([1]);
      expect(pending()).toBe(before + 1);
      expect(outbox.takeDrain()).toBe(true);
      expect(outbox.takeDrain()).toBe(false);
      link.holds = true;
      free(outbox, 2);
      outbox.flush();
      expect(outbox.takeDrain()).toBe(false);
      put(outbox, [3]);
      outbox.flush();
      expect(outbox.takeDrain()).toBe(false);
    });

    it("keeps their order where there is no link", () => {
      const { outbox, link } = setUp(1e6);
      outbox.hold(1e6, () => {});
      free(outbox, 1);
      put(outbox, [2]);
      outbox.attach(link, () => {});
      expect(order(link)).toEqual([1, 2]);
    });
  });

  it("lets a large batch leave before the tick ends", () => {
    const { outbox, link } = setUp(100_000);
    put(
      outbox,
      Array.from({ length: 70_000 }, () => 1),
    );
    expect(link.batches).toHaveLength(1);
    expect(outbox.isPending).toBe(false);
  });

  it("drops everything after it was detached", () => {
    const { outbox, link } = setUp();
    put(outbox, [1]);
    outbox.detach();
    put(outbox, [2]);
    outbox.flush();
    expect(link.batches).toHaveLength(0);
    expect(outbox.isPending).toBe(false);
  });
});
