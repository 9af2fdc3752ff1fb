/** The states of a session in a loop, and the round-trip time. */
import type { SessionState } from "@voxrpc/runtime";
import { connectPair, FakeClock, memoryLinkPair, settle, simulatedPair } from "@voxrpc/runtime/testing";
import { afterEach, describe, expect, it } from "vitest";
import { Shop, type ShopHandler, shopDispatcher } from "../application/gen/shop.vox.js";
import { type Resumable, resumable } from "../support/resumable.js";

const never = (): Promise<never> => new Promise(() => {});
const handler: ShopHandler = {
  add: (a, b) => a + b,
  find: (id) => ({ id, name: "" }),
  close: () => {},
  buy: never,
  watch: never,
  collect: never,
};
const bug = new Error("a bug");
const ignored = (): void => {};

let pair: Resumable | undefined;
afterEach(async () => {
  await pair?.close();
  pair = undefined;
});

/** Loading code and settling both take turns of the loop. */
const settled = async (): Promise<void> => {
  await import("../../packages/runtime/src/session/watching.js");
  for (let turn = 0; turn < 5; turn++) await settle();
};

describe("status()", () => {
  it("gives the present state, each new one, and ends after closed", async () => {
    pair = await resumable(shopDispatcher(handler));
    const { $session } = pair.client.client(Shop);
    const kinds: SessionState["kind"][] = [];
    const loop = (async () => {
      for await (const { kind } of $session.status()) kinds.push(kind);
    })();
    await settled();
    await pair.cut();
    await settled();
    await pair.recover();
    await settled();
    pair.client.abort();
    await loop;
    expect(kinds[0]).toBe("open");
    expect(new Set(kinds)).toEqual(new Set(["open", "recovering", "closed"]));
    expect(kinds.slice(-2)).toEqual(["open", "closed"]);
    const late = $session.status();
    expect((await late.next()).value).toMatchObject({ kind: "closed" });
    expect(await late.next()).toEqual({ done: true, value: undefined });
  });

  it("skips states that a slow loop has missed", async () => {
    pair = await resumable(shopDispatcher(handler));
    const states = pair.client.status();
    expect((await states.next()).value).toMatchObject({ kind: "open", reconnects: 0 });
    for (let round = 0; round < 3; round++) {
      await pair.cut();
      await pair.recover();
    }
    expect((await states.next()).value).toMatchObject({ kind: "open", reconnects: 3 });
  });

  it("can be left while it waits, from outside too", async () => {
    const { client } = await connectPair(shopDispatcher(handler), { clock: new FakeClock() });
    const states = client.status();
    await states.next();
    const waiting = [states.next(), states.next()];
    await settled();
    await states.return?.();
    expect(await Promise.all(waiting)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
    for await (const { kind } of client.status()) {
      expect(kind).toBe("open");
      break;
    }
    client.abort();
  });
});

describe("rtt()", () => {
  it("is the time of a ping and its answer, with several at once", async () => {
    const clock = new FakeClock();
    const links = simulatedPair({ both: { latencyMs: 20 }, clock });
    const { client, server } = await clock.until(
      connectPair(shopDispatcher(handler), { clock, links: [links.client, links.server] }),
    );
    const measuring = [client.rtt(), client.client(Shop).$session.rtt(), server.rtt()];
    await settled();
    await clock.elapse(100);
    for (const ms of await Promise.all(measuring)) {
      expect(ms).toBeGreaterThanOrEqual(40);
      expect(ms).toBeLessThanOrEqual(100);
    }
    client.abort();
    server.abort();
    await clock.elapse(100);
    expect(clock.armed).toBe(0);
  });

  const failures: readonly (readonly [string, string, (own: Resumable) => Promise<unknown>])[] = [
    [
      "no answer comes in time",
      "ConnectTimeout",
      async (own) => {
        own.networks.at(-1)?.toServer.configure({ latencyMs: 1000 });
        const measuring = own.client.rtt({ timeoutMs: 50 });
        measuring.catch(ignored);
        await settled();
        await own.clock.elapse(60);
        return measuring;
      },
    ],
    [
      "the link is lost",
      "Io",
      async (own) => {
        own.networks.at(-1)?.toServer.configure({ latencyMs: 1000 });
        const measuring = own.client.rtt();
        measuring.catch(ignored);
        await settled();
        await own.cut();
        return measuring;
      },
    ],
    [
      "there is no link",
      "Io",
      async (own) => {
        await own.cut();
        return own.client.rtt();
      },
    ],
    [
      "the session is closed",
      "Protocol",
      async (own) => {
        own.client.abort();
        return own.client.rtt();
      },
    ],
    [
      "its signal is aborted before",
      "Cancelled",
      (own) => own.client.rtt({ signal: AbortSignal.abort(bug) }),
    ],
    [
      "its signal is aborted",
      "Cancelled",
      async (own) => {
        own.networks.at(-1)?.toServer.configure({ latencyMs: 1000 });
        const controller = new AbortController();
        const measuring = own.client.rtt({ signal: controller.signal });
        measuring.catch(ignored);
        await settled();
        controller.abort(bug);
        return measuring;
      },
    ],
  ];
  it.each(failures)("fails when %s: %s", async (_when, code, measure) => {
    pair = await resumable(shopDispatcher(handler));
    await expect(measure(pair)).rejects.toMatchObject({ code });
  });

  it("refuses options that are wrong", async () => {
    const { client } = await connectPair(shopDispatcher(handler), { links: memoryLinkPair() });
    await expect(client.rtt({ timeoutMs: -1 })).rejects.toThrow("timeoutMs");
    client.abort();
  });
});
