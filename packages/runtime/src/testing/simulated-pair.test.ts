import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SessionError } from "../errors.js";
import type { Link, LinkSink } from "../link/link.js";
import { FakeClock } from "./fake-clock.js";
import { settle } from "./settle.js";
import { type SimulatedPair, type SimulatedPairOptions, simulatedPair } from "./simulated-pair.js";

/** Writes down what a link calls, and when. */
class Recorder implements LinkSink {
  readonly events: string[] = [];
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  onFrame(bytes: Uint8Array, start: number, end: number): void {
    this.#note(`frame ${[...bytes.subarray(start, end)]}`);
  }

  onIdle(): void {
    // Arrivals without a frame are of no interest here.
  }

  onDrain(): void {
    this.#note("drain");
  }

  onClosed(error: SessionError | undefined): void {
    this.#note(error === undefined ? "closed" : `closed ${error.code}: ${error.message}`);
  }

  #note(what: string): void {
    const now = this.#clock.now();
    this.events.push(now === 0 ? what : `${now}: ${what}`);
  }
}

interface Started extends SimulatedPair {
  readonly clock: FakeClock;
  readonly atClient: Recorder;
  readonly atServer: Recorder;
}

function started(options: SimulatedPairOptions = {}): Started {
  const clock = new FakeClock();
  const pair = simulatedPair({ clock, ...options });
  const [atClient, atServer] = [new Recorder(clock), new Recorder(clock)];
  pair.client.start(atClient);
  pair.server.start(atServer);
  return { ...pair, clock, atClient, atServer };
}

/** Sends frames in one batch, each with its four bytes of length. */
function send(link: Link, ...frames: readonly number[][]): void {
  let end = 0;
  const ends = frames.map((frame) => {
    end += 4 + frame.length;
    return end;
  });
  const batch = new Uint8Array(end);
  for (const [index, frame] of frames.entries()) {
    const start = (ends[index] ?? 0) - frame.length;
    link.framing.writeHeader(batch, start - 4, frame.length);
    batch.set(frame, start);
  }
  link.send(batch, 0, ends, ends.length);
}

