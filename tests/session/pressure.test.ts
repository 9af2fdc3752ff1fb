/** Peers that send and do not read: what waits is bounded, no link is cut, and everything goes on afterwards. */
import type { Limits } from "@voxrpc/runtime";
import type * as $ from "@voxrpc/runtime/gen/v1";
import {
  connectPair,
  FakeClock,
  type MemoryLink,
  memoryLinkPair,
  type SessionPair,
  settle,
} from "@voxrpc/runtime/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acceptSession } from "../../packages/runtime/src/establish/accept.js";
import { openSession } from "../../packages/runtime/src/establish/initiate.js";
import type { Session } from "../../packages/runtime/src/session/session.js";
import { Golden, type GoldenClient } from "../support/gen/session.vox.js";
import { serveGolden } from "../support/golden-service.js";

const echoing = (): $.Dispatcher => serveGolden({ hello: () => "hello", lookup: (text) => text });

const ask = (session: Session, text: string): Promise<string | undefined> => callerOf(session).lookup(text);

const callerOf = (session: Session): GoldenClient => session.client(Golden);

const kb = 1024;
/** A frame of 16 KiB is the largest, and 32 KiB make a link congested. */
const limits: Partial<Limits> = {
  maxFrameBytes: 16 * kb,
  maxBufferedBytes: 32 * kb,
  maxQueuedBytes: 128 * kb,
};
const text = "x".repeat(8 * kb);
const many = { maxConcurrentRequests: 1000, limits };

/** Makes calls until the link has taken nothing more for a while. */
async function flood(session: Session, count: number): Promise<Promise<string | undefined>[]> {
  const calls: Promise<string | undefined>[] = [];
  for (let made = 0; made < count; made++) {
    calls.push(ask(session, text));
    if (made % 4 === 0) await settle();
  }
  return calls;
}

async function expectAnswered(calls: readonly Promise<string | undefined>[]): Promise<void> {
  for (const answer of await Promise.all(calls)) expect(answer).toBe(text);
}

describe("a peer that calls and does not read", () => {
  it("is not read past the limit, and is answered in full when it reads", async () => {
    await using pair = await connectPair(echoing(), { server: many, client: { limits } });
    pair.clientLink.pause();
    const calls = await flood(pair.client, 100);
    // The answers fill the server's link, then calls wait up to the limit, then they wait in the client's link.
    expect(pair.serverLink.bufferedBytes).toBeLessThan(32 * kb + 16 * kb);
    expect(pair.clientLink.bufferedBytes).toBeGreaterThan(0);
    expect(pair.server.core.queuedBytes).toBeGreaterThan(128 * kb);
    expect(pair.server.core.queuedBytes).toBeLessThan(128 * kb + 96 * kb);
    pair.clientLink.resume();
    await expectAnswered(calls);
    expect(pair.server.core.queuedBytes).toBe(0);
    expect([pair.client.isOpen, pair.server.isOpen]).toEqual([true, true]);
  });

  it("does not count for more when its connections are many", async () => {
    await using pair = await connectPair(echoing(), { server: many, client: { limits } });
    const others = await Promise.all(
      Array.from({ length: 4 }, () => pair.client.open(Golden, { maxConcurrentRequests: 1000 })),
    );
    pair.clientLink.pause();
    const calls: Promise<string | undefined>[] = [];
    for (let made = 0; made < 100; made++) {
      calls.push((others[made % 4] as GoldenClient).lookup(text));
      if (made % 4 === 0) await settle();
    }
    expect(pair.server.core.queuedBytes).toBeLessThan(128 * kb + 96 * kb);
    pair.clientLink.resume();
    await expectAnswered(calls);
  });

  it("may end the session or be gone while it is not read", async () => {
    for (const end of [
      (pair: SessionPair) => pair.client.abort(),
      (pair: SessionPair) => pair.server.abort(),
      (pair: SessionPair) => pair.clientLink.close(),
    ]) {
      const clock = new FakeClock();
      const pair = await connectPair(echoing(), { server: many, client: { limits }, clock });
      pair.clientLink.pause();
      const calls = await flood(pair.client, 60);
      end(pair);
      await Promise.allSettled(calls);
      await settle();
      clock.advance(10_000);
      await settle();
      expect([pair.client.isOpen, pair.server.isOpen]).toEqual([false, false]);
      expect(pair.server.core.queuedBytes).toBe(0);
      expect(clock.armed).toBe(0);
    }
  });

  it("is lost when it does not get on with it, where there is keepalive; its Pongs are not missed until then", async () => {
    const clock = new FakeClock();
    const keepalive = { intervalMs: 1000, timeoutMs: 300 };
    const pair = await connectPair(echoing(), { server: { ...many, keepalive }, client: { limits }, clock });
    pair.clientLink.pause();
    const calls = await flood(pair.client, 100);
    clock.advance(1299);
    expect(pair.server.isOpen).toBe(true);
    pair.clientLink.resume();
    await expectAnswered(calls);
    clock.advance(999);
    await settle();
    expect(pair.server.isOpen).toBe(true);
    pair.clientLink.pause();
    const lost = await flood(pair.client, 100);
    clock.advance(1300);
    // The link is cut when the peer does not let it close.
    clock.advance(10_000);
    await Promise.allSettled(lost);
    expect((await pair.server.closed).error?.message).toMatch(
      /keepalive: .* read what was sent within 1300 ms$/,
    );
    await pair.client.closed;
  });

  it("ends the connection on a link that cannot wait", async () => {
    const [ours, theirs] = memoryLinkPair();
    const unstoppable: MemoryLink = Object.defineProperty(theirs, "setReading", { value: undefined });
    const [client, server] = await Promise.all([
      openSession(ours, { limits }),
      acceptSession(unstoppable, echoing(), many),
    ]);
    ours.pause();
    const calls = await flood(client, 100);
    ours.resume();
    await Promise.allSettled(calls);
    expect((await server.closed).error?.message).toMatch(/more than \d+ requests wait for an answer/);
    await client.closed;
  });
});

