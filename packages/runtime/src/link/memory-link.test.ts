import { describe, expect, it } from "vitest";
import type { SessionError } from "../errors.js";
import type { LinkSink } from "./link.js";
import { type MemoryLink, memoryLinkPair } from "./memory-link.js";

/** Writes down what a link calls. */
class Recorder implements LinkSink {
  readonly events: string[] = [];
  onFrame(bytes: Uint8Array, start: number, end: number): void {
    this.events.push(`frame ${[...bytes.subarray(start, end)]}`);
  }
  onIdle(): void {
    this.events.push("idle");
  }
  onDrain(): void {
    this.events.push("drain");
  }
  onClosed(error: SessionError | undefined): void {
    this.events.push(error === undefined ? "closed" : `closed ${error.code}: ${error.message}`);
  }
}

function started(maxWaitingBytes?: number): [MemoryLink, MemoryLink, Recorder, Recorder] {
  const [a, b] = memoryLinkPair({ maxWaitingBytes });
  const [atA, atB] = [new Recorder(), new Recorder()];
  a.start(atA);
  b.start(atB);
  return [a, b, atA, atB];
}

function send(link: MemoryLink, ...frames: readonly number[][]): boolean {
  const bytes = Uint8Array.from([99, 99, ...frames.flat()]);
  let end = 2;
  const ends = frames.map((frame) => {
    end += frame.length;
    return end;
  });
  return link.send(bytes, 2, [...ends, 4711], frames.length);
}

const microtasks = async (): Promise<void> => {
  for (let count = 0; count < 10; count++) await Promise.resolve();
};

/** Both ends of a link that carries texts, and what each has received. */
function texts() {
  const [a, b, atA, atB] = started();
  const say = (link: MemoryLink, text: string): boolean => send(link, [...new TextEncoder().encode(text)]);
  const heard = ({ events }: Recorder): string[] =>
    events
      .filter((event) => event !== "idle" && event !== "drain")
      .map((event) =>
        event.startsWith("frame ")
          ? String.fromCharCode(...event.slice("frame ".length).split(",").map(Number))
          : event,
      );
  return { a, b, atA, atB, say, heard };
}

describe("messages on a link", () => {
  it("send_recv_single", async () => {
    const { a, atB, say, heard } = texts();
    say(a, "hello");
    await microtasks();
    expect(heard(atB)).toEqual(["hello"]);
  });

  it("send_recv_multiple_in_order", async () => {
    const { a, atB, say, heard } = texts();
    const all = Array.from({ length: 10 }, (_, index) => `msg-${index}`);
    for (const text of all) say(a, text);
    await microtasks();
    expect(heard(atB)).toEqual(all);
  });

  it("bidirectional: both ends send and receive", async () => {
    const { a, b, atA, atB, say, heard } = texts();
    say(a, "from-client");
    await microtasks();
    say(b, "from-server");
    await microtasks();
    expect([heard(atB), heard(atA)]).toEqual([["from-client"], ["from-server"]]);
  });

  it("interleaved_send_recv", async () => {
    const { a, b, atA, atB, say, heard } = texts();
    for (let round = 0; round < 5; round++) {
      say(a, `c2s-${round}`);
      await microtasks();
      expect(heard(atB).at(-1)).toBe(`c2s-${round}`);
      say(b, `s2c-${round}`);
      await microtasks();
      expect(heard(atA).at(-1)).toBe(`s2c-${round}`);
    }
    expect([heard(atA).length, heard(atB).length]).toEqual([5, 5]);
  });

  it("close_signals_end", async () => {
    const { a, atB, say, heard } = texts();
    say(a, "last");
    a.close();
    await microtasks();
    expect(heard(atB)).toEqual(["last", "closed"]);
  });
});

