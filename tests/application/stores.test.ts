/** A store of sessions that fails ends nothing but what asked it: sessions end, others go on, nothing is thrown unheard. */
import { SessionRegistry } from "@voxrpc/runtime/link";
import type { SessionRecord, SessionStore } from "@voxrpc/runtime/store";
import { connectPair, FakeClock, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { expectNothingUnheard } from "../unheard.js";
import { Shop, type ShopHandler, shopDispatcher } from "./gen/shop.vox.js";

expectNothingUnheard();

const full = new Error("database or disk is full");
const dispatcher = shopDispatcher({
  add: (a: number, b: number) => a + b,
} as Partial<ShopHandler> as ShopHandler);

/** A store whose method fails, from the first call on. */
function failing(method: keyof SessionStore, fail: () => never): SessionStore {
  const records = new Map<string, SessionRecord>();
  const store: SessionStore = {
    save: (key, record) => void records.set(String(key), record),
    find: (key) => records.get(String(key)),
    remove: (key) => void records.delete(String(key)),
  };
  return { ...store, [method]: fail };
}

const ways: readonly [string, () => never][] = [
  [
    "throws",
    () => {
      throw full;
    },
  ],
  ["rejects", () => Promise.reject(full) as never],
];

describe.each(ways)("a session store that %s", (way, fail) => {
  it("when it should forget a session: the session expires, and others are kept", async () => {
    const clock = new FakeClock();
    const registry = new SessionRegistry({ clock, expiryMs: 100, store: failing("remove", fail) });
    const first = await connectPair(dispatcher, { clock, server: { registry } });
    await using second = await connectPair(dispatcher, { clock, server: { registry } });
    first.serverLink.abort();
    await settle();
    clock.advance(200);
    expect((await first.server.closed).error).toMatchObject({ code: "NotResumable" });
    expect(registry.size).toBe(1);
    expect(await second.client.client(Shop).add(1, 2)).toBe(3);
    await settle();
  });

  it.runIf(way === "throws")("when it should keep a session: that session is none", async () => {
    const registry = new SessionRegistry({ store: failing("save", fail) });
    await expect(connectPair(dispatcher, { server: { registry } })).rejects.toBeInstanceOf(Error);
    await settle();
    expect(registry.size).toBe(0);
  });
});