describe("a simulated link", () => {
  it("delivers later, in order, without a timer", async () => {
    const { client, atServer, clock } = started();
    send(client, [1, 2], [], [3]);
    send(client, [4]);
    expect(atServer.events).toEqual([]);
    await settle();
    expect(atServer.events).toEqual(["frame 1,2", "frame ", "frame 3", "frame 4"]);
    expect(clock.armed).toBe(0);
  });

  it("takes its time, and nothing overtakes", async () => {
    const delays = [30, 10, 0];
    const { client, atServer, clock } = started({ toServer: { latencyMs: (chunk) => delays[chunk] ?? 0 } });
    for (const value of [1, 2, 3]) {
      send(client, [value]);
      await clock.elapse(5);
    }
    await clock.elapse(100);
    expect(atServer.events).toEqual(["30: frame 1", "30: frame 2", "30: frame 3"]);
    expect(clock.armed).toBe(0);
  });

  it("delays each direction by itself", async () => {
    const { client, server, atClient, atServer, clock } = started({
      both: { latencyMs: 7 },
      toClient: { latencyMs: 20 },
    });
    send(client, [1]);
    send(server, [2]);
    await clock.elapse(50);
    expect(atServer.events).toEqual(["drain", "7: frame 1"]);
    expect(atClient.events).toEqual(["drain", "20: frame 2"]);
  });

  it("cuts the stream into chunks wherever it falls", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat(255), { maxLength: 20 }), { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        async (frames, sizes) => {
          const { client, atServer, toServer } = started({
            toServer: { chunkBytes: (chunk) => sizes[chunk % sizes.length] ?? 1 },
          });
          for (const frame of frames) send(client, frame);
          await settle();
          expect(atServer.events).toEqual(frames.map((frame) => `frame ${frame}`));
          expect(toServer.deliveredBytes).toBe(toServer.acceptedBytes);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("makes the writer of a slow reader wait, and says when it has taken all", async () => {
    const { client, atClient, atServer, clock } = started({ toServer: { bytesPerMs: 2 } });
    send(client, [1, 2, 3, 4], [5, 6]);
    await settle();
    expect(client.bufferedBytes).toBe(14);
    await clock.elapse(4);
    expect(client.bufferedBytes).toBe(6);
    await clock.elapse(10);
    expect(client.bufferedBytes).toBe(0);
    expect(atServer.events).toEqual(["4: frame 1,2,3,4", "7: frame 5,6"]);
    expect(atClient.events).toEqual(["7: drain"]);
    expect(clock.armed).toBe(0);
  });

  it("is silent on request, and goes on", async () => {
    const { client, server, atServer, atClient, toServer, clock } = started({ both: { latencyMs: 5 } });
    send(client, [1]);
    await settle();
    toServer.silence();
    send(client, [2]);
    client.close();
    send(server, [9]);
    await clock.elapse(1000);
    expect(toServer.isSilent).toBe(true);
    expect(atServer.events).toEqual(["drain"]);
    expect(clock.armed).toBe(0);
    toServer.resume();
    await clock.elapse(1000);
    expect(atServer.events.slice(1)).toEqual(["1000: frame 1", "1005: frame 2", "1005: closed"]);
    expect(atClient.events.at(-1)).toBe("1010: closed");
  });

  it("is silent behind a byte", async () => {
    const { client, atServer, toServer, clock } = started({ toServer: { silentAfterBytes: 10 } });
    send(client, [1]);
    send(client, [2]);
    client.close();
    await clock.elapse(10);
    expect(atServer.events).toEqual(["frame 1", "frame 2"]);
    expect(toServer.isSilent).toBe(true);
    toServer.resume();
    await clock.elapse(10);
    expect(atServer.events.slice(2)).toEqual(["10: closed"]);
  });
});

describe("a cut", () => {
  const [whole, inside] = [10, 8];

  it.each([
    ["end", whole, "closed"],
    ["end", inside, "closed Io: io error: stream ended after 3 of 4 frame header bytes"],
    ["error", whole, "closed Io: io error: the link was cut"],
    ["error", inside, "closed Io: io error: the link was cut"],
  ] as const)("as %s behind byte %i", async (cutAs, cutAfterBytes, expected) => {
    const { client, atClient, atServer } = started({ toServer: { cutAfterBytes, cutAs } });
    send(client, [1]);
    send(client, [2]);
    send(client, [3]);
    await settle();
    expect(atServer.events).toEqual(
      cutAfterBytes === whole ? ["frame 1", "frame 2", expected] : ["frame 1", expected],
    );
    expect(atClient.events.at(-1)).toMatch(cutAs === "end" ? /^closed$/ : /^closed Io: /);
  });

  it("of both directions is heard at once, whatever is under way", async () => {
    const { client, server, atClient, atServer, cut, toServer, clock } = started({ both: { latencyMs: 50 } });
    send(client, [1]);
    send(server, [2]);
    toServer.silence();
    await clock.elapse(10);
    cut("end");
    await settle();
    expect([atServer.events.at(-1), atClient.events.at(-1)]).toEqual(["10: closed", "10: closed"]);
    send(client, [3]);
    await clock.elapse(1000);
    expect(atServer.events.filter((event) => event.includes("frame"))).toEqual([]);
    expect(clock.armed).toBe(0);
  });

  it("can be made while the link is in use", async () => {
    const { client, atServer, toServer, clock } = started();
    send(client, [1]);
    toServer.cut();
    send(client, [2]);
    await clock.elapse(1);
    expect(atServer.events).toEqual(["frame 1", "closed Io: io error: the link was cut"]);
  });
});

describe("the end of a simulated link", () => {
  it("lets what was sent leave", async () => {
    const { client, server, atClient, atServer, clock } = started({ both: { latencyMs: 3, chunkBytes: 2 } });
    send(client, [1]);
    send(server, [9]);
    client.close();
    client.close();
    send(client, [2]);
    await clock.elapse(20);
    expect(atServer.events).toEqual(["drain", "3: frame 1", "3: closed"]);
    expect(atClient.events).toEqual(["6: closed"]);
    server.abort();
    await settle();
    expect(atServer.events).toHaveLength(3);
    expect(clock.armed).toBe(0);
  });

  it("is clean when both close at once", async () => {
    const { client, server, atClient, atServer } = started();
    client.close();
    server.close();
    await settle();
    expect([atClient.events, atServer.events]).toEqual([["closed"], ["closed"]]);
  });

  it("drops everything on abort", async () => {
    const { client, atClient, atServer, clock } = started({ both: { latencyMs: 3 } });
    send(client, [1]);
    client.abort();
    client.abort();
    await clock.elapse(10);
    expect(atClient.events).toEqual(["closed"]);
    expect(atServer.events).toEqual([expect.stringMatching(/^3: closed Io: /)]);
    expect(clock.armed).toBe(0);
  });

  it("reaches a sink that comes late, with what was sent before", async () => {
    const clock = new FakeClock();
    const { client, server } = simulatedPair({ clock });
    const [atClient, atServer] = [new Recorder(clock), new Recorder(clock)];
    client.start(atClient);
    send(client, [1]);
    client.close();
    await settle();
    expect(atClient.events).toEqual([]);
    server.start(atServer);
    await settle();
    expect([atServer.events, atClient.events]).toEqual([["frame 1", "closed"], ["closed"]]);
    const other = simulatedPair({ clock });
    other.client.abort();
    const late = new Recorder(clock);
    other.server.start(late);
    await settle();
    expect(late.events).toEqual([expect.stringMatching(/^closed Io: /)]);
  });

  it("comes with a frame that is too large", async () => {
    const { client, atClient, atServer } = started({ maxFrameBytes: 3 });
    send(client, [1, 2, 3], [1, 2, 3, 4]);
    await settle();
    expect(atServer.events).toEqual([
      "frame 1,2,3",
      expect.stringMatching(/^closed Protocol: .* maxFrameBytes/),
    ]);
    expect(atClient.events.at(-1)).toMatch(/^closed Io: /);
  });

  it("refuses a second start", () => {
    const { client, atClient } = started();
    expect(() => client.start(atClient)).toThrow("started once");
  });
});
