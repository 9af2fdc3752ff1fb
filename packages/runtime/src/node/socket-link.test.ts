import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { SocketLink } from "./socket-link.js";
import {
  closeAll,
  dial,
  framed,
  listenWith,
  Recorder,
  sendFrames,
  socketPair,
  until,
} from "./sockets.fixture.js";

afterEach(closeAll);

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const sequence = (length: number, first = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => first + index * 7);
const hex = (frames: readonly Uint8Array[]): string[] =>
  frames.map((frame) => Buffer.from(frame).toString("hex"));

/** A link on one end of a connection, a plain socket on the other. */
async function linkAndSocket(options: { maxFrameBytes?: number } = {}) {
  const [dialled, taken] = await socketPair();
  const limits = { maxFrameBytes: 16 << 20, maxHandshakeBytes: 1 << 20, ...options };
  const link = new SocketLink(taken, { role: "acceptor", limits });
  const recorder = new Recorder();
  return { link, recorder, raw: dialled, socket: taken };
}

/** Two links on the ends of one connection, and what the second has received as texts. */
async function linkPair() {
  const [dialled, taken] = await socketPair();
  const limits = { maxFrameBytes: 16 << 20, maxHandshakeBytes: 1 << 20 };
  const a = new SocketLink(dialled, { role: "initiator", limits });
  const b = new SocketLink(taken, { role: "acceptor", limits });
  const recorder = new Recorder();
  a.start(new Recorder());
  b.start(recorder);
  const say = (text: string): boolean => sendFrames(a, new TextEncoder().encode(text));
  const heard = (): string[] => recorder.frames.map((frame) => new TextDecoder().decode(frame));
  return { a, say, heard, recorder };
}

describe("messages on a Unix socket", () => {
  it("local_link_round_trip, plain_frame_round_trip: eight bytes in front, and no descriptors", async () => {
    const folder = mkdtempSync(join(tmpdir(), "vox-"));
    const address = { path: join(folder, "s") };
    const [dialled, taken] = await socketPair(address.path);
    const link = new SocketLink(taken, { role: "acceptor", address });
    const recorder = new Recorder();
    expect(link.remoteAddress).toBe(`local://${address.path}`);
    expect(link.framing.headerBytes).toBe(8);
    link.start(recorder);
    const far = new SocketLink(dialled, { role: "initiator", address });
    far.start(new Recorder());
    for (const text of ["local", "hello"]) {
      const frame = new Uint8Array(8 + text.length);
      far.framing.writeHeader(frame, 0, text.length);
      frame.set(new TextEncoder().encode(text), 8);
      far.send(frame, 0, [frame.length], 1);
    }
    await until(() => recorder.frames.length === 2);
    expect(recorder.frames.map((frame) => new TextDecoder().decode(frame))).toEqual(["local", "hello"]);
    expect(link.bufferedBytes + far.bufferedBytes).toBe(0);
    far.close();
    expect(await recorder.closed).toBe(undefined);
    await closeAll();
    rmSync(folder, { recursive: true });
  });
});

describe("messages", () => {
  it("round_trip_single", async () => {
    const { say, heard } = await linkPair();
    say("hello");
    await until(() => heard().length === 1);
    expect(heard()).toEqual(["hello"]);
  });

  it("multiple_messages_in_order", async () => {
    const { say, heard } = await linkPair();
    const all = ["one", "two", "three", "four"];
    for (const text of all) say(text);
    await until(() => heard().length === 4);
    expect(heard()).toEqual(all);
  });

  it("empty_payload", async () => {
    const { say, heard, recorder } = await linkPair();
    say("");
    say("after");
    await until(() => heard().length === 2);
    expect(heard()).toEqual(["", "after"]);
    expect(recorder.events).not.toContain("closed");
  });

  it("recv_can_be_cancelled_during_partial_frame: a frame waits for its rest", async () => {
    const { link, recorder, raw, socket } = await linkAndSocket();
    raw.setNoDelay(true);
    link.start(recorder);
    const frame = framed(new TextEncoder().encode("cancel-safe-frame"));
    raw.write(frame.subarray(0, 4 + 6));
    await until(() => socket.bytesRead === 4 + 6);
    expect(recorder.frames).toEqual([]);
    raw.write(frame.subarray(4 + 6));
    await until(() => recorder.frames.length === 1);
    expect(new TextDecoder().decode(recorder.frames[0])).toBe("cancel-safe-frame");
  });
});

