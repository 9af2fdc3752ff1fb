/**
 * An observer that acts in the middle of an event: it makes a call, closes or aborts the session, or throws. Whatever
 * it does, every promise of the application settles, and no answer goes to another call.
 */
import { channel, Metadata, type Observer, type ObserverEvents } from "@voxrpc/runtime";
import type { Session } from "@voxrpc/runtime/link";
import { settle } from "@voxrpc/runtime/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { Shop, type ShopClient, shopDispatcher } from "../application/gen/shop.vox.js";
import { type Resumable, resumable } from "../support/resumable.js";
import { expectNothingUnheard } from "../support/unheard.js";

expectNothingUnheard();

const ignored = (): void => {};
const outcomeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.catch((error: { code?: string; message?: string }) => error.code ?? error.message);

/** More than a batch: it leaves before the call is recorded. */
const large = new Metadata({ text: "x".repeat(60_000) });

const dispatcher = () =>
  shopDispatcher({
    add: (a, b) => a + b,
    find: (id) => ({ id, name: "n".repeat(id > 100n ? 200_000 : 3) }),
    close: () => Promise.reject(new Error("a bug")),
    buy: () => new Promise<never>(ignored),
    watch: async (out) => {
      await out.sendAll(Array.from({ length: 40 }, () => "n".repeat(8000)));
    },
    collect: async (items) => {
      let sum = 0;
      for await (const item of items) sum += item;
      return sum;
    },
  });

/** Promises of the application by name, and how they have settled. */
class Promises {
  readonly settled = new Map<string, unknown>();
  readonly names: string[] = [];

  add(name: string, promise: Promise<unknown>): void {
    const unique = `${name} #${this.names.length}`;
    this.names.push(unique);
    void outcomeOf(promise).then((outcome) => this.settled.set(unique, outcome));
  }

  /** Names of those that have not settled. */
  get open(): string[] {
    return this.names.filter((name) => !this.settled.has(name));
  }
}

/** Everything that an application does with a session, all at once. */
async function use(shop: ShopClient, session: Session, promises: Promises): Promise<void> {
  const run = (name: string, start: () => Promise<unknown>): void => {
    try {
      promises.add(name, start());
    } catch (error) {
      promises.add(name, Promise.reject(error));
    }
  };
  for (let id = 1n; id <= 5n; id++)
    run(`find ${id}`, () => shop.find(id, { metadata: large }).then((item) => item.id === id));
  for (let id = 101n; id <= 103n; id++) run(`find ${id}`, () => shop.find(id).then((item) => item.id === id));
  run("bad", () => shop.add(-1, 1));
  run("bug", () => shop.close());
  const names = channel<string>();
  run("watch", () => shop.watch(names.tx));
  run("names", async () => {
    for await (const _name of names.rx);
  });
  const numbers = channel<number>();
  run("collect", () => shop.collect(numbers.rx));
  // The channel is bound when its call has left.
  await settle();
  numbers.tx.trySend(1);
  for (let item = 0; item < 40; item++) run("send", () => numbers.tx.send(item));
  run("end", async () => numbers.tx.close());
  const given = channel<number>();
  run("collect aborted", () => shop.collect(given.rx));
  run("send bad", () => given.tx.send(-1));
  run("abort", async () => given.tx.abort(new Error("given up")));
  run("open", async () => {
    const more = await session.open(Shop);
    const sum = await more.add(1, 1);
    await more.$close();
    return sum === 2;
  });
  await settle();
}

type Reaction = (session: Session, shop: ShopClient, promises: Promises) => unknown;

const reactions: Readonly<Record<string, Reaction>> = {
  call: (_session, shop, promises) => {
    promises.add(
      "find 7",
      shop.find(7n, { metadata: large }).then((item) => item.id === 7n),
    );
  },
  close: (session, _shop, promises) => promises.add("closed", session.close({ timeoutMs: 50 })),
  abort: (session) => session.abort(),
  throw: () => {
    throw new Error("the observer's mistake");
  },
};

/** Whether the scenario brings the event about; the others are those of listeners and stores. */
const events: Readonly<Record<keyof ObserverEvents, readonly ("client" | "server")[]>> = {
  onConnectionOpened: ["client", "server"],
  onConnectionClosed: ["client", "server"],
  onStateChanged: ["client", "server"],
  onRequestStarted: ["client", "server"],
  onRequestFinished: ["client", "server"],
  onHandlerError: ["server"],
  onAcceptError: [],
  onSessionCallbackError: [],
  onOperationStoreError: [],
  onOperationForgotten: [],
  onSessionStoreError: [],
  onResumeRefused: [],
  onStorePressure: [],
  onFeatureMissing: [],
  onProtocolError: [],
  onDecodeError: [],
  onEncodeError: ["client"],
  onHandshakeFailed: [],
  onLinkClosed: ["client", "server"],
  onFramesRead: ["client", "server"],
  onFramesWritten: ["client", "server"],
  onBackpressure: ["client", "server"],
  onBackpressureReleased: ["client", "server"],
  onChannelOpened: ["client", "server"],
  onChannelSendStarted: ["client", "server"],
  onChannelSendWaiting: ["client"],
  onChannelSendFinished: ["client", "server"],
  onChannelTrySend: ["client"],
  onChannelCreditGranted: ["client", "server"],
  onChannelItemReceived: ["client", "server"],
  onChannelItemConsumed: ["client", "server"],
  onChannelClosed: ["client", "server"],
  onChannelReset: ["client", "server"],
};

const rows = Object.entries(events).flatMap(([event, sides]) =>
  sides.flatMap((side) => Object.keys(reactions).map((reaction) => [side, event, reaction] as const)),
);

/** How often the observer acts: the first events come while the session is being used. */
const mostActs = 4;

async function pass({ clock }: Resumable, steps: number, stepMs: number): Promise<void> {
  for (let step = 0; step < steps; step++) {
    clock.advance(stepMs);
    await settle();
  }
}

async function run(side: "client" | "server", event: string, reaction: string): Promise<void> {
  const promises = new Promises();
  let pair: Resumable | undefined;
  let shop: ShopClient | undefined;
  let acts = 0;
  const observer: Observer = {
    [event]: () => {
      if (pair === undefined || shop === undefined || acts >= mostActs) return;
      acts += 1;
      reactions[reaction]?.(side === "client" ? pair.client : pair.serving, shop, promises);
    },
  };
  const limits = { maxBufferedBytes: 100_000 };
  pair = await resumable(dispatcher(), {
    client: { limits, ...(side === "client" ? { observer } : {}) },
    server: { limits, ...(side === "server" ? { observer } : {}) },
  });
  shop = pair.client.client(Shop);
  await use(shop, pair.client, promises);
  await pass(pair, 4, 500);
  await pair.cut();
  await pair.recover();
  await pass(pair, 4, 500);
  const { open } = promises;
  await pair.close();
  await pass(pair, 3, 40_000);
  expect(promises.open).toEqual([]);
  expect(open).toEqual([]);
  expect(acts).toBeGreaterThan(0);
  // No answer has gone to another call.
  expect([...promises.settled].filter(([, outcome]) => outcome === false)).toEqual([]);
}

// The code that explains a failed encoding is loaded once.
beforeAll(async () => {
  const pair = await resumable(dispatcher());
  await outcomeOf(pair.client.client(Shop).add(-1, 1));
  await pair.close();
});

describe("everything settles when an observer acts in the middle of an event:", () => {
  it.each(rows)("at the %s, %s: %s", (side, event, reaction) => run(side, event, reaction));
});
