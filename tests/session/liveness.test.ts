/** Keepalive believes any byte: a peer that is slow is alive, a peer that gives no sign is lost. */
import { connectPair, FakeClock, simulatedPair } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { defaultKeepalive } from "../../packages/runtime/src/node/keepalive.js";
import type { Session } from "../../packages/runtime/src/session/session.js";
import { Golden } from "../support/gen/session.vox.js";
import { serveGolden } from "../support/golden-service.js";

const mb = 1 << 20;
/** A mobile network in a train: a megabyte takes 52 s. */
const slow = { bytesPerMs: 20 };
const keepalive = defaultKeepalive;
const dispatcher = serveGolden({
  lookup: (text) => (text === "large" ? "x".repeat(mb) : `${text.length}`),
  add: (a, b) => a + b,
});

const ask = (session: Session, text: string): Promise<string | undefined> | undefined =>
  session.client(Golden).lookup(text);

describe("on a slow link", () => {
  const directions = { "an answer": { toClient: slow }, "an argument": { toServer: slow } };
  const askers = {
    "the client": { client: { keepalive } },
    "both sides": { client: { keepalive }, server: { keepalive } },
  };
  for (const [what, network] of Object.entries(directions)) {
    for (const latencyMs of [0, 40, 400]) {
      for (const [who, sides] of Object.entries(askers)) {
        it(`${what} of 1 MiB arrives, with a latency of ${latencyMs} ms, when ${who} request signs of life`, async () => {
          const clock = new FakeClock();
          const { links } = simulatedPair({ clock, both: { latencyMs }, ...network });
          const pair = await clock.until(connectPair(dispatcher, { clock, links, ...sides }));
          const isAnswer = what === "an answer";
          const text = isAnswer ? "large" : "x".repeat(mb);
          const answer = await clock.until(Promise.resolve(ask(pair.client, text)));
          expect(answer).toBe(isAnswer ? "x".repeat(mb) : `${mb}`);
          expect(clock.now()).toBeGreaterThan(50_000);
          pair.client.abort();
        });
      }
    }
  }

  it("a server that asks takes bytes that leave for signs of life", async () => {
    const clock = new FakeClock();
    const { links } = simulatedPair({ clock, toClient: slow });
    const pair = await clock.until(connectPair(dispatcher, { clock, links, server: { keepalive } }));
    expect(await clock.until(Promise.resolve(ask(pair.client, "large")))).toHaveLength(mb);
    pair.client.abort();
  });

  it("a peer that reads slowly and is not read meanwhile is kept", async () => {
    const clock = new FakeClock();
    const { links } = simulatedPair({ clock, toClient: slow });
    const limits = { maxBufferedBytes: 1024, maxQueuedBytes: 1024 };
    const pair = await clock.until(connectPair(dispatcher, { clock, links, server: { keepalive, limits } }));
    const answers = Array.from({ length: 3 }, () => ask(pair.client, "large"));
    const numbers = Array.from({ length: 100 }, () => pair.client.client(Golden).add(1, 2));
    const all = await clock.until(Promise.all([...answers, ...numbers]));
    expect(all.slice(3)).toEqual(new Array(100).fill(3));
    pair.client.abort();
  });
});

describe("a peer that gives no sign", () => {
  it.each<[string, number]>([
    ["from the start", 0],
    ["in the middle of a frame", 200_000],
  ])("is lost in time, %s", async (_, bytes) => {
    const clock = new FakeClock();
    const network = simulatedPair({ clock, toClient: slow });
    const { links } = network;
    const pair = await clock.until(connectPair(dispatcher, { clock, links, client: { keepalive } }));
    const answer = ask(pair.client, "large")?.catch((error: Error) => error);
    await clock.elapse(bytes / slow.bytesPerMs);
    network.toClient.silence();
    const lostAt = clock.now();
    await clock.until(Promise.resolve(answer));
    expect(clock.now() - lostAt).toBeLessThanOrEqual(30_000 + 15_000 + 5000);
    expect((await clock.until(pair.client.closed)).error?.message).toBe(
      "protocol error: keepalive: the peer has not answered within 15000 ms",
    );
    pair.server.abort();
    network.cut();
  });

  it("is not judged by a process that was suspended before it has listened again", async () => {
    const clock = new FakeClock();
    const network = simulatedPair({ clock });
    const { links } = network;
    const pair = await clock.until(connectPair(dispatcher, { clock, links, client: { keepalive } }));
    network.toClient.silence();
    await clock.elapse(31_000);
    // All that was due meanwhile is due at once.
    const suspended = clock.now() + 5000;
    clock.advance(suspended - clock.now());
    network.toClient.resume();
    await clock.elapse(60_000);
    expect(pair.client.isOpen).toBe(true);
    pair.client.abort();
  });
});

describe("a peer that gives signs", () => {
  it("gets a Ping only after an interval of silence", async () => {
    const clock = new FakeClock();
    const { links } = simulatedPair({ clock });
    const pair = await clock.until(connectPair(dispatcher, { clock, links, client: { keepalive } }));
    const framesOut = (): number => pair.client.snapshot().traffic.framesOut;
    await clock.until(Promise.resolve(pair.client.client(Golden).add(1, 2)));
    const busyFrom = framesOut();
    for (let calls = 0; calls < 20; calls++) {
      await clock.elapse(9000);
      await clock.until(Promise.resolve(pair.client.client(Golden).add(1, 2)));
    }
    expect(framesOut() - busyFrom).toBe(20);
    await clock.elapse(keepalive.intervalMs);
    expect(framesOut() - busyFrom).toBe(21);
    pair.client.abort();
  });
});