describe("what arrives", () => {
  it("is found wherever the stream is cut", async () => {
    const bodies = [bytes(1), bytes(), sequence(300), bytes(4, 0, 0, 0), sequence(5, 9)];
    const stream = framed(...bodies);
    const { link, recorder, raw } = await linkAndSocket();
    raw.setNoDelay(true);
    link.start(recorder);
    for (let cut = 0; cut <= stream.length; cut++) {
      raw.write(stream.subarray(0, cut));
      await new Promise((resolve) => setImmediate(resolve));
      raw.write(stream.subarray(cut));
      await until(() => recorder.frames.length >= bodies.length);
      expect(hex(recorder.frames.splice(0))).toEqual(hex(bodies));
    }
  });

  it("may come one byte at a time", async () => {
    const bodies = [sequence(8), sequence(40), bytes(7)];
    const { link, recorder, raw } = await linkAndSocket();
    raw.setNoDelay(true);
    link.start(recorder);
    for (const byte of framed(...bodies)) {
      await new Promise((resolve) => raw.write(bytes(byte), resolve));
    }
    await until(() => recorder.frames.length >= bodies.length);
    expect(hex(recorder.frames)).toEqual(hex(bodies));
  });

  it("may be many frames in one chunk, with one idle after them", async () => {
    const bodies = Array.from({ length: 500 }, (_, index) => sequence(index % 30, index));
    const { link, recorder, raw } = await linkAndSocket();
    // All of it waits in the socket: a link that is not started reads nothing.
    await new Promise((resolve) => raw.write(framed(...bodies), resolve));
    link.start(recorder);
    await until(() => recorder.frames.length >= bodies.length);
    expect(hex(recorder.frames)).toEqual(hex(bodies));
    expect(recorder.events.filter((event) => event === "idle").length).toBeLessThan(5);
    expect(recorder.events.at(-1)).toBe("idle");
  });

  it("stays as it was when more arrives, and is plain bytes", async () => {
    const { link, recorder, raw } = await linkAndSocket();
    link.start(recorder);
    raw.write(framed(sequence(200)));
    await until(() => recorder.frames.length === 1);
    for (let round = 0; round < 50; round++) {
      raw.write(framed(new Uint8Array(5000).fill(0xee)));
      await until(() => recorder.frames.length === 2 + round);
    }
    const [first] = recorder.frames;
    expect(first).toEqual(sequence(200));
    expect(first?.constructor).toBe(Uint8Array);
  });

  it("survives any cutting of any frames", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 700 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 5 }),
        async (bodies, sizes) => {
          const { link, recorder, raw } = await linkAndSocket();
          raw.setNoDelay(true);
          link.start(recorder);
          const stream = framed(...bodies);
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const size = sizes[turn % sizes.length] ?? 1;
            await new Promise((resolve) => raw.write(stream.subarray(at, at + size), resolve));
            at += size;
          }
          raw.end();
          expect(await recorder.closed).toBe(undefined);
          expect(hex(recorder.frames)).toEqual(hex(bodies));
          await closeAll();
        },
      ),
      { numRuns: 40 },
    );
  });

  it("is refused by the length that it announces, before memory is taken for it", async () => {
    const { link, recorder, raw } = await linkAndSocket();
    link.start(recorder);
    raw.write(framed(sequence(8), sequence(20), sequence(20), sequence(20)));
    await until(() => recorder.frames.length === 4);
    const before = process.memoryUsage().arrayBuffers;
    raw.write(bytes(0xff, 0xff, 0xff, 0xff));
    const error = await recorder.closed;
    expect(error?.code).toBe("Protocol");
    expect(error?.message).toMatch(/4294967295 .*16777216 \(limit maxFrameBytes\)$/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 << 20);
  });

  it.each([
    ["the prologue", [], 1025, "its first frame is none"],
    ["Hello", [8], (1 << 20) + 1, "limit of the handshake"],
    ["LetsGo", [8, 20], (1 << 20) + 1, "limit of the handshake"],
  ])("may not be large where %s is expected", async (_, before, announced, text) => {
    const { link, recorder, raw } = await linkAndSocket();
    link.start(recorder);
    raw.write(framed(...before.map((size) => sequence(size))));
    const header = Buffer.alloc(4);
    header.writeUInt32LE(announced);
    raw.write(header);
    expect((await recorder.closed)?.message).toContain(text);
    expect(recorder.frames).toHaveLength(before.length);
  });

  it("holds memory for what is there, not for what is announced", async () => {
    const links = await Promise.all(Array.from({ length: 20 }, () => linkAndSocket()));
    const whole = framed(bytes(1), bytes(2), bytes(3));
    const begun = bytes(0, 0, 0, 1, 9);
    for (const { link, recorder, raw } of links) {
      link.start(recorder);
      raw.write(whole);
      raw.write(begun);
    }
    const before = process.memoryUsage().arrayBuffers;
    await until(() => links.every(({ socket }) => socket.bytesRead === whole.length + begun.length));
    await new Promise((resolve) => setImmediate(resolve));
    expect(links.every(({ recorder }) => recorder.frames.length === 3)).toBe(true);
    // 20 times 16 MiB were announced.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 << 20);
  });
});

