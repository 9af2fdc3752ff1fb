/**
 * Calls that carry an operation id: each row of `protocol/calls.md` §6.2, with stores that answer at once and later.
 */
import { type CallContext, channel, fail, Metadata, type ObserverEvents } from "@voxrpc/runtime";
import type * as $ from "@voxrpc/runtime/gen/v1";
import type { Session } from "@voxrpc/runtime/link";
import {
  memoryOperationStore,
  type OperationEntry,
  type OperationKey,
  type OperationRecord,
  type OperationStore,
  type SealedReply,
} from "@voxrpc/runtime/store";
import { connectPair, FakeClock, type SessionPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { writeCancel } from "../../packages/runtime/src/wire/request-messages.js";
import { Golden } from "../support/gen/session.vox.js";
import { add, commit, count, divide, lookup, serveGolden, wait } from "../support/golden-service.js";
import { toHex } from "../support/golden-values.js";

/** A store whose answers can be held back, or replaced by failures; it records its calls. */
class WatchedStore implements OperationStore {
  readonly asked: string[] = [];
  readonly kept: ReturnType<typeof memoryOperationStore>;
  /** What the store throws at the next step of this kind. */
  readonly failures = new Map<string, Error>();
  private readonly isAsync: boolean;
  private held: (() => void)[] | undefined = undefined;

  constructor(clock: FakeClock, isAsync: boolean) {
    this.kept = memoryOperationStore({ clock });
    this.isAsync = isAsync;
  }

  /** Answers come when `letGo` is called. */
  hold(): void {
    this.held = [];
  }

  letGo(): void {
    const { held = [] } = this;
    this.held = undefined;
    for (const go of held) go();
  }

  admit(key: OperationKey, record: OperationRecord) {
    return this.step("admit", key, () => this.kept.admit(key, record));
  }

  lookup(key: OperationKey) {
    return this.step("lookup", key, () => this.kept.lookup(key));
  }

  seal(key: OperationKey, record: OperationRecord, reply: SealedReply) {
    return this.step("seal", key, () => this.kept.seal(key, record, reply));
  }

  release(key: OperationKey) {
    return this.step("release", key, () => this.kept.release(key));
  }

  remove(key: OperationKey) {
    return this.step("remove", key, () => this.kept.remove(key));
  }

  private step<T>(name: string, { connectionId, operationId }: OperationKey, run: () => T): T | Promise<T> {
    this.asked.push(`${name} ${connectionId}/${operationId}`);
    const failure = this.failures.get(name);
    this.failures.delete(name);
    const act = (): T => {
      if (failure !== undefined) throw failure;
      return run();
    };
    if (!this.isAsync) return act();
    const gate = this.held === undefined ? undefined : new Promise<void>((go) => this.held?.push(go));
    return (gate ?? Promise.resolve()).then(act);
  }
}

/** A served method whose handlers end when the test requests it. */
class Gates {
  runs = 0;
  readonly contexts: CallContext[] = [];
  private readonly waiting: Waiting[] = [];

  enter<T>(value: T, context: CallContext): Promise<T> {
    this.runs += 1;
    this.contexts.push(context);
    return new Promise<T>((resolve, reject) => {
      this.waiting.push({ resolve: () => resolve(value), reject });
    });
  }

  open(): void {
    for (const { resolve } of this.waiting.splice(0)) resolve();
  }

  crash(error: Error): void {
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

interface Bench extends AsyncDisposable {
  readonly pair: SessionPair;
  readonly store: WatchedStore;
  readonly gates: Gates;
  readonly clock: FakeClock;
  readonly failed: ObserverEvents["onOperationStoreError"][];
  readonly thrown: unknown[];
  /** Calls on the root connection under an operation id. @returns what comes of it, in a word */
  call(method: unknown, args: readonly unknown[], operationId: number | bigint): Promise<unknown>;
}

interface BenchOptions {
  readonly isAsync?: boolean;
  /** Without one, the server keeps what it keeps by itself. */
  readonly withStore?: boolean;
  /** Of an earlier server that this one stands in for. */
  readonly kept?: WatchedStore;
}

async function bench({ isAsync = false, withStore = true, kept }: BenchOptions = {}): Promise<Bench> {
  const clock = new FakeClock();
  const store = kept ?? new WatchedStore(clock, isAsync);
  const gates = new Gates();
  const failed: ObserverEvents["onOperationStoreError"][] = [];
  const thrown: unknown[] = [];
  const dispatcher = serveGolden({
    add: (a, b) => a + b,
    divide: (a, b) => (b === 0n ? fail({ kind: "DivideByZero" }) : a / b),
    wait: (value, context) => gates.enter(value, context),
    commit: (value, context) => {
      context.responseMetadata.set("run", gates.runs);
      return gates.enter(BigInt(value), context);
    },
    lookup: (key, context) => gates.enter(key, context),
    count: (_a, _b, out, context) => gates.enter(undefined, context).finally(() => out.close()),
  });
  const pair = await connectPair(dispatcher, {
    clock,
    server: {
      operationStore: withStore ? store : undefined,
      observer: {
        onOperationStoreError: (event) => failed.push(event),
        onHandlerError: ({ error }) => thrown.push(error),
      },
    },
  });
  return {
    pair,
    store,
    gates,
    clock,
    failed,
    thrown,
    call: (method, args, operationId) => callOn(pair.client, method, args, operationId),
    async [Symbol.asyncDispose]() {
      await pair[Symbol.asyncDispose]();
      await settle();
      expect(clock.armed).toBe(0);
    },
  };
}

async function callOn(
  session: Session,
  method: unknown,
  args: readonly unknown[],
  operationId: number | bigint,
  caller: $.Caller = session.client(Golden).$caller,
): Promise<unknown> {
  const metadata = new Metadata({ "vox-operation-id": operationId });
  const result = await caller.tryCall(method as $.Method<readonly unknown[], unknown, unknown>, args, {
    metadata,
  });
  if (result.ok) return result.value;
  return result.error.code === "InvalidPayload"
    ? `InvalidPayload: ${result.error.detail}`
    : result.error.code;
}

/** Sends a Cancel for a request, without its caller. */
async function cancel({ client }: SessionPair, requestId: number): Promise<void> {
  const { outbox } = client.core;
  outbox.commit(writeCancel(outbox.writer, outbox.begin(), 0, requestId));
  await settle();
}

function entryOf({ store, pair }: Bench, operationId: number, connectionId: number | bigint = 0) {
  const found: OperationEntry | undefined = store.kept.lookup({
    sessionId: pair.server.core.sessionId,
    connectionId,
    operationId,
  });
  return found;
}

describe.each([
  ["answers at once", false],
  ["answers later", true],
])("with a store that %s", (_, isAsync) => {
  it("row 1: the same call while the first runs is answered with it", async () => {
    await using b = await bench({ isAsync });
    const calls = [b.call(commit.method, [7], 70), b.call(commit.method, [7], 70)];
    await settle();
    expect(b.gates.runs).toBe(1);
    calls.push(b.call(commit.method, [7], 70));
    await settle();
    b.gates.open();
    expect(await Promise.all(calls)).toEqual([7n, 7n, 7n]);
    expect(b.gates.runs).toBe(1);
  });

  it("row 1: waiters get the declared error, and the metadata of the answer", async () => {
    await using b = await bench({ isAsync });
    const runs: (bigint | undefined)[] = [];
    const options = {
      metadata: new Metadata({ "vox-operation-id": 70 }),
      onMetadata: (metadata: Metadata) => runs.push(metadata.getU64("run")),
    };
    const client = b.pair.client.client(Golden);
    const calls = [client.commit(7, options), client.commit(7, options)];
    await settle();
    b.gates.open();
    expect(await Promise.all(calls)).toEqual([7n, 7n]);
    expect(runs).toEqual([0n, 0n]);
    expect(await b.call(divide.method, [1n, 0n], 71)).toBe("User");
    expect(await b.call(divide.method, [1n, 0n], 71)).toBe("User");
  });

  it("row 2: other arguments or another method under a live id are a conflict; the live one goes on", async () => {
    await using b = await bench({ isAsync });
    const first = b.call(commit.method, [7], 70);
    await settle();
    expect(await b.call(commit.method, [8], 70)).toBe("InvalidPayload: operation ID conflict");
    expect(await b.call(wait.method, [7], 70)).toBe("InvalidPayload: operation ID conflict");
    b.gates.open();
    expect(await first).toBe(7n);
    expect(b.gates.runs).toBe(1);
  });

  it("row 3: a sealed answer is replayed, with the schemas of the method", async () => {
    await using b = await bench({ isAsync });
    const first = b.call(commit.method, [7], 70);
    await settle();
    b.gates.open();
    expect(await first).toBe(7n);
    const entry = entryOf(b, 70);
    expect(entry).toMatchObject({ methodId: commit.method.id, persist: true });
    expect(toHex(entry?.reply?.payload ?? new Uint8Array())).toBe("0007");
    expect(toHex(entry?.reply?.metadata ?? new Uint8Array())).toBe("010372756e020000");
    expect(await b.call(commit.method, [7], 70)).toBe(7n);
    expect(await b.call(commit.method, [8], 70)).toBe("InvalidPayload: operation ID conflict");
    expect(await b.call(add.method, [1, 2], 70)).toBe("InvalidPayload: operation ID conflict");
    expect(b.gates.runs).toBe(1);
  });

  it("row 3: a replay is the first answer of its method on the connection", async () => {
    await using b = await bench({ isAsync });
    const key = { sessionId: b.pair.server.core.sessionId, connectionId: 0, operationId: 9 };
    const first = b.call(commit.method, [7], 70);
    await settle();
    b.gates.open();
    await first;
    const entry = entryOf(b, 70);
    if (entry?.reply === undefined) throw new Error("not sealed");
    await using c = await bench({ isAsync });
    c.store.kept.seal({ ...key, sessionId: c.pair.server.core.sessionId }, entry, entry.reply);
    expect(await c.call(commit.method, [7], 9)).toBe(7n);
    expect(c.gates.runs).toBe(0);
  });

  it("row 4: an operation of which only the beginning is known is Indeterminate", async () => {
    await using b = await bench({ isAsync });
    const first = b.call(commit.method, [7], 70);
    await settle();
    const entry = entryOf(b, 70);
    b.gates.open();
    await first;
    if (entry === undefined) throw new Error("not admitted");
    const key = { sessionId: b.pair.server.core.sessionId, connectionId: 0, operationId: 71 };
    b.store.kept.admit(key, entry);
    expect(await b.call(commit.method, [7], 71)).toBe("Indeterminate");
    expect(await b.call(commit.method, [8], 71)).toBe("InvalidPayload: operation ID conflict");
    expect(b.gates.runs).toBe(1);
  });

  it("row 5: an unknown operation is admitted before it runs, and sealed before it is answered", async () => {
    await using b = await bench({ isAsync });
    const calls = b.call(commit.method, [7], 70);
    await settle();
    expect(entryOf(b, 70)).toMatchObject({ methodId: commit.method.id, persist: true, reply: undefined });
    if (isAsync) b.store.hold();
    b.gates.open();
    let answer: unknown;
    void calls.then((value) => {
      answer = value;
    });
    await settle();
    if (isAsync) {
      expect(answer).toBeUndefined();
      b.store.letGo();
      await settle();
    }
    expect(answer).toBe(7n);
    expect(b.store.asked).toEqual(["admit 0/70", "seal 0/70"]);
  });

  it("errors are sealed like values", async () => {
    await using b = await bench({ isAsync });
    expect(await b.call(divide.method, [1n, 0n], 70)).toBe("User");
    expect(toHex(entryOf(b, 70)?.reply?.payload ?? new Uint8Array())).toBe("010000");
    expect(await b.call(divide.method, [1n, 0n], 70)).toBe("User");
    expect(b.store.asked).toEqual(["admit 0/70", "seal 0/70", "admit 0/70"]);
  });

  it("dropped without a reply: it stays admitted, all waiting calls are answered, and so is the next", async () => {
    await using b = await bench({ isAsync });
    const persisted = [b.call(commit.method, [7], 70), b.call(commit.method, [7], 70)];
    const volatile = [b.call(wait.method, [7], 71), b.call(wait.method, [7], 71)];
    await settle();
    b.gates.crash(new Error("crash"));
    expect(await Promise.all(persisted)).toEqual(["Indeterminate", "Indeterminate"]);
    expect(await Promise.all(volatile)).toEqual(["Cancelled", "Cancelled"]);
    expect(entryOf(b, 70)?.reply).toBeUndefined();
    expect(await b.call(commit.method, [7], 70)).toBe("Indeterminate");
    expect(await b.call(wait.method, [7], 71)).toBe("Indeterminate");
    expect(b.store.asked.filter((step) => step.startsWith("release"))).toEqual([
      "release 0/70",
      "release 0/71",
    ]);
    expect(b.thrown.length).toBe(2);
    expect(b.gates.runs).toBe(2);
  });

  it("Cancel of a volatile operation ends it for all, and its id may run again", async () => {
    await using b = await bench({ isAsync });
    const calls = [b.call(wait.method, [7], 70), b.call(wait.method, [7], 70)];
    await settle();
    await cancel(b.pair, 3);
    expect(await Promise.all(calls)).toEqual(["Cancelled", "Cancelled"]);
    expect(b.gates.contexts[0]?.signal.aborted).toBe(true);
    expect(entryOf(b, 70)).toBeUndefined();
    b.gates.open();
    await settle();
    const again = b.call(wait.method, [7], 70);
    await settle();
    b.gates.open();
    expect(await again).toBe(7);
    expect(b.gates.runs).toBe(2);
  });

  it("Cancel of a persist operation: its owner ignores it, one who waits leaves", async () => {
    await using b = await bench({ isAsync });
    const calls = [b.call(commit.method, [7], 70), b.call(commit.method, [7], 70)];
    await settle();
    await cancel(b.pair, 3);
    expect(await calls[1]).toBe("Cancelled");
    await cancel(b.pair, 1);
    expect(b.gates.contexts[0]?.signal.aborted).toBe(false);
    b.gates.open();
    expect(await calls[0]).toBe(7n);
  });

  it("the connection ends: a persist handler goes on and is sealed, a volatile one stays admitted", async () => {
    await using b = await bench({ isAsync });
    const calls = [
      b.call(commit.method, [7], 70),
      b.call(wait.method, [8], 71),
      b.call(commit.method, [7], 70),
    ];
    await settle();
    b.pair.client.abort();
    await Promise.all(calls);
    await settle();
    expect(b.gates.contexts.map(({ signal }) => signal.aborted)).toEqual([false, true]);
    b.gates.open();
    await settle();
    expect(toHex(entryOf(b, 70)?.reply?.payload ?? new Uint8Array())).toBe("0007");
    expect(entryOf(b, 71)?.reply).toBeUndefined();
    expect(b.store.asked).toContain("release 0/71");
    expect(b.thrown).toEqual([]);
  });

  it("the connection ends and a persist handler fails then: it stays admitted", async () => {
    await using b = await bench({ isAsync });
    const call = b.call(commit.method, [7], 70);
    await settle();
    b.pair.client.abort();
    await call;
    await settle();
    b.gates.crash(new Error("late"));
    await settle();
    expect(entryOf(b, 70)).toMatchObject({ reply: undefined });
    expect(b.store.asked).toEqual(["admit 0/70", "release 0/70"]);
    expect(b.thrown).toEqual([new Error("late")]);
  });

  it("idempotent methods and calls without an id never ask", async () => {
    await using b = await bench({ isAsync });
    const calls = [b.call(lookup.method, ["a"], 70), b.call(lookup.method, ["a"], 70)];
    await settle();
    b.gates.open();
    expect(await Promise.all(calls)).toEqual(["a", "a"]);
    expect(b.gates.runs).toBe(2);
    expect(b.store.asked).toEqual([]);
  });

  it("virtual connections have operations of their own", async () => {
    await using b = await bench({ isAsync });
    const virtual = await b.pair.client.open(Golden);
    const calls = [
      b.call(commit.method, [7], 70),
      callOn(b.pair.client, commit.method, [8], 70, virtual.$caller),
    ];
    await settle();
    b.gates.open();
    expect(await Promise.all(calls)).toEqual([7n, 8n]);
    expect(b.gates.runs).toBe(2);
    expect(entryOf(b, 70, 1)?.reply).toBeDefined();
    expect(entryOf(b, 70, 0)?.reply).toBeDefined();
  });

  it("sessions that share a store do not mix", async () => {
    await using a = await bench({ isAsync });
    await using b = await bench({ isAsync, kept: a.store });
    const calls = [a.call(commit.method, [7], 1), b.call(commit.method, [8], 1)];
    await settle();
    a.gates.open();
    b.gates.open();
    expect(await Promise.all(calls)).toEqual([7n, 8n]);
  });

  it("ids above 2^53 are told apart", async () => {
    await using b = await bench({ isAsync });
    const calls = [
      b.call(commit.method, [7], 2n ** 53n),
      b.call(commit.method, [8], 2n ** 53n + 1n),
      b.call(commit.method, [7], 2n ** 53n),
      b.call(commit.method, [9], 2n ** 64n - 1n),
    ];
    await settle();
    b.gates.open();
    expect(await Promise.all(calls)).toEqual([7n, 8n, 7n, 9n]);
    expect(b.gates.runs).toBe(3);
  });

  it("a call that is sent again has its channels refused, and the first goes on", async () => {
    await using b = await bench({ isAsync });
    const { tx, rx } = channel<number>();
    const first = b.call(count.method, [0, 0, tx], 70);
    await settle();
    const again = channel<number>();
    // Other channels are other arguments: the reference's callers never send such a call twice.
    expect(await b.call(count.method, [0, 0, again.tx], 70)).toBe("InvalidPayload: operation ID conflict");
    b.gates.open();
    expect(await first).toBeUndefined();
    expect((await rx.next()).done).toBe(true);
    await settle();
    expect(b.pair.server.snapshot().connections[0]?.channels).toEqual([]);
    expect(b.pair.client.snapshot().connections[0]?.channels).toEqual([]);
  });

  describe("that fails", () => {
    it("at admission: the call has not run, waiting calls are answered, and the observer gets it", async () => {
      await using b = await bench({ isAsync });
      b.store.failures.set("admit", new Error("disk"));
      expect(await b.call(commit.method, [7], 70)).toBe("Cancelled");
      expect(b.gates.runs).toBe(0);
      expect(b.failed).toMatchObject([
        { step: "admit", error: new Error("disk"), side: "server", requestId: 1 },
      ]);
      const again = b.call(commit.method, [7], 70);
      await settle();
      b.gates.open();
      expect(await again).toBe(7n);
    });

    it("at sealing: a persist call is Indeterminate, a volatile one is answered", async () => {
      await using b = await bench({ isAsync });
      b.store.failures.set("seal", new Error("disk"));
      const call = b.call(commit.method, [7], 70);
      await settle();
      b.gates.open();
      expect(await call).toBe("Indeterminate");
      expect(await b.call(commit.method, [7], 70)).toBe("Indeterminate");
      b.store.failures.set("seal", new Error("disk"));
      expect(await b.call(add.method, [1, 2], 71)).toBe(3);
      expect(await b.call(add.method, [1, 2], 71)).toBe("Indeterminate");
      expect(b.failed.map(({ step }) => step)).toEqual(["seal", "seal"]);
    });

    it("at removing or releasing: only the observer gets it", async () => {
      await using b = await bench({ isAsync });
      b.store.failures.set("remove", new Error("disk"));
      b.store.failures.set("release", new Error("disk"));
      const calls = [b.call(wait.method, [7], 70), b.call(commit.method, [7], 71)];
      await settle();
      await cancel(b.pair, 1);
      b.gates.crash(new Error("crash"));
      expect(await Promise.all(calls)).toEqual(["Cancelled", "Indeterminate"]);
      await settle();
      expect(b.failed.map(({ step }) => step)).toEqual(["remove", "release"]);
    });
  });
});

describe("while the store has not answered", () => {
  it("a repeated call waits for its answer, and another call with its id is a conflict", async () => {
    await using b = await bench({ isAsync: true });
    b.store.hold();
    const calls = [
      b.call(commit.method, [7], 70),
      b.call(commit.method, [7], 70),
      b.call(commit.method, [8], 70),
    ];
    expect(await calls[2]).toBe("InvalidPayload: operation ID conflict");
    b.store.letGo();
    await settle();
    b.gates.open();
    expect(await Promise.all(calls.slice(0, 2))).toEqual([7n, 7n]);
    expect(b.gates.runs).toBe(1);
  });

  it("Cancel of a volatile call: it never runs, and its id may be used again", async () => {
    await using b = await bench({ isAsync: true });
    b.store.hold();
    const calls = [b.call(wait.method, [7], 70), b.call(wait.method, [7], 70)];
    await settle();
    await cancel(b.pair, 1);
    expect(await Promise.all(calls)).toEqual(["Cancelled", "Cancelled"]);
    b.store.letGo();
    await settle();
    expect(b.gates.runs).toBe(0);
    expect(entryOf(b, 70)).toBeUndefined();
  });

  it("the connection ends: nothing runs, and nothing stays", async () => {
    await using b = await bench({ isAsync: true });
    b.store.hold();
    const call = b.call(commit.method, [7], 70);
    await settle();
    b.pair.client.abort();
    await call;
    b.store.letGo();
    await settle();
    expect(b.gates.runs).toBe(0);
    expect(entryOf(b, 70)).toBeUndefined();
  });

  it("it counts against the limit of requests, and what waits starts when it has ended", async () => {
    const clock = new FakeClock();
    const store = new WatchedStore(clock, true);
    let runs = 0;
    const dispatcher = serveGolden({
      add: (a, b) => {
        runs += 1;
        return a + b;
      },
    });
    await using pair = await connectPair(dispatcher, {
      clock,
      server: { operationStore: store, maxConcurrentRequests: 1 },
    });
    store.hold();
    const calls = [callOn(pair.client, add.method, [1, 2], 1), callOn(pair.client, add.method, [3, 4], 2)];
    await settle();
    expect(store.asked).toEqual(["admit 0/1"]);
    store.letGo();
    expect(await Promise.all(calls)).toEqual([3, 7]);
    expect(runs).toBe(2);
  });
});

describe("without a store", () => {
  it("answers of persist methods are kept as long as the connection lives", async () => {
    await using b = await bench({ withStore: false });
    const first = b.call(commit.method, [7], 70);
    await settle();
    b.gates.open();
    expect(await first).toBe(7n);
    expect(await b.call(commit.method, [7], 70)).toBe(7n);
    expect(await b.call(add.method, [1, 2], 70)).toBe("InvalidPayload: operation ID conflict");
    expect(await b.call(add.method, [1, 2], 71)).toBe(3);
    expect(b.gates.runs).toBe(1);
    b.clock.advance(600_000);
    // The answer is forgotten, but not that the call was made.
    expect(await b.call(commit.method, [7], 70)).toBe("Indeterminate");
    expect(b.gates.runs).toBe(1);
  });

  it("volatile calls under a live id run once; afterwards the id may run again", async () => {
    await using b = await bench({ withStore: false });
    const calls = [b.call(wait.method, [7], 5), b.call(wait.method, [9], 4), b.call(wait.method, [7], 5)];
    expect(await b.call(wait.method, [8], 5)).toBe("InvalidPayload: operation ID conflict");
    expect(b.gates.runs).toBe(2);
    b.gates.open();
    expect(await Promise.all(calls)).toEqual([7, 9, 7]);
    const again = b.call(wait.method, [7], 5);
    await settle();
    b.gates.open();
    expect(await again).toBe(7);
    expect(b.gates.runs).toBe(3);
  });

  it("a volatile operation that is cancelled or fails is over for all who wait", async () => {
    await using b = await bench({ withStore: false });
    const cancelled = [b.call(wait.method, [7], 5), b.call(wait.method, [7], 5)];
    await settle();
    await cancel(b.pair, 3);
    expect(await Promise.all(cancelled)).toEqual(["Cancelled", "Cancelled"]);
    const failed = [b.call(wait.method, [7], 6), b.call(wait.method, [7], 6)];
    await settle();
    b.gates.crash(new Error("crash"));
    expect(await Promise.all(failed)).toEqual(["Cancelled", "Cancelled"]);
    expect(b.pair.server.snapshot().connections[0]?.requests).toEqual([]);
  });

  it("nothing is left when the connection ends under those who wait", async () => {
    await using b = await bench({ withStore: false });
    const calls = [b.call(wait.method, [7], 5), b.call(wait.method, [7], 5)];
    await settle();
    b.pair.client.abort();
    expect(await Promise.all(calls)).toEqual(["SessionShutdown", "SessionShutdown"]);
    await settle();
    b.gates.open();
    await settle();
    expect(b.thrown).toEqual([]);
  });
});

describe("as the reference tests it", () => {
  it("builder_uses_custom_operation_store", async () => {
    await using b = await bench();
    expect(await b.pair.client.client(Golden).add(1, 2)).toBe(3);
    expect(b.store.asked.filter((step) => step.startsWith("admit")).length).toBe(1);
  });

  it("duplicate_operation_id_on_same_connection_is_rejected: the second attaches, both succeed", async () => {
    await using b = await bench({ withStore: false });
    const calls = [b.call(commit.method, [11], 99), b.call(commit.method, [11], 99)];
    await settle();
    b.gates.open();
    expect(await Promise.all(calls)).toEqual([11n, 11n]);
    expect(b.gates.runs).toBe(1);
  });
});
