/** A call that fails, or is answered, before it is sent: the halves of its channels end with that reason. */
import { CallError, type ClientMiddleware, channel, type Rx, type Tx } from "@voxrpc/runtime";
import { connectPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { DeferredCaller } from "../../packages/runtime/src/call/deferred-caller.js";
import { callerFor } from "../../packages/runtime/src/middleware/client-options.js";
import { Streams, type StreamsClient, streamsDispatcher } from "../interop/gen/streams.vox.js";
import { streamsHandler } from "../support/stream-handlers.js";
import { expectNothingUnheard } from "../support/unheard.js";

expectNothingUnheard();

const bug = new Error("a bug");

type Pair = Awaited<ReturnType<typeof connectPair>>;
type Calls = Pick<StreamsClient, "count" | "sum">;

const through = (middleware: ClientMiddleware) => (pair: Pair) =>
  Streams.create(callerFor(pair.client.holdCaller(), { middleware: [middleware] }));

/** Without a session for the time being. */
const deferred = (session: Promise<never> = new Promise(() => {})) =>
  Streams.create(new DeferredCaller(session));

/** Cannot be read. */
const unreadable = {
  get timeoutMs(): number {
    throw bug;
  },
};

/** Can be checked, but not copied. */
const uncopied = {
  metadata: {
    append() {},
    getString() {},
    [Symbol.iterator]() {
      throw bug;
    },
  },
};

/** Why a call is not made; the options of the call. */
const reasons: readonly (readonly [
  reason: string,
  client: (pair: Pair) => Calls | Promise<Calls>,
  options?: object,
])[] = [
  [
    "middleware throws",
    through(() => {
      throw bug;
    }),
  ],
  ["middleware rejects", through(() => Promise.reject(bug))],
  ["middleware rejects later", through(() => settle().then(() => Promise.reject(bug)))],
  ["middleware answers itself", through(async () => 1n)],
  ["the options are not valid", (pair) => pair.client.client(Streams), { timeoutMs: Number.NaN }],
  ["the options are not valid, with middleware", through((_call, next) => next()), { timeoutMs: Number.NaN }],
  ["the metadata is not valid, with middleware", through((_call, next) => next()), { metadata: 5 }],
  ["the signal is aborted", (pair) => pair.client.client(Streams), { signal: AbortSignal.abort(bug) }],
  [
    "the client is closed",
    async (pair) => {
      const client = pair.client.client(Streams);
      await client.$close();
      return client;
    },
  ],
  [
    "the session has ended",
    (pair) => {
      const client = pair.client.client(Streams);
      pair.client.abort();
      return client;
    },
  ],
  ["there is no session after all", () => deferred(settle().then(() => Promise.reject(bug)))],
  ["the options cannot be read", (pair) => pair.client.client(Streams), unreadable],
  ["the options cannot be read, with middleware", through((_call, next) => next()), unreadable],
  [
    "the options cannot be read, with a default time-out",
    (pair) => Streams.create(callerFor(pair.client.holdCaller(), { callTimeoutMs: 1 })),
    unreadable,
  ],
  ["the options cannot be read, before there is a session", () => deferred(), unreadable],
  ["the options cannot be copied, with middleware", through((_call, next) => next()), uncopied],
  ["the options cannot be copied, before there is a session", () => deferred(), uncopied],
  ["the options are not valid, before there is a session", () => deferred(), { timeoutMs: Number.NaN }],
  ["the options are null, before there is a session", () => deferred(), null as never],
  ["the signal is aborted, before there is a session", () => deferred(), { signal: AbortSignal.abort(bug) }],
  [
    "the signal is aborted later, before there is a session",
    () => deferred(),
    {
      get signal() {
        const controller = new AbortController();
        queueMicrotask(() => controller.abort(bug));
        return controller.signal;
      },
    },
  ],
];

/** What the application does with the half that it keeps. */
const waits: readonly (readonly [
  name: string,
  wait: (tx: Tx<number>, rx: Rx<number>) => Promise<unknown>,
])[] = [
  ["a read", (_tx, rx) => rx.next()],
  ["a ReadableStream", (_tx, rx) => rx.toReadableStream().getReader().read()],
  ["a send", (tx) => tx.send(1)],
  ["a sendAll", (tx) => tx.sendAll([1])],
  ["a WritableStream", (tx) => tx.toWritableStream().getWriter().write(1)],
];

const modes = ["throws", "is a value"] as const;

describe.each(modes)("a call that is not made, whose failure %s,", (mode) => {
  describe.each(reasons.map(([reason, ...call]) => ({ reason, call })))(
    "because $reason",
    ({ call: [clientOf, options] }) => {
      it.each(waits)("ends %s", async (name, wait) => {
        await using pair = await connectPair(streamsDispatcher(streamsHandler().handler));
        const client = await clientOf(pair);
        const calls = mode === "throws" ? client : (client as StreamsClient).$try;
        const { tx, rx } = channel<number>();
        const reads = name.includes("read") || name.includes("Readable");
        const call: Promise<unknown> = reads
          ? calls.count(0, 1, tx, options as never)
          : calls.sum(rx, options as never);
        const failure = call.then(
          (value) => (value as { error?: unknown }).error,
          (error: unknown) => error,
        );
        const waited = await wait(tx, rx).catch((error: unknown) => error);
        const reason = await failure;
        if (reason instanceof CallError) {
          expect(reason.mayHaveRun).toBe(false);
          expect(reason.message).not.toContain("may have run");
        }
        // What sendAll has to say, the call says: it resolves when the call has the outcome.
        if (name === "a sendAll" && waited === 0) expect(reason).toBeInstanceOf(CallError);
        else expect(waited).toMatchObject({ name: "ChannelError", code: "ChannelUnbound" });
        if (reason === bug) expect(waited).toMatchObject({ cause: bug });
      });
    },
  );
});