describe("the end", () => {
  it("eof_on_peer_close: is clean between two frames", async () => {
    const { link, recorder, raw } = await linkAndSocket();
    link.start(recorder);
    raw.end(framed(sequence(3)));
    expect(await recorder.closed).toBe(undefined);
    expect(recorder.events).toEqual(["frame of 3", "idle", "closed"]);
    await new Promise((resolve) => raw.once("close", resolve));
  });

  it.each([
    [1, "stream ended after 1 of 4 frame header bytes"],
    [3, "stream ended after 3 of 4 frame header bytes"],
    [4, "stream ended after 0 of 30 frame body bytes"],
    [20, "stream ended after 16 of 30 frame body bytes"],
  ])("is an error %d bytes into a frame", async (cut, text) => {
    const { link, recorder, raw } = await linkAndSocket();
    link.start(recorder);
    raw.write(framed(sequence(8)));
    raw.end(framed(sequence(30)).subarray(0, cut));
    const error = await recorder.closed;
    expect(error).toMatchObject({ code: "Io", retryable: true, message: `io error: ${text}` });
  });

  it("comes once, with what the system says, when the peer resets the connection", async () => {
    const { link, recorder, raw, socket } = await linkAndSocket();
    const gone = new Promise((resolve) => socket.once("close", resolve));
    link.start(recorder);
    raw.write(framed(sequence(3)));
    await until(() => recorder.frames.length === 1);
    raw.resetAndDestroy();
    expect(await recorder.closed).toMatchObject({
      code: "Io",
      message: expect.stringMatching(/ tcp:\/\/127\.0\.0\.1:\d+ \(ECONNRESET\)$/),
    });
    await gone;
    expect(recorder.events).toEqual(["frame of 3", "idle", "closed: Io"]);
  });

  it("comes after the last frame of a peer that has sent and closed before we looked", async () => {
    const { link, recorder, raw } = await linkAndSocket();
    await new Promise<void>((resolve) => raw.end(framed(sequence(3), sequence(4)), resolve));
    link.start(recorder);
    expect(await recorder.closed).toBe(undefined);
    expect(recorder.events).toEqual(["frame of 3", "frame of 4", "idle", "closed"]);
  });

  it("reaches a sink that comes late", async () => {
    const { link, recorder, raw, socket } = await linkAndSocket();
    raw.resetAndDestroy();
    await until(() => socket.closed);
    link.start(recorder);
    expect(recorder.events).toEqual([]);
    expect((await recorder.closed)?.code).toBe("Io");
  });

  it("does not wait for a peer that has ended and reads nothing", async () => {
    const { link, recorder, raw, socket } = await linkAndSocket();
    link.start(recorder);
    raw.pause();
    while (link.bufferedBytes === 0) sendFrames(link, new Uint8Array(1 << 18));
    raw.end();
    expect(await recorder.closed).toBe(undefined);
    await until(() => socket.destroyed);
    expect(link.bufferedBytes).toBe(0);
  });

  it("starts once only", async () => {
    const { link, recorder } = await linkAndSocket();
    link.start(recorder);
    expect(() => link.start(recorder)).toThrow(TypeError);
  });
});

