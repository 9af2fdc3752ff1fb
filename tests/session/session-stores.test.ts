/**
 * A store of sessions that fails, and records that are damaged: they cost what was requested, and an event. Sessions of
 * this process go on, other peers are served, nothing is thrown unheard.
 */

import { serve } from "@voxrpc/runtime/node";
import { type SessionRecord, type SessionStore, StoreError } from "@voxrpc/runtime/store";
import { settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { toHex } from "../../packages/runtime/src/session/session-id.js";
import { shopDispatcher } from "../application/gen/shop.vox.js";
import { expectNothingUnheard } from "../support/unheard.js";
import { Listener } from "./keyed-visits.js";

const listeners: Listener[] = [];
expectNothingUnheard(async () => {
  for (const listener of listeners.splice(0)) await listener.close();
  await settle();
});

const full = new StoreError("StoreFull", "database or disk is full");
const said = { user: "alice" };

/** How a store fails when the test requests it: at this method, for so many calls. */
class FailingStore implements SessionStore {
  readonly records = new Map<string, SessionRecord>();
  failing: { readonly method: keyof SessionStore; readonly fail: () => unknown; left: number } | undefined;
  /** Calls that have failed. */
  failures = 0;

  readonly save = (key: Uint8Array, record: SessionRecord) =>
    this.run("save", () => void this.records.set(toHex(key), record));

  find(key: Uint8Array): SessionRecord | undefined {
    return this.run("find", () => this.records.get(toHex(key)));
  }

  readonly remove = (key: Uint8Array) => this.run("remove", () => void this.records.delete(toHex(key)));

  private run<T>(method: keyof SessionStore, work: () => T): T {
    const { failing } = this;
    if (failing === undefined || failing.method !== method || failing.left === 0) return work();
    failing.left -= 1;
    this.failures += 1;
    return failing.fail() as T;
  }
}

function listening(): { own: Listener; store: FailingStore } {
  const store = new FailingStore();
  const own = new Listener(shopDispatcher({} as never), { store, expiryMs: 1000 });
  listeners.push(own);
  return { own, store };
}

const ways: readonly [string, () => unknown][] = [
  [
    "throws",
    () => {
      throw full;
    },
  ],
  [
    "throws what is no error",
    () => {
      throw undefined;
    },
  ],
  ["rejects", () => Promise.reject(full)],
  ["never answers", () => new Promise(() => {})],
  [
    "gives what cannot be read",
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: the mistake that is tested
      get then() {
        throw full;
      },
    }),
  ],
];
const methods: readonly (keyof SessionStore)[] = ["save", "find", "remove"];
const rows = methods.flatMap((method) =>
  ways.flatMap(([way, fail]) =>
    [1, Number.POSITIVE_INFINITY].map((times) => [method, way, times, fail] as const),
  ),
);

describe("a session store", () => {
  it.each(rows)(
    "whose %s %s (%d times) ends no session and no process",
    async (method, _way, times, fail) => {
      const { own, store } = listening();
      const first = await own.visit(said);
      store.failing = { method, fail, left: times };
      // Every member is called: a link is lost, the peer comes back, others come, sessions expire.
      await first.cut();
      const second = await own.visit(said, first.key);
      expect([second.told, second.session]).toEqual(["resumed", first.session]);
      const other = await own.visit({ user: "bob" });
      expect(other.session?.state.kind).toBe("open");
      const stranger = await own.visit({ user: "eve" }, new Uint8Array(16));
      const isUnsure = method === "find";
      expect(stranger.told).toBe(isUnsure ? "the session cannot be kept" : "new");
      if (isUnsure) expect(stranger.error).toMatchObject({ code: "Rejected" });
      await second.cut();
      own.clock.advance(1000);
      expect(await first.session?.closed).toMatchObject({ error: { code: "NotResumable" } });
      expect(own.registry.size).toBe(isUnsure ? 1 : 2);
      expect(store.failures).toBeGreaterThan(0);
      expect(own.heard.stores.map(({ step }) => step)).toEqual(Array(store.failures).fill(method));
      // With a store that works again everything is as it was.
      store.failing = undefined;
      const third = await own.visit(said);
      await third.cut();
      expect((await own.visit(said, third.key)).session).toBe(third.session);
    },
  );

  it("that has lost its records makes no session of another process anybody's", async () => {
    const { own, store } = listening();
    const first = await own.visit(said);
    own.registry.close();
    await first.cut();
    own.registry = own.newRegistry();
    store.records.clear();
    expect((await own.visit(said, first.key)).told).toBe("new");
  });

  it("is called again after it has failed: the session of an earlier process is there", async () => {
    const { own, store } = listening();
    const first = await own.visit(said);
    own.registry.close();
    await first.cut();
    own.registry = own.newRegistry();
    store.failing = { method: "find", fail: ways[0]?.[1] as () => unknown, left: 1 };
    expect((await own.visit(said, first.key)).told).toBe("the session cannot be kept");
    const second = await own.visit(said, first.key);
    expect(second.session?.core.sessionId).toBe(first.session?.core.sessionId);
    // Another peer with the key does not get it, nor what is kept for it.
    own.registry = own.newRegistry();
    const thief = await own.visit({ user: "mallory" }, second.key);
    expect(thief.session?.core.sessionId).not.toBe(first.session?.core.sessionId);
    expect(own.heard.refused).toHaveLength(1);
  });
});