describe("MemoryLink", () => {
  it("delivers frames later, in order, with their boundaries, and says when an arrival is over", async () => {
    const [a, , , atB] = started();
    send(a, [1, 2], [], [3]);
    send(a, [4]);
    expect(atB.events).toEqual([]);
    await microtasks();
    expect(atB.events).toEqual(["frame 1,2", "frame ", "frame 3", "frame 4", "idle"]);
  });

  it("has copied a batch when send returns", async () => {
    const [a, , , atB] = started();
    const batch = Uint8Array.of(1, 2, 3);
    expect(a.send(batch, 1, [3], 1)).toBe(true);
    batch.fill(0);
    await microtasks();
    expect(atB.events).toEqual(["frame 2,3", "idle"]);
  });

  it("keeps what comes before start", async () => {
    const [a, b] = memoryLinkPair();
    const [atA, atB] = [new Recorder(), new Recorder()];
    a.start(atA);
    send(a, [1]);
    a.close();
    await microtasks();
    expect(atA.events).toEqual([]);
    b.start(atB);
    await microtasks();
    expect(atB.events).toEqual(["frame 1", "idle", "closed"]);
    expect(atA.events).toEqual(["closed"]);
  });

  it("tells a late sink that the link has ended", async () => {
    const [a, b] = memoryLinkPair();
    a.abort();
    const atB = new Recorder();
    b.start(atB);
    await microtasks();
    expect(atB.events).toEqual(["closed Io: io error: the peer has dropped the link"]);
  });

  it("counts what waits, and reports when it has left", async () => {
    const [a, b, atA, atB] = started();
    b.pause();
    send(a, [1, 2, 3]);
    await microtasks();
    expect(a.bufferedBytes).toBe(3);
    expect(atB.events).toEqual([]);
    b.resume();
    await microtasks();
    expect(a.bufferedBytes).toBe(0);
    expect(atA.events).toEqual(["drain"]);
  });

  it("lets what was sent leave before it closes; nothing follows the end", async () => {
    const [a, b, atA, atB] = started();
    send(a, [1]);
    send(b, [9]);
    a.close();
    a.close();
    send(a, [2]);
    await microtasks();
    send(b, [3]);
    b.close();
    b.abort();
    await microtasks();
    expect(atB.events).toEqual(["frame 1", "idle", "closed"]);
    expect(atA.events.filter((event) => event !== "drain")).toEqual(["closed"]);
  });

  it("is closed cleanly when both ends close at once", async () => {
    const [a, b, atA, atB] = started();
    a.close();
    b.close();
    await microtasks();
    expect(atA.events).toEqual(["closed"]);
    expect(atB.events).toEqual(["closed"]);
  });

  it("drops everything on abort", async () => {
    const [a, , atA, atB] = started();
    send(a, [1]);
    a.abort();
    a.abort();
    await microtasks();
    expect(atA.events).toEqual(["closed"]);
    expect(atB.events).toEqual(["closed Io: io error: the peer has dropped the link"]);
  });

  it("stops in the middle of an arrival when its reader aborts", async () => {
    const [a, b] = memoryLinkPair();
    const atB = new Recorder();
    atB.onFrame = (bytes, start): void => {
      atB.events.push(`frame ${bytes[start]}`);
      b.abort();
    };
    b.start(atB);
    send(a, [1], [2]);
    await microtasks();
    expect(atB.events).toEqual(["frame 1", "closed"]);
  });

  it("fails on both ends when no side reads", async () => {
    const [a, b, atA, atB] = started(4);
    b.pause();
    send(a, [1, 2, 3]);
    send(a, [4, 5]);
    await microtasks();
    const text = "closed Io: io error: more than 4 bytes wait for a reader (limit maxWaitingBytes)";
    expect(atA.events).toEqual([text]);
    expect(atB.events).toEqual([text]);
    expect(a.bufferedBytes).toBe(0);
  });

  it("refuses a second start", () => {
    const [a] = started();
    expect(() => a.start(new Recorder())).toThrow("a link is started once");
  });
});
