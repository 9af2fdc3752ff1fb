/**
 * When a client tries to get another link, how long an acceptor waits for it, and which side learns of it. Source:
 * `protocol/session.md` §7.
 */
import { type ObserverEvents, SessionError, type SessionState } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { settle } from "@voxrpc/runtime/testing";
import { afterEach, describe, expect, it } from "vitest";
import { Golden } from "../support/gen/session.vox.js";
import { lookup, wait } from "../support/golden-service.js";
import { type Resumable, type ResumableOptionsOfTest, resumable } from "../support/resumable.js";

let pair: Resumable | undefined;

async function connected(options: ResumableOptionsOfTest = {}): Promise<Resumable> {
  const handlers = [wait.handled(([value]) => value), lookup.handled(([key]) => key)];
  pair = await resumable($.dispatcher("Golden", handlers), options);
  return pair;
}

afterEach(async () => {
  await pair?.close();
  expect(pair?.clock.armed ?? 0).toBe(0);
  pair = undefined;
});

/**
 * Winds the clock in steps, as long as the client looks for a link.
 * @returns when it began each attempt, ms after the cut
 */
async function attemptsOf(own: Resumable, forMs: number, stepMs: number): Promise<number[]> {
  const start = own.clock.now();
  const times: number[] = [];
  const stop = own.client.onStateChanged((state) => {
    if (state.kind === "recovering") times.push(own.clock.now() - start);
  });
  for (let ms = 0; ms < forMs && own.client.state.kind === "recovering"; ms += stepMs) {
    own.clock.advance(stepMs);
    await settle();
  }
  stop();
  return times;
}

const kinds = (states: readonly SessionState[]): string[] => states.map(({ kind }) => kind);

describe("a client without a link", () => {
  it("pauses 100 ms, twice as long each time, 5 s at most, and gives up after 30 s", async () => {
    const own = await connected();
    own.isListening = false;
    await own.cut();
    const call = own.client.client(Golden).$try.wait(1);
    expect(await attemptsOf(own, 40_000, 100)).toEqual([
      100, 300, 700, 1500, 3100, 6300, 11_300, 16_300, 21_300, 26_300,
    ]);
    const end = await own.client.closed;
    expect(end).toMatchObject({
      reason: "Transport",
      error: {
        code: "Io",
        message: "io error: the link was lost, and no other could be had within 30000 ms",
        cause: { message: "io error: nobody listens" },
      },
    });
    expect(own.client.state).toEqual({ kind: "closed", ...end });
    expect(await call).toMatchObject({ ok: false, error: { code: "ConnectionClosed" } });
    expect(own.clock.now()).toBe(30_000);
  });

  it("pauses a random part of that, so that clients do not come back all at once", async () => {
    const parts = [0.5, 0.1, 0.25, 1];
    const own = await connected({ reconnect: { jitter: () => parts.shift() ?? 1, maxAttempts: 4 } });
    own.isListening = false;
    await own.cut();
    expect(await attemptsOf(own, 5000, 10)).toEqual([50, 70, 170, 970]);
    expect(await own.client.closed).toMatchObject({ reason: "Transport" });
  });

  it("keeps to the times that it is given", async () => {
    const own = await connected({ reconnect: { minDelayMs: 10, maxDelayMs: 30, maxElapsedMs: 100 } });
    own.isListening = false;
    await own.cut();
    expect(await attemptsOf(own, 1000, 10)).toEqual([10, 30, 60, 90]);
    expect(own.clock.now()).toBe(100);
    await own.client.closed;
  });

  it.each([
    ["by its signal", (_own: Resumable, controller: AbortController) => controller.abort()],
    ["by close", ({ client }: Resumable) => void client.close()],
    ["by abort", ({ client }: Resumable) => client.abort()],
  ])("gives up at once when told to %s, during a pause and during an attempt", async (_, stop) => {
    for (const ms of [50, 100]) {
      const controller = new AbortController();
      const own = await connected({ reconnect: { signal: controller.signal } });
      own.isListening = false;
      await own.cut();
      const call = own.client.client(Golden).$try.wait(1);
      own.clock.advance(ms);
      await Promise.resolve();
      stop(own, controller);
      expect(await own.client.closed).toEqual({ reason: "Local", error: undefined });
      expect(await call).toMatchObject({ ok: false, error: { code: "SessionShutdown" } });
      await settle();
      expect(own.networks).toHaveLength(1);
      await own.close();
      expect(own.clock.armed).toBe(0);
    }
  });

  it("ends when the last client of a released session is closed", async () => {
    const own = await connected();
    const client = own.client.client(Golden);
    await own.client.closeWhenIdle();
    await own.cut();
    expect(own.client.state.kind).toBe("recovering");
    await client.$caller.connection.close();
    expect(await own.client.closed).toEqual({ reason: "Local", error: undefined });
  });

  it("tries again when a link is taken away during the handshake, or says nothing", async () => {
    const own = await connected({
      client: { limits: { handshakeTimeoutMs: 1000 } },
      network: (index) =>
        [{}, { toClient: { cutAfterBytes: 12, cutAs: "end" as const } }, { both: { silentAfterBytes: 0 } }][
          index
        ] ?? {},
    });
    await own.cut();
    await own.recover();
    expect(own.client.state).toMatchObject({ kind: "open", reconnects: 1, isResumed: true });
    expect(own.networks).toHaveLength(4);
    expect(own.states.filter(({ kind }) => kind === "recovering")).toMatchObject([
      { attempt: 0, error: { code: "Io" } },
      { attempt: 1, error: { code: "Io" } },
      { attempt: 2, error: { code: "WentAway", message: expect.stringContaining("during handshake") } },
      { attempt: 3, error: { code: "ConnectTimeout" } },
    ]);
    expect(await own.client.client(Golden).wait(5)).toBe(5);
  });

  it("is lost when the peer does not answer for as long as keepalive says, and gets another link", async () => {
    const own = await connected({ client: { keepalive: { intervalMs: 1000, timeoutMs: 500 } } });
    own.networks[0]?.toServer.silence();
    own.clock.advance(1000);
    await settle();
    own.clock.advance(500);
    await settle();
    expect(own.client.state).toMatchObject({
      kind: "recovering",
      error: { message: expect.stringMatching(/keepalive: .* 500 ms$/) },
    });
    await own.recover();
    expect(own.client.state).toMatchObject({ kind: "open", isResumed: true });
    expect(await own.client.client(Golden).wait(5)).toBe(5);
  });

  it("goes on while the acceptor still has the old link", async () => {
    const own = await connected();
    // The acceptor does not learn that the client has given the link up.
    own.networks[0]?.toServer.silence();
    own.client.core.cut(new SessionError("Io", "io error: no route"));
    await own.recover();
    expect(own.client.state).toMatchObject({ kind: "open", reconnects: 1, isResumed: true });
    expect(own.accepted[1]).toBe(own.accepted[0]);
    expect(await own.client.client(Golden).wait(5)).toBe(5);
  });

  it("builds a new session with an acceptor that does not resume any", async () => {
    const own = await connected({ registry: null });
    await own.cut();
    const late = own.client.client(Golden).wait(2);
    await own.recover();
    expect(own.client.state).toEqual({ kind: "open", reconnects: 1, isResumed: false });
    expect(await late).toBe(2);
    expect(own.accepted).toHaveLength(2);
  });

  it("looks for no other when it has begun to close", async () => {
    const own = await connected();
    const closing = own.client.close({ timeoutMs: 1000 });
    await own.cut();
    await closing;
    expect(own.networks).toHaveLength(1);
  });
});