describe("close and abort", () => {
  it("lets what was sent leave, and takes nothing more", async () => {
    const { link, recorder, raw } = await linkAndSocket();
    link.start(recorder);
    const arrived: Buffer[] = [];
    raw.pause();
    let sent = 0;
    while (link.bufferedBytes === 0) {
      sendFrames(link, new Uint8Array(1 << 18).fill(sent));
      sent += 1;
    }
    // Unread bytes of the peer must not reset the connection under what is still on its way.
    raw.write(framed(sequence(8)));
    await until(() => recorder.frames.length === 1);
    raw.write(framed(new Uint8Array(1 << 16), new Uint8Array(1 << 16)));
    link.close();
    link.close();
    expect(sendFrames(link, sequence(3))).toBe(true);
    raw.on("data", (chunk) => arrived.push(chunk)).resume();
    await new Promise((resolve) => raw.once("end", resolve));
    expect(Buffer.concat(arrived).length).toBe(sent * ((1 << 18) + 4));
    expect(recorder.events.at(-1)).not.toMatch(/^closed/);
    raw.end();
    expect(await recorder.closed).toBe(undefined);
    expect(recorder.frames).toHaveLength(1);
  });

  it("lets it leave also when the peer has ended meanwhile", async () => {
    const { link, recorder, raw } = await linkAndSocket();
    link.start(recorder);
    raw.pause();
    let sent = 0;
    while (link.bufferedBytes === 0) {
      sendFrames(link, new Uint8Array(1 << 18));
      sent += (1 << 18) + 4;
    }
    link.close();
    await new Promise<void>((resolve) => raw.end(resolve));
    let arrived = 0;
    raw.on("data", (chunk) => {
      arrived += chunk.length;
    });
    raw.resume();
    expect(await recorder.closed).toBe(undefined);
    await until(() => arrived === sent);
    expect(recorder.events).toEqual(["closed"]);
  });

  it("can be called by the sink in the middle of an arrival", async () => {
    const { link, recorder, raw } = await linkAndSocket();
    recorder.onEach = () => link.close();
    link.start(recorder);
    raw.write(framed(bytes(1), bytes(2), bytes(3)));
    await new Promise((resolve) => raw.once("end", resolve));
    raw.end();
    expect(await recorder.closed).toBe(undefined);
    expect(recorder.events).toEqual(["frame of 1", "closed"]);
  });

  it("ends a link that was never started, and reports the end once it is started", async () => {
    const { link, recorder, raw, socket } = await linkAndSocket();
    raw.write(framed(sequence(3)));
    link.close();
    await new Promise((resolve) => raw.resume().once("end", resolve));
    raw.end();
    await until(() => socket.destroyed);
    link.start(recorder);
    expect(await recorder.closed).toBe(undefined);
    expect(recorder.events).toEqual(["closed"]);
  });

  it("is not disturbed by a peer that cuts meanwhile", async () => {
    const { link, recorder, raw } = await linkAndSocket();
    link.start(recorder);
    link.close();
    await new Promise((resolve) => raw.resume().once("end", resolve));
    raw.resetAndDestroy();
    expect(await recorder.closed).toBe(undefined);
    expect(recorder.events).toEqual(["closed"]);
  });

  it("abort drops everything, and is clean for who called it", async () => {
    const { link, recorder, raw, socket } = await linkAndSocket();
    link.start(recorder);
    raw.pause();
    while (link.bufferedBytes === 0) sendFrames(link, new Uint8Array(1 << 18));
    link.abort();
    link.abort();
    expect(recorder.events).toEqual([]);
    expect(await recorder.closed).toBe(undefined);
    expect(recorder.events).toEqual(["closed"]);
    expect(socket.destroyed).toBe(true);
  });

  it("abort ends a close that waits for the peer", async () => {
    const { link, recorder, raw } = await linkAndSocket();
    link.start(recorder);
    link.close();
    await new Promise((resolve) => raw.once("end", resolve).resume());
    expect(recorder.events).toEqual([]);
    link.abort();
    expect(await recorder.closed).toBe(undefined);
  });
});