describe("two peers that flood each other", () => {
  const size = fc.integer({ min: 0, max: 12 * kb });
  const plan = fc.record({
    client: fc.array(size, { minLength: 1, maxLength: 120 }),
    server: fc.array(size, { minLength: 1, maxLength: 120 }),
    isServerFirst: fc.boolean(),
  });

  it("get all their answers, whichever side reads first", async () => {
    await fc.assert(
      fc.asyncProperty(plan, async ({ client, server, isServerFirst }) => {
        const clock = new FakeClock();
        await using pair = await connectPair(echoing(), {
          server: many,
          client: { ...many, serve: echoing() },
          clock,
        });
        pair.clientLink.pause();
        pair.serverLink.pause();
        const answers = [
          ...client.map((length) => ask(pair.client, "c".repeat(length))),
          ...server.map((length) => ask(pair.server, "s".repeat(length))),
        ];
        await settle();
        const [first, second] = isServerFirst
          ? [pair.serverLink, pair.clientLink]
          : [pair.clientLink, pair.serverLink];
        first.resume();
        await settle();
        second.resume();
        const lengths = (await Promise.all(answers)).map((answer) => answer?.length);
        expect(lengths).toEqual([...client, ...server]);
        expect([pair.client.core.queuedBytes, pair.server.core.queuedBytes]).toEqual([0, 0]);
      }),
      { numRuns: 40 },
    );
  });

  it("also when their handlers call back and answer late", async () => {
    const nested = (): $.Dispatcher =>
      serveGolden({
        lookup: async (key, context) => {
          const caller = context.client(Golden);
          await caller.wait(1);
          return key;
        },
        wait: (value) => Promise.resolve(value),
      });
    await using pair = await connectPair(nested(), {
      server: many,
      client: { ...many, serve: nested() },
    });
    pair.clientLink.pause();
    pair.serverLink.pause();
    const calls = [...(await flood(pair.client, 80)), ...(await flood(pair.server, 80))];
    pair.clientLink.resume();
    await settle();
    pair.serverLink.resume();
    await expectAnswered(calls);
  });
});