describe("an acceptor", () => {
  it("waits 60 s for a peer, then ends the session", async () => {
    const own = await connected();
    own.isListening = false;
    own.client.core.resends = undefined;
    await own.cut();
    expect(own.serving.state).toMatchObject({ kind: "recovering", attempt: 0 });
    own.clock.advance(59_999);
    expect(own.serving.state.kind).toBe("recovering");
    own.clock.advance(1);
    expect(await own.serving.closed).toMatchObject({
      reason: "Transport",
      error: {
        code: "NotResumable",
        message: "session is not resumable: the peer has not come back within 60000 ms",
      },
    });
    expect(own.registry?.size).toBe(0);
  });

  it("keeps no more sessions without a link than its limit: that which has waited longest ends", async () => {
    const own = await connected({ registry: { maxSessions: 1 } });
    const other = await connected();
    other.registry = own.registry;
    await other.cut();
    await other.recover();
    own.isListening = false;
    other.isListening = false;
    await own.cut();
    expect(own.registry?.waitingCount).toBe(1);
    await other.cut();
    expect(await own.serving.closed).toMatchObject({
      error: {
        message: "session is not resumable: more than 1 sessions wait (option maxSessions)",
      },
    });
    expect(own.registry?.waitingCount).toBe(1);
    await own.close();
  });

  it("knows a client by the key that it had, too, until it has presented the new one", async () => {
    // The answer with the new key is lost, twice.
    const own = await connected({
      network: (index) => (index === 1 || index === 2 ? { toClient: { cutAfterBytes: 20 } } : {}),
    });
    await own.cut();
    await own.recover();
    expect(own.networks).toHaveLength(4);
    expect(own.client.state).toMatchObject({ kind: "open", reconnects: 1, isResumed: true });
    for (let round = 0; round < 3; round++) {
      await own.cut();
      await own.recover();
    }
    expect(own.client.state).toMatchObject({ kind: "open", reconnects: 4, isResumed: true });
    expect(new Set(own.accepted).size).toBe(1);
  });

  it("forgets a session that its client has closed", async () => {
    const own = await connected();
    await own.client.close();
    await settle();
    // An end between two frames may be a cut: the session waits for its peer for a while.
    await own.serving.close();
    expect(own.registry?.size).toBe(0);
  });
});

