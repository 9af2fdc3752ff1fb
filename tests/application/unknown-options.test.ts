/** A misspelled option is refused wherever options come in: ignored, it would switch off what it requests. */
import { createServer } from "node:http";
import { channel, logClientCalls, router } from "@voxrpc/runtime";
import {
  acceptSession,
  openSession,
  reconnecting as reconnectingOver,
  SessionRegistry,
} from "@voxrpc/runtime/link";
import { attach, connect, connectSession, serve } from "@voxrpc/runtime/node";
import { memoryOperationStore } from "@voxrpc/runtime/store";
import { connectPair, memoryLinkPair, simulatedPair } from "@voxrpc/runtime/testing";
import { connect as connectPage, reconnecting } from "@voxrpc/runtime/web";
import { describe, expect, it } from "vitest";
import { Shop, shopDispatcher } from "./gen/shop.vox.js";

const handler = { add: (a: number, b: number) => a + b } as never;
const dispatcher = shopDispatcher(handler);
const nowhere = "tcp://127.0.0.1:1";
const http = createServer();
const open = () => Promise.reject(new Error("no link"));
const [near, far] = memoryLinkPair();

/** Where options come in; each takes a set of options. */
const entries: readonly (readonly [name: string, give: (options: never) => unknown, known: string])[] = [
  ["serve", (options) => serve("tcp://127.0.0.1:0", dispatcher, options), "middleware"],
  ["attach", (options) => attach(http, dispatcher, options), "middleware"],
  ["connect", (options) => connect(nowhere, Shop, options), "middleware"],
  ["connectSession", (options) => connectSession(nowhere, options), "reconnect"],
  ["connect of a page", (options) => connectPage("ws://127.0.0.1:1/", Shop, options), "middleware"],
  ["openSession", (options) => openSession(near, options), "keepalive"],
  ["acceptSession", (options) => acceptSession(far, dispatcher, options), "onSession"],
  ["reconnecting of a page", (options) => reconnecting(options), "minDelayMs"],
  ["reconnecting", (options) => reconnectingOver({ open, ...(options as object) }), "minDelayMs"],
  ["SessionRegistry", (options) => new SessionRegistry(options), "maxSessions"],
  ["memoryOperationStore", (options) => memoryOperationStore(options), "maxEntries"],
  ["channel", (options) => channel(options), "label"],
  ["router", (options) => router([], options), "context"],
  ["logClientCalls", (options) => logClientCalls(() => {}, options), "payloads"],
  ["connectPair", (options) => connectPair(dispatcher, options), "observer"],
  ["simulatedPair", (options) => simulatedPair(options), "toServer"],
  ["memoryLinkPair", (options) => memoryLinkPair(options), "description"],
  ["the option reconnect", (reconnect) => connectSession(nowhere, { reconnect }), "minDelayMs"],
  ["the option resumable", (resumable) => serve("tcp://127.0.0.1:0", dispatcher, { resumable }), "expiryMs"],
];

const refusal = (text: string) =>
  expect.objectContaining({ name: "TypeError", message: expect.stringContaining(text) });

describe("an unknown option", () => {
  it.each(entries)("of %s is refused, and the nearest name proposed", async (_name, give, known) => {
    const misspelled = `${known.slice(0, -2)}x`;
    for (const value of [1, undefined])
      await expect((async () => give({ [misspelled]: value } as never))()).rejects.toEqual(
        refusal(`${misspelled} is no option, did you mean ${known}?`),
      );
    await expect((async () => give({ zzz: 1 } as never))()).rejects.toEqual(
      refusal("zzz is no option: there are "),
    );
  });

  it("of a call, of closing and of opening a connection is refused", async () => {
    await using pair = await connectPair(dispatcher);
    const shop = pair.client.client(Shop);
    const wrong = { timeout: 5 } as never;
    const text = refusal("timeout is no option, did you mean timeoutMs?");
    await expect(shop.add(1, 2, wrong)).rejects.toEqual(text);
    await expect(shop.$close(wrong)).rejects.toEqual(text);
    await expect(pair.client.rtt(wrong)).rejects.toEqual(text);
    await expect(pair.client.open(Shop, { reopn: true } as never)).rejects.toEqual(
      refusal("reopn is no option, did you mean reopen?"),
    );
    expect(await shop.add(1, 2)).toBe(3);
  });

  it("leaves a server that is given options of its own as it is", async () => {
    await using server = await serve("tcp://127.0.0.1:0", dispatcher, {
      maxConnections: 5,
      maxPendingHandshakes: 5,
      origins: [],
      resumable: true,
      middleware: [],
    });
    await using shop = await connect(server.url, Shop, {
      connectTimeoutMs: 5000,
      connectRetryMs: 5000,
      reconnect: { minDelayMs: 1 },
      callTimeoutMs: 5000,
    });
    expect(await shop.add(1, 2)).toBe(3);
  });
});

describe("an observer with an unknown member", () => {
  class Misnamed {
    onHandleError(): void {}
  }
  it.each(
    entries.filter(([name]) =>
      [
        "serve",
        "attach",
        "connect",
        "connectSession",
        "connectPair",
        "acceptSession",
        "SessionRegistry",
      ].includes(name),
    ),
  )("is refused by %s", async (_name, give) => {
    for (const observer of [{ onHandleError() {} }, { onHandleError: undefined }, new Misnamed()])
      await expect((async () => give({ observer } as never))()).rejects.toEqual(
        refusal("observer.onHandleError is no event, did you mean onHandlerError?"),
      );
  });
});