describe("sending", () => {
  it("gives the memory back only when the kernel has copied all of it", async () => {
    const { link, recorder, raw } = await linkAndSocket();
    link.start(recorder);
    raw.pause();
    const size = 64 * 1024;
    const batches: Uint8Array[] = [];
    let batch = new Uint8Array(size + 4);
    let taken = 0;
    // The memory is overwritten whenever the link says that it may be.
    while (link.bufferedBytes < 8 << 20) {
      batch.set(framed(new Uint8Array(size).fill(batches.length)));
      batches.push(Uint8Array.from(batch));
      if (link.send(batch, 0, [batch.length], 1)) {
        taken += 1;
        batch.fill(0xff);
      } else {
        expect(link.bufferedBytes).toBeGreaterThan(0);
        batch = new Uint8Array(size + 4);
      }
    }
    expect(taken).toBeGreaterThan(5);
    const arrived: Buffer[] = [];
    let count = 0;
    raw.on("data", (chunk) => {
      arrived.push(chunk);
      count += chunk.length;
    });
    raw.resume();
    await until(() => count >= batches.length * (size + 4));
    expect(Buffer.concat(arrived).equals(Buffer.concat(batches))).toBe(true);
    await until(() => link.bufferedBytes === 0);
    expect(recorder.events).toEqual(["drain"]);
  });

  it("says drain each time that it was behind and is not any more", async () => {
    const { link, recorder, raw } = await linkAndSocket();
    link.start(recorder);
    sendFrames(link, sequence(10));
    await new Promise((resolve) => raw.once("data", resolve));
    expect(recorder.events).toEqual([]);
    for (let round = 1; round <= 3; round++) {
      raw.pause();
      while (sendFrames(link, new Uint8Array(1 << 18)));
      raw.resume();
      await until(() => recorder.events.length === round);
    }
    expect(recorder.events).toEqual(["drain", "drain", "drain"]);
  });

  it("puts a batch out with one write, from where it begins", async () => {
    const { link, recorder, raw, socket } = await linkAndSocket();
    link.start(recorder);
    let writes = 0;
    const write = socket.write.bind(socket) as (...parameters: unknown[]) => boolean;
    socket.write = ((...parameters: unknown[]) => {
      writes += 1;
      return write(...parameters);
    }) as typeof socket.write;
    const frames = framed(sequence(3), sequence(4), sequence(5));
    // The batch is inside a larger memory, and its first frames have left before.
    const memory = new Uint8Array(100).fill(0xaa);
    const batch = memory.subarray(11);
    batch.set(frames, 20);
    expect(link.send(batch, 20, [27, 35, 44, 0xbad], 3)).toBe(true);
    const arrived: Buffer[] = [];
    raw.on("data", (chunk) => arrived.push(chunk));
    await until(() => Buffer.concat(arrived).length >= frames.length);
    expect(Buffer.concat(arrived).equals(frames)).toBe(true);
    expect(writes).toBe(1);
  });

  it("does nothing on a closed link", async () => {
    const { link, recorder, raw } = await linkAndSocket();
    link.start(recorder);
    raw.destroy();
    await recorder.closed;
    expect(sendFrames(link, sequence(3))).toBe(true);
    expect(sendFrames(link)).toBe(true);
    expect(link.bufferedBytes).toBe(0);
  });

  it("to a peer that is gone ends with Io, not with an exception", async () => {
    const { link, recorder, raw } = await linkAndSocket();
    link.start(recorder);
    raw.resetAndDestroy();
    for (let round = 0; round < 20; round++) {
      sendFrames(link, new Uint8Array(1 << 16));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await recorder.closed)?.code).toBe("Io");
  });
});