describe("a session of an earlier process", () => {
  it("goes on over the last of several links, whatever crosses", async () => {
    const { own, store } = listening();
    const first = await own.visit(said);
    own.registry.close();
    await first.cut();
    own.registry = own.newRegistry();
    const one = await own.greet(said, first.key);
    const two = await own.greet(said, one.key);
    await one.letsGo();
    await two.letsGo();
    expect(one.session?.core.sessionId).toBe(first.session?.core.sessionId);
    // The second link was greeted before there was a session: its peer tries again, with the key that it has.
    expect(two.error).toMatchObject({ code: "Io" });
    const three = await own.visit(said, two.key);
    expect([three.told, three.session]).toEqual(["resumed", one.session]);
    expect(store.records.size).toBe(1);
  });

  it("is found with the key that was offered before that process ended, too", async () => {
    const { own } = listening();
    const first = await own.visit(said);
    await first.cut();
    const greeted = await own.greet(said, first.key);
    own.registry.close();
    await greeted.cut();
    own.registry = own.newRegistry();
    const second = await own.visit(said, greeted.key);
    expect(second.session?.core.sessionId).toBe(first.session?.core.sessionId);
    await second.cut();
    // The key from before, which the store still has, is void now.
    const third = await own.visit(said, first.key);
    expect(third.session?.core.sessionId).not.toBe(first.session?.core.sessionId);
  });
});

describe("a record", () => {
  const settings = { parity: "Even", maxConcurrentRequests: 64, initialChannelCredit: 16 };
  const good = {
    sessionId: "0".repeat(32),
    local: settings,
    peer: { ...settings, parity: "Odd" },
    peerSupportsRetry: true,
  };
  const damaged: readonly [string, unknown][] = [
    ["a text", "{}"],
    ["a number", 7],
    ["true", true],
    ["a list", []],
    ["an empty object", {}],
    ["bytes", Uint8Array.of(1)],
    ["without an id", { ...good, sessionId: undefined }],
    ["with an id that is none", { ...good, sessionId: "../../etc" }],
    ["with an id of another type", { ...good, sessionId: 1 }],
    ["without settings", { ...good, local: undefined }],
    ["with settings that are none", { ...good, peer: 3 }],
    ["with a part of its settings", { ...good, peer: { parity: "Odd" } }],
    ["with another parity", { ...good, local: { ...settings, parity: "Both" } }],
    ["with a negative number", { ...good, local: { ...settings, maxConcurrentRequests: -1 } }],
    ["with a number that is too large", { ...good, local: { ...settings, maxConcurrentRequests: 2 ** 32 } }],
    ["with a broken number", { ...good, peer: { ...settings, initialChannelCredit: 1.5 } }],
    ["without retry", { ...good, peerSupportsRetry: undefined }],
    ["with an identity that is none", { ...good, identity: "alice" }],
    [
      "that throws when it is read",
      {
        get sessionId(): never {
          throw new Error("no");
        },
      },
    ],
  ];

  it.each(damaged)("that is damaged costs its session and no more: %s", async (_name, record) => {
    const { own, store } = listening();
    const key = new Uint8Array(16).fill(7);
    store.records.set(toHex(key), record as SessionRecord);
    const visit = await own.visit(said, key);
    expect([visit.told, visit.session?.state.kind]).toEqual(["new", "open"]);
    expect(own.heard.stores).toMatchObject([{ step: "find", error: { code: "RecordDamaged" } }]);
    // It is gone: nothing stumbles on it again.
    expect([...store.records.keys()]).not.toContain(toHex(key));
  });

  it("of a session without an identity has no owner", async () => {
    const { own, store } = listening();
    const key = new Uint8Array(16).fill(7);
    store.records.set(toHex(key), good as SessionRecord);
    expect((await own.visit(said, key)).told).toBe("new");
    expect(own.heard.refused).toMatchObject([{ by: "identity", sessionId: good.sessionId }]);
  });
});

describe("a key", () => {
  it("leads to the session over the last of several links whose Hellos cross", async () => {
    const { own } = listening();
    const first = await own.visit(said);
    await first.cut();
    for (const order of [
      [0, 1],
      [1, 0],
    ] as const) {
      const last = await own.visit(said, first.key);
      expect(last.session).toBe(first.session);
      await last.cut();
      const one = await own.greet(said, last.key);
      const two = await own.greet(said, one.key);
      const links = [one, two] as const;
      for (const index of order) await links[index].letsGo();
      expect(two.session).toBe(first.session);
      expect(one.peer.end).toBeDefined();
      await two.cut();
      const three = await own.visit(said, two.key);
      expect([three.told, three.session]).toEqual(["resumed", first.session]);
      for (const void_ of [last.key, one.key, two.key])
        expect((await own.visit({ user: "late" }, void_)).session).not.toBe(first.session);
      await three.cut();
      Object.assign(first.peer.received, { 1: three.peer.received[1] });
    }
  });

  it("is not lost to handshakes that were begun with it and never finished", async () => {
    const { own } = listening();
    const first = await own.visit(said);
    await first.cut();
    for (let count = 0; count < 20; count++) await (await own.greet(said, first.key)).cut();
    expect((await own.visit(said, first.key)).session).toBe(first.session);
  });
});

describe("a server whose session store fails", () => {
  it.each(methods)("at %s closes", async (method) => {
    const store = new FailingStore();
    store.failing = {
      method,
      fail: () => {
        throw full;
      },
      left: Number.POSITIVE_INFINITY,
    };
    const server = await serve("tcp://127.0.0.1:0", shopDispatcher({} as never), {
      resumable: { store },
      observer: {},
    });
    const { connectSession } = await import("@voxrpc/runtime/node");
    const session = await connectSession(server.url, { reconnect: { maxElapsedMs: 1 } });
    await server.close({ timeoutMs: 100 });
    session.abort();
    expect(server.sessionCount).toBe(0);
  });
});
