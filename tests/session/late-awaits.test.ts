/** A call with channels that fails while the application still reads or sends, and awaits the call only afterwards. */
import { type Caller, type CallOptions, channel, type Rx, type Tx } from "@voxrpc/runtime";
import { connectPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { DeferredCaller } from "../../packages/runtime/src/call/deferred-caller.js";
import { callerFor } from "../../packages/runtime/src/middleware/client-options.js";
import { Shop, type ShopHandler, shopDispatcher } from "../application/gen/shop.vox.js";
import { expectNothingUnheard } from "../support/unheard.js";

expectNothingUnheard();

const handler: ShopHandler = {
  add: (a, b) => a + b,
  find: (id) => ({ id, name: "" }),
  close: () => {},
  buy: () => 1,
  watch: async (out) => {
    await out.send("first");
    throw new Error("a bug");
  },
  collect: async (items) => {
    await items.next();
    throw new Error("a bug");
  },
};

async function* slowly(): AsyncGenerator<number> {
  for (let n = 0; ; n++) {
    yield n;
    await turns();
  }
}

/** Node reports a rejection that is not handled at the end of a turn. */
async function turns(): Promise<void> {
  for (let n = 0; n < 3; n++) await settle();
}

const sending: Readonly<Record<string, (tx: Tx<number>) => Promise<unknown>>> = {
  "awaits each send": async (tx) => {
    for (;;) {
      await tx.send(1);
      await turns();
    }
  },
  "sends after a pause": async (tx) => {
    await tx.send(1);
    for (let n = 0; n < 20; n++) await turns();
    for (;;) await tx.send(2);
  },
  "tries to send": async (tx) => {
    while (tx.trySend(1) !== "closed") await turns();
  },
  "sends all of a slow source": (tx) => tx.sendAll(slowly()),
  "sends all of an idle source": (tx) =>
    tx.sendAll(
      (async function* () {
        yield 1;
        await tx.closed;
        await turns();
      })(),
    ),
  "pipes a stream": (tx) =>
    new ReadableStream<number>({
      pull: async (controller) => {
        await turns();
        controller.enqueue(1);
      },
    }).pipeTo(tx.toWritableStream()),
};

describe("a caller that sends, and awaits the call afterwards, gets the failure of the handler", () => {
  it.each(Object.entries(sending))("when it %s", async (_, send) => {
    const pair = await connectPair(shopDispatcher(handler), { server: { onUnhandledError() {} } });
    const { tx, rx } = channel<number>();
    const call = pair.client.client(Shop).collect(rx);
    await send(tx).catch((error: unknown) => expect(error).toMatchObject({ code: "ChannelClosed" }));
    await turns();
    await expect(call).rejects.toMatchObject({ code: "Indeterminate" });
    pair.client.abort();
  });
});

const reading: Readonly<Record<string, (rx: Rx<string>) => Promise<unknown>>> = {
  "reads in a loop": async (rx) => {
    for await (const _ of rx) await turns();
  },
  "reads a stream": async (rx) => {
    for await (const _ of rx.toReadableStream()) await turns();
  },
};

const bug = new Error("a bug");

type Pair = Awaited<ReturnType<typeof connectPair>>;

/** Why a call is not made: how its client is made, and the options of the call. */
const unmade: Readonly<Record<string, readonly [client: (pair: Pair) => Caller, options?: CallOptions]>> = {
  "its signal is aborted": [(pair) => pair.client.holdCaller(), { signal: AbortSignal.abort(bug) }],
  "an option is wrong": [(pair) => pair.client.holdCaller(), { timeoutMs: Number.NaN }],
  "an option is wrong, with a default time-out": [
    (pair) => callerFor(pair.client.holdCaller(), { callTimeoutMs: 1 }),
    { signal: 5 as never },
  ],
  "middleware rejects it": [
    (pair) => callerFor(pair.client.holdCaller(), { middleware: [() => Promise.reject(bug)] }),
  ],
  "its options are null": [(pair) => pair.client.holdCaller(), null as never],
  "the client is closed": [
    (pair) => {
      const caller = pair.client.holdCaller();
      void caller.connection.close();
      return caller;
    },
  ],
  "the session has ended": [
    (pair) => {
      const caller = pair.client.holdCaller();
      pair.client.abort();
      return caller;
    },
  ],
  "there is no session after all": [() => new DeferredCaller(settle().then(() => Promise.reject(bug)))],
  "there is a session later, and its call is not made": [
    (pair) => new DeferredCaller(settle().then(() => pair.client.holdCaller())),
    { signal: AbortSignal.abort(bug) },
  ],
};

const modes = ["throws", "is a value"] as const;

describe.each(modes)(
  "a caller that reads, and awaits the call afterwards, gets the reason that the call is not made, which %s,",
  (mode) => {
    for (const [reads, read] of Object.entries(reading))
      it.each(Object.entries(unmade))(`when it ${reads} and %s`, async (_, [callerOf, options]) => {
        const pair = await connectPair(shopDispatcher(handler));
        const shop = Shop.create(callerOf(pair));
        const { tx, rx } = channel<string>();
        const call: Promise<unknown> =
          mode === "throws" ? shop.watch(tx, options) : shop.$try.watch(tx, options);
        await expect(read(rx)).rejects.toMatchObject({ code: "ChannelUnbound" });
        await turns();
        const failure = await call.then(
          (result) => (result as { error?: unknown }).error,
          (error: unknown) => error,
        );
        expect(failure).toBeInstanceOf(Error);
        pair.client.abort();
      });
  },
);