describe("a link", () => {
  it("names its peer, and keeps its name when the peer is gone", async () => {
    const { link, recorder, raw } = await linkAndSocket();
    const name = `tcp://127.0.0.1:${raw.localPort}`;
    expect(link.remoteAddress).toBe(name);
    link.start(recorder);
    raw.destroy();
    await recorder.closed;
    expect(link.remoteAddress).toBe(name);
  });

  it("can be made of a connection that is gone already", async () => {
    let made: SocketLink | undefined;
    const port = await listenWith((socket) => {
      socket.destroy();
      made = new SocketLink(socket, { role: "acceptor" });
    });
    await dial(port);
    await until(() => made !== undefined);
    const recorder = new Recorder();
    made?.start(recorder);
    expect(await recorder.closed).toBe(undefined);
  });
});

describe("a link that has much to read", () => {
  /** Makes each look at the time a millisecond later than the one before. */
  function slowProcess(): void {
    let now = 0;
    const spy = vi.spyOn(performance, "now").mockImplementation(() => now++);
    restore = () => spy.mockRestore();
  }
  let restore = (): void => {};
  afterEach(() => restore());

  it("lets others in after its time, and all arrives in order", async () => {
    const { link, recorder, raw } = await linkAndSocket();
    slowProcess();
    let turns = 0;
    const count = (): void => {
      turns += 1;
      if (recorder.frames.length < 2000) setImmediate(count);
    };
    setImmediate(count);
    link.start(recorder);
    const frames = Array.from({ length: 2000 }, (_, index) => bytes(index & 255, index >> 8));
    raw.write(Buffer.concat(frames.map((frame) => framed(frame))));
    await until(() => recorder.frames.length === 2000);
    expect(hex(recorder.frames)).toEqual(hex(frames));
    // Each turn takes five looks, of eight frames each.
    expect(turns).toBeGreaterThan(2000 / 48);
  });

  it("delivers nothing while it is not to be read, and goes on where it was", async () => {
    const { link, recorder, raw } = await linkAndSocket();
    slowProcess();
    const onFrame = recorder.onFrame.bind(recorder);
    recorder.onFrame = (all, start, end) => {
      onFrame(all, start, end);
      if (recorder.frames.length === 100) link.setReading(false);
    };
    link.start(recorder);
    raw.write(Buffer.concat(Array.from({ length: 1000 }, (_, index) => framed(bytes(index & 255)))));
    await until(() => recorder.frames.length >= 100);
    const held = recorder.frames.length;
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(recorder.frames.length).toBe(held);
    expect(held).toBeLessThan(150);
    link.setReading(true);
    await until(() => recorder.frames.length === 1000);
    expect(recorder.frames.map(([first]) => first)).toEqual(Array.from({ length: 1000 }, (_, i) => i & 255));
  });

  it("gives out what had arrived before the end", async () => {
    const { link, recorder, raw } = await linkAndSocket();
    slowProcess();
    link.start(recorder);
    raw.end(Buffer.concat(Array.from({ length: 1000 }, (_, index) => framed(bytes(index & 255)))));
    expect(await recorder.closed).toBeUndefined();
    expect(recorder.frames).toHaveLength(1000);
  });
});
