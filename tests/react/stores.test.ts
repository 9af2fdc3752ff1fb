/** What the hooks of `@voxrpc/react` keep outside of React. */
import {
  type CallOptions,
  ChannelError,
  partialDispatcher,
  type SessionState,
  type Tx,
  VoxError,
} from "@voxrpc/runtime";
import { connectPair, FakeClock, type SessionPair, settle } from "@voxrpc/runtime/testing";
import { afterEach, describe, expect, it } from "vitest";
import { keyPart } from "../../packages/react/src/argument-key.js";
import { CallCache } from "../../packages/react/src/call-cache.js";
import { CallStore } from "../../packages/react/src/call-store.js";
import { connection } from "../../packages/react/src/connection.js";
import { type StreamOptions, StreamStore } from "../../packages/react/src/stream-store.js";
import { Shop, type ShopClient, type ShopHandler, shopDispatcher } from "../application/gen/shop.vox.js";
import { Streams, type StreamsClient, streamsDispatcher } from "../interop/gen/streams.vox.js";
import { streamsHandler } from "../support/stream-handlers.js";
import { expectNothingUnheard } from "../support/unheard.js";

const open: SessionPair[] = [];
expectNothingUnheard(settle);
afterEach(async () => {
  for (const pair of open.splice(0)) await pair[Symbol.asyncDispose]();
});

async function streams(
  clock?: FakeClock,
): Promise<{ client: StreamsClient; pair: SessionPair; running(): number }> {
  const { handler, load } = streamsHandler();
  const pair = await connectPair(streamsDispatcher(handler), { clock });
  open.push(pair);
  return { client: pair.client.client(Streams), pair, running: () => load.running };
}

