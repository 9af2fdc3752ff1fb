/**
 * One signal of an application for many things at once: one listener, so that Node does not warn, and none afterwards.
 */
import { getEventListeners, once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { channel, subscribe } from "@voxrpc/runtime";
import { acceptSession, openSession } from "@voxrpc/runtime/link";
import { connect, serve } from "@voxrpc/runtime/node";
import { connectPair, memoryLinkPair, type SessionPair, settle } from "@voxrpc/runtime/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { resumable } from "../support/resumable.js";
import { expectNothingUnheard } from "../support/unheard.js";
import { Shop, type ShopHandler, shopDispatcher } from "./gen/shop.vox.js";

expectNothingUnheard();

const never = (): Promise<never> => new Promise(() => {});
const handler: ShopHandler = {
  add: never,
  find: never,
  close: never,
  buy: never,
  watch: never,
  collect: never,
};

/** Takes connections, and never says anything. */
let silent: Server;
let port = 0;
const sockets = new Set<Socket>();
let pair: SessionPair;

beforeAll(async () => {
  silent = createServer((socket) => void sockets.add(socket.on("error", () => {})));
  await once(silent.listen(0, "127.0.0.1"), "listening");
  port = (silent.address() as { port: number }).port;
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  silent.close();
});
beforeEach(async () => {
  pair = await connectPair(shopDispatcher(handler));
});
afterEach(() => {
  pair.client.abort();
  pair.server.abort();
});

const waitsFor = "127.0.0.1:1";
/** Uses that begin with the signal and go on until it is aborted. */
const uses: readonly (readonly [name: string, use: (signal: AbortSignal) => unknown])[] = [
  ["a connect over TCP", (signal) => connect(`tcp://127.0.0.1:${port}`, Shop, { signal })],
  ["a connect over a WebSocket", (signal) => connect(`ws://127.0.0.1:${port}`, Shop, { signal })],
  ["a connect over TLS", (signal) => connect(`tls://127.0.0.1:${port}`, Shop, { signal })],
  [
    "a connect that waits for a server",
    (signal) => connect(`tcp://${waitsFor}`, Shop, { signal, connectRetryMs: Infinity }),
  ],
  [
    "a connect whose metadata does not come",
    (signal) => connect(`tcp://127.0.0.1:${port}`, Shop, { signal, metadata: never }),
  ],
  ["an openSession", (signal) => openSession(memoryLinkPair()[0], { signal })],
  [
    "an openSession whose metadata does not come",
    (signal) => openSession(memoryLinkPair()[0], { signal, metadata: never }),
  ],
  ["an acceptSession", (signal) => acceptSession(memoryLinkPair()[0], shopDispatcher(handler), { signal })],
  [
    "a recovery",
    async (signal) => {
      const own = await resumable(shopDispatcher(handler), { reconnect: { signal } });
      own.isListening = false;
      await own.cut();
    },
  ],
  ["a server", (signal) => serve("tcp://127.0.0.1:0", shopDispatcher(handler), { signal })],
  ["a call", (signal) => pair.client.client(Shop).add(1, 2, { signal })],
  ["a call with a stream", (signal) => pair.client.client(Shop).watch(channel<string>().tx, { signal })],
  [
    "a subscription",
    (signal) => subscribe(pair.client.client(Shop)).watch({ signal })[Symbol.asyncIterator]().next(),
  ],
  ["an open of a virtual connection", (signal) => pair.client.open(Shop, { signal })],
  ["a measured round trip", (signal) => pair.client.rtt({ signal })],
];

describe("a signal of many", () => {
  it.each(uses)("has one listener: %s", async (_name, use) => {
    pair.clientLink.pause();
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on("warning", onWarning);
    const controller = new AbortController();
    const { signal } = controller;
    let most = 0;
    const all = Array.from({ length: 20 }, () => Promise.resolve(use(signal)).catch(() => {}));
    for (let turn = 0; turn < 20; turn++) {
      await settle();
      most = Math.max(most, getEventListeners(signal, "abort").length);
    }
    controller.abort();
    await Promise.all(all);
    for (let turn = 0; turn < 20; turn++) await settle();
    process.off("warning", onWarning);
    expect(most).toBe(1);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    expect(warnings).toEqual([]);
  });
});