describe("the state of a session", () => {
  it("is a value, and told to listeners and observers in order", async () => {
    const events: ObserverEvents["onStateChanged"][] = [];
    const own = await connected({ observer: { onStateChanged: (event) => events.push(event) } });
    expect(own.client.state).toEqual({ kind: "open", reconnects: 0, isResumed: false });
    const heard: string[] = [];
    own.client.onStateChanged(() => {
      throw new Error("a listener that fails");
    });
    const stop = own.client.onStateChanged(({ kind }) => heard.push(kind));
    await own.cut();
    await own.recover();
    stop();
    stop();
    await own.client.close();
    expect(heard).toEqual(["recovering", "recovering", "open"]);
    expect(kinds(own.states)).toEqual(["recovering", "recovering", "open", "closed"]);
    expect(kinds(events.map(({ state }) => state))).toEqual(["open", ...kinds(own.states)]);
    expect(new Set(events.map(({ sessionId }) => sessionId)).size).toBe(1);
    expect(own.client.state).toEqual({ kind: "closed", reason: "Local", error: undefined });
  });
});

describe("a client that learns when an attempt may succeed", () => {
  /** How to tell it, and whether it listens. */
  function waking(): {
    readonly onWake: (attemptNow: () => void) => () => void;
    tell: () => void;
    listeners: number;
  } {
    const told = {
      tell: (): void => {},
      listeners: 0,
      onWake(attemptNow: () => void) {
        told.tell = attemptNow;
        told.listeners += 1;
        return () => {
          told.listeners -= 1;
        };
      },
    };
    return told;
  }

  it("makes one at once, and the next pauses are short again", async () => {
    const told = waking();
    const own = await connected({ reconnect: { onWake: told.onWake, jitter: () => 1 } });
    own.isListening = false;
    await own.cut();
    expect(await attemptsOf(own, 7000, 100)).toEqual([100, 300, 700, 1500, 3100, 6300]);
    own.isListening = true;
    const before = own.clock.now();
    told.tell();
    // The handshake takes a few round trips.
    await attemptsOf(own, 50, 1);
    expect(own.client.state.kind).toBe("open");
    expect(own.clock.now() - before).toBeLessThan(50);
    expect(told.listeners).toBe(0);
  });

  it("gives each sign the whole time of a recovery", async () => {
    const told = waking();
    const own = await connected({ reconnect: { onWake: told.onWake, jitter: () => 1 } });
    own.isListening = false;
    await own.cut();
    await attemptsOf(own, 29_000, 1000);
    told.tell();
    await settle();
    await attemptsOf(own, 29_000, 1000);
    expect(own.client.state.kind).toBe("recovering");
    await attemptsOf(own, 2000, 1000);
    expect(own.client.state.kind).toBe("closed");
    expect(told.listeners).toBe(0);
    // A sign that comes too late changes nothing.
    const { armed } = own.clock;
    told.tell();
    await settle();
    expect(own.clock.armed).toBe(armed);
  });

  it("listens only while it has no link", async () => {
    const told = waking();
    const own = await connected({ reconnect: { onWake: told.onWake } });
    expect(told.listeners).toBe(0);
    await own.cut();
    expect(told.listeners).toBe(1);
    await own.client.close();
    await settle();
    expect(told.listeners).toBe(0);
  });
});

describe("a machine that sleeps for ten minutes", () => {
  it("while it has no link tries again when it wakes", async () => {
    const own = await connected({ registry: { expiryMs: 3_600_000 } });
    own.isListening = false;
    await own.cut();
    await attemptsOf(own, 2000, 100);
    own.isListening = true;
    own.clock.sleep(600_000);
    await attemptsOf(own, 50, 1);
    expect(own.client.state).toMatchObject({ kind: "open", isResumed: true });
    expect(await own.client.client(Golden).$try.wait(7)).toMatchObject({ ok: true, value: 7 });
  });

  it("and finds no server gives up after the whole time, awake", async () => {
    const own = await connected();
    own.isListening = false;
    await own.cut();
    own.clock.sleep(600_000);
    await settle();
    const woken = own.clock.now();
    await attemptsOf(own, 60_000, 100);
    expect(own.client.state.kind).toBe("closed");
    expect(own.clock.now() - woken).toBe(30_000);
  });

  it("with a link that lasts keeps its session", async () => {
    const own = await connected({ client: { keepalive: { intervalMs: 30_000, timeoutMs: 15_000 } } });
    own.clock.sleep(600_000);
    await settle();
    expect(await own.client.client(Golden).$try.wait(7)).toMatchObject({ ok: true, value: 7 });
    expect(own.client.state.kind).toBe("open");
  });
});