describe("a call", () => {
  it("is made while it is watched, and aborted when the last watcher has left", async () => {
    const signals: AbortSignal[] = [];
    const call = new CallStore((signal) => {
      signals.push(signal);
      return new Promise<number>(() => {});
    });
    expect(signals).toHaveLength(0);
    const leave = call.subscribe(() => {});
    const leaveToo = call.subscribe(() => {});
    leave();
    await settle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    leaveToo();
    await settle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it("is made once when the watcher leaves and comes back at once, as in strict mode", async () => {
    let calls = 0;
    const call = new CallStore<number>(async () => ++calls);
    call.subscribe(() => {})();
    call.subscribe(() => {});
    await settle();
    expect(call.read()).toMatchObject({ status: "success", value: 1 });
  });

  it("keeps its answer while it is made again, and takes no answer of an earlier run", async () => {
    const answers: ((value: number) => void)[] = [];
    const call = new CallStore<number>(() => new Promise((resolve) => answers.push(resolve)));
    call.subscribe(() => {});
    answers[0]?.(1);
    await settle();
    call.read().again();
    expect(call.read()).toMatchObject({ status: "pending", value: 1 });
    call.read().again();
    answers[2]?.(3);
    answers[1]?.(2);
    await settle();
    expect(call.read()).toMatchObject({ status: "success", value: 3 });
  });

  it("has its failure as a state, also one that is thrown at once", async () => {
    const call = new CallStore<number>(() => {
      throw new TypeError("at once");
    });
    call.subscribe(() => {});
    await settle();
    expect(call.read()).toMatchObject({ status: "error", error: new TypeError("at once") });
  });
});

describe("calls of components that suspend", () => {
  it("are shared by key, and forgotten with their last watcher", async () => {
    const calls = new CallCache(new FakeClock());
    const call = calls.get("a", async () => 1);
    expect(calls.get("a", async () => 2)).toBe(call);
    await call.settled;
    call.subscribe(() => {})();
    await settle();
    expect(calls.size).toBe(0);
  });

  it.each([
    ["an answer", 60_000, () => Promise.resolve(1)],
    ["a failure", 1000, () => Promise.reject(new Error("no"))],
  ] as const)("keep %s without a watcher for %i ms", async (_what, keptMs, make) => {
    const clock = new FakeClock();
    const calls = new CallCache(clock);
    await calls.get("a", make).settled;
    await clock.elapse(keptMs - 1);
    expect(calls.size).toBe(1);
    await clock.elapse(1);
    expect(calls.size).toBe(0);
  });

  it("are bounded: the oldest without a watcher is aborted", () => {
    const calls = new CallCache(new FakeClock());
    const signals: AbortSignal[] = [];
    for (let at = 0; at < 1001; at++)
      calls.get(String(at), (signal) => {
        signals.push(signal);
        return new Promise(() => {});
      });
    expect(calls.size).toBe(1000);
    expect(signals.map(({ aborted }) => aborted).indexOf(true)).toBe(0);
  });
});

describe("a stream", () => {
  /** A stream with its clock, watched. */
  async function watched(
    ask: (
      client: StreamsClient,
    ) => (items: Tx<number>, options: CallOptions, last?: number) => Promise<unknown>,
    options: StreamOptions = {},
  ) {
    const clock = new FakeClock();
    const side = await streams();
    const stream = new StreamStore<number>(side.client, ask(side.client), { clock, ...options });
    const leave = stream.subscribe(() => {});
    return { ...side, clock, stream, leave };
  }

  it("keeps the last items, and renders once for many", async () => {
    const { stream, clock } = await watched(
      (client) => (items, options) => client.count(0, 1000, items, options),
      {
        maxItems: 3,
      },
    );
    let renders = 0;
    stream.subscribe(() => renders++);
    for (let turn = 0; turn < 50; turn++) await settle();
    await clock.elapse(16);
    expect(stream.read()).toMatchObject({
      status: "closed",
      items: [997, 998, 999],
      last: 999,
      received: 1000,
      runs: 1,
    });
    expect(renders).toBeLessThan(5);
  });

  it("ends at the server when its last watcher leaves", async () => {
    const { running, leave } = await watched((client) => (items, options) => client.endless(items, options));
    await settle();
    expect(running()).toBe(1);
    leave();
    for (let turn = 0; turn < 5; turn++) await settle();
    expect(running()).toBe(0);
  });

  it("fails with the declared error of its call", async () => {
    const { stream } = await watched((client) => (items, options) => client.failAfter(2, items, options));
    for (let turn = 0; turn < 5; turn++) await settle();
    expect(stream.read()).toMatchObject({
      status: "failed",
      items: [0, 1],
      error: { value: { kind: "Exhausted", value: 2 } },
    });
  });

  it("fails when the call cannot be made", async () => {
    const { stream } = await watched((client) => (items, options) => client.count(-1, 2, items, options));
    await settle();
    expect(stream.read()).toMatchObject({ status: "failed", error: { code: "EncodeFailed" } });
  });

  it("fails, and is not made again, when the session is closed", async () => {
    const { stream, pair } = await watched((each) => (items, options) => each.endless(items, options));
    await settle();
    await pair.client.close({ timeoutMs: 0 });
    await settle();
    expect(stream.read()).toMatchObject({ status: "failed", runs: 1 });
  });

  /** Loses its stream after three items, `times` times. */
  function losing(times: number) {
    let left = times;
    const lasts: (number | undefined)[] = [];
    const ask = (client: StreamsClient) => async (items: Tx<number>, options: CallOptions, last?: number) => {
      lasts.push(last);
      if (left-- <= 0) return client.count(last ?? 0, 3, items, options);
      await client.count(last ?? 0, 3, items, options);
      throw new VoxError("ConnectionClosed", "lost", { retryable: true });
    };
    return { ask, lasts };
  }

  it.each([
    ["clear", [0, 1, 2], [undefined, undefined]],
    ["keep", [0, 1, 2, 2, 3, 4], [undefined, 2]],
  ] as const)("is made again after a loss (%s)", async (onAgain, items, expected) => {
    const { ask, lasts } = losing(1);
    const { stream } = await watched(ask, { onAgain });
    for (let turn = 0; turn < 5; turn++) await settle();
    expect(stream.read()).toMatchObject({ status: "closed", items, received: 6, runs: 2 });
    expect(lasts).toEqual(expected);
  });

  it("that is endless is made again after each end, behind a pause", async () => {
    const { stream, clock } = await watched(
      (client) => (items, options) => client.count(0, 2, items, options),
      {
        endless: true,
      },
    );
    for (let run = 1; run <= 3; run++) {
      for (let turn = 0; turn < 5; turn++) await settle();
      expect(stream.read()).toMatchObject({
        status: "recovering",
        error: undefined,
        received: 2 * run,
        runs: run,
      });
      await clock.elapse(99);
      expect(stream.read().runs).toBe(run);
      await clock.elapse(1);
    }
  });

  it("that is endless is closed when its connection is", async () => {
    const { stream, pair } = await watched(
      (client) => async (items, options) => {
        await client.count(0, 2, items, options);
        await client.$session.close({ timeoutMs: 0 });
      },
      { endless: true },
    );
    for (let turn = 0; turn < 5; turn++) await settle();
    expect(pair.client.state.kind).toBe("closed");
    expect(stream.read()).toMatchObject({ status: "closed", items: [0, 1], runs: 1 });
  });

  it("fails at once, and aborts its call, when this side cannot read an item", async () => {
    let isAborted = false;
    const { stream } = await watched(() => (items, { signal }) => {
      items.pair?.fail(new ChannelError("ItemUnreadable", "an item cannot be read"));
      // A handler that notices nothing: only the abort ends it.
      return new Promise(() => signal?.addEventListener("abort", () => (isAborted = true)));
    });
    await settle();
    expect(stream.read()).toMatchObject({ status: "failed", error: { code: "ItemUnreadable" }, runs: 1 });
    expect(isAborted).toBe(true);
  });

  const shown: readonly {
    readonly status: "closed" | "failed";
    readonly onAgain: "clear" | "keep";
    readonly before: readonly number[];
    readonly after: readonly number[];
  }[] = [
    { status: "closed", onAgain: "clear", before: [], after: [0, 1, 2] },
    { status: "closed", onAgain: "keep", before: [0, 1, 2], after: [0, 1, 2, 2, 3, 4] },
    { status: "failed", onAgain: "clear", before: [], after: [0, 1] },
    { status: "failed", onAgain: "keep", before: [0, 1], after: [0, 1, 0, 1] },
  ];
  it.each(shown)("that has $status opens when it is watched again ($onAgain)", async (row) => {
    const { status, onAgain, before, after } = row;
    const { stream, leave } = await watched(
      (client) => (items, options, last) =>
        status === "closed"
          ? client.count(last ?? 0, 3, items, options)
          : client.failAfter(2, items, options),
      { onAgain },
    );
    const ended = async (): Promise<void> => {
      for (let turn = 0; turn < 5; turn++) await settle();
    };
    await ended();
    expect(stream.read()).toMatchObject({ status, runs: 1 });
    leave();
    await settle();
    stream.subscribe(() => {});
    expect(stream.read()).toMatchObject({
      status: "opening",
      items: before,
      last: before.at(-1),
      error: undefined,
    });
    await ended();
    expect(stream.read()).toMatchObject({ status, items: after, runs: 2 });
  });

  it("pauses longer each time when it is refused at once, and stops when it is left", async () => {
    const { stream, clock, leave } = await watched(() => async () => {
      throw new VoxError("Busy", "no room", { retryable: true });
    });
    const runs: number[] = [];
    for (const ms of [0, 100, 200, 400, 800, 1600, 3200, 5000, 5000]) {
      await clock.elapse(ms);
      runs.push(stream.read().runs);
    }
    expect(runs).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
    leave();
    await settle();
    expect(clock.armed).toBe(0);
  });

  it("is made again when the link is lost, though the session repeats its call by itself", async () => {
    const calls: string[] = [];
    const handler: Partial<ShopHandler> = {
      async watch(_out, { signal }) {
        calls.push("watch");
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        calls.push("left");
      },
    };
    const pair = await connectPair(partialDispatcher(shopDispatcher, handler));
    open.push(pair);
    const client = pair.client.client(Shop);
    const listeners = new Set<(state: SessionState) => void>();
    const change = (state: SessionState): void => {
      for (const listener of [...listeners]) listener(state);
    };
    const session = {
      state: { kind: "open", reconnects: 0, isResumed: false },
      onStateChanged(listener: (state: SessionState) => void) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
    const lossy = Object.create(client, { $session: { get: () => session } }) as ShopClient;
    const stream = new StreamStore<string>(lossy, (items, options) => client.watch(items, options), {
      clock: new FakeClock(),
    });
    const leave = stream.subscribe(() => {});
    await settle();
    session.state = { ...session.state, kind: "recovering" };
    change({ kind: "recovering", attempt: 0, error: undefined });
    await settle();
    expect(stream.read()).toMatchObject({ status: "recovering", runs: 1 });
    // The second run waits for a link: further attempts are no loss.
    change({ kind: "recovering", attempt: 1, error: undefined });
    change({ kind: "open", reconnects: 1, isResumed: true });
    await settle();
    expect(calls).toEqual(["watch", "left", "watch"]);
    leave();
    await settle();
    await settle();
    expect({ calls, listeners: listeners.size }).toEqual({
      calls: ["watch", "left", "watch", "left"],
      listeners: 0,
    });
  });

  it.each([
    { maxItems: 0 },
    { maxItems: 1.5 },
    { maxItems: Number.NaN },
    { onAgain: "drop" as "keep" },
    { endless: 1 as never },
  ])("refuses the options %o", async (options) => {
    const { client } = await streams();
    expect(() => new StreamStore(client, async () => {}, options)).toThrow(TypeError);
  });
});

describe("a connection", () => {
  it("is opened by the first use, once", async () => {
    let opened = 0;
    const { client } = await streams();
    const shared = connection(async () => {
      opened++;
      return client;
    });
    expect(shared.read().kind).toBe("connecting");
    shared.subscribe(() => {});
    await expect(shared.client()).resolves.toBe(client);
    expect({ opened, state: shared.read().kind }).toEqual({ opened: 1, state: "open" });
  });

  it("reports a failure, and tries again after `retry`", async () => {
    const { client } = await streams();
    const outcomes = [Promise.reject(new Error("away")), Promise.resolve(client)];
    const shared = connection(async () => outcomes.shift() ?? client);
    const states: string[] = [];
    shared.subscribe(() => states.push(shared.read().kind));
    await expect(shared.client()).rejects.toThrow("away");
    await expect(shared.client()).rejects.toThrow("away");
    shared.retry();
    shared.retry();
    await expect(shared.client()).resolves.toBe(client);
    expect(states).toEqual(["failed", "connecting", "open"]);
  });

  it("shows that its session has ended, and connects again", async () => {
    const first = await streams();
    const second = await streams();
    const clients = [first.client, second.client];
    const shared = connection(async () => clients.shift() ?? second.client);
    await shared.client();
    await first.pair.server.close();
    await settle();
    expect(shared.read()).toMatchObject({ kind: "closed", reason: "Remote" });
    shared.retry();
    await expect(shared.client()).resolves.toBe(second.client);
  });

  it("closes a client that comes after `close`", async () => {
    const { client } = await streams();
    let give: (client: StreamsClient) => void = () => {};
    const shared = connection(() => new Promise<StreamsClient>((resolve) => (give = resolve)));
    void shared.client();
    const closing = shared.close();
    give(client);
    await closing;
    expect(client.$caller.connection.isOpen).toBe(false);
    expect(shared.connected).toBeUndefined();
  });
});

describe("the key of an argument", () => {
  it.each([
    [1n, 1],
    [1n, "1"],
    [0, -0],
    [Number.NaN, Number.POSITIVE_INFINITY],
    [new Uint8Array([1, 23]), new Uint8Array([12, 3])],
    [new Map([["a", 1]]), new Set(["a", 1])],
    [{ a: 1 }, { a: 2 }],
    [["a", "b"], ["ab"]],
  ])("tells %o from %o", (a, b) => {
    expect(JSON.stringify(keyPart(a))).not.toBe(JSON.stringify(keyPart(b)));
  });

  it.each([
    [
      { a: 1, b: undefined, c: [1n] },
      { c: [1n], a: 1 },
    ],
    [new Uint8Array([1]), new Uint8Array([0, 1]).subarray(1)],
    [new Map([[1n, { x: 1 }]]), new Map([[1n, { x: 1 }]])],
  ])("is the same for %o and %o", (a, b) => {
    expect(JSON.stringify(keyPart(a))).toBe(JSON.stringify(keyPart(b)));
  });

  it("is refused for a function, a stream and a value in itself", () => {
    const loop: unknown[] = [];
    loop.push(loop);
    for (const value of [() => {}, Symbol("s"), { [Symbol.asyncIterator]: () => {} }, loop])
      expect(() => keyPart(value)).toThrow(TypeError);
  });
});
