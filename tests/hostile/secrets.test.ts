/** Secrets stay out of what is shown, texts of a peer forge no line, and checks of an application fail closed. */
import { inspect } from "node:util";
import {
  attachBearerToken,
  CallError,
  type ConnectionRequest,
  contextKey,
  DeclaredError,
  Metadata,
  type Observer,
  RejectedError,
  router,
  SessionError,
  VoxError,
  verifyBearerToken,
  withMiddleware,
} from "@voxrpc/runtime";
import { connect, serve } from "@voxrpc/runtime/node";
import { connectPair } from "@voxrpc/runtime/testing";
import { connect as connectFromPage } from "@voxrpc/runtime/web";
import { afterEach, describe, expect, it, vi } from "vitest";
import { upgradeRequest } from "../../packages/runtime/src/node/upgrade-request.js";
import { Shop, type ShopHandler, shopDispatcher } from "../application/gen/shop.vox.js";

/** Source: `protocol/wire.md` §7. */
const sensitiveFlag = 1n;
const secret = "s3cr3t";
const handler = { add: (a: number, b: number) => a + b } as Partial<ShopHandler> as ShopHandler;

describe("a secret", () => {
  const keys = ["authorization", "Authorization", "proxy-authorization", "Cookie", "set-cookie", "X-API-Key"];

  it.each(keys)("under the key %s is never shown, marked by its sender or not", (key) => {
    const metadata = new Metadata([[key, secret]]);
    for (const text of [JSON.stringify(metadata), inspect(metadata), inspect({ metadata }, { depth: 9 })]) {
      expect(text).toContain(key);
      expect(text).not.toContain(secret);
    }
    expect(metadata.getString(key)).toBe(secret);
  });

  it("is never shown where it is marked, under any key", () => {
    const metadata = new Metadata([{ key: "note", value: secret, flags: sensitiveFlag }]);
    expect(JSON.stringify(metadata) + inspect(metadata)).not.toContain(secret);
  });

  it("of an upgrade request is not shown: in its query, its headers, its cookies", () => {
    const request = upgradeRequest({
      url: `/vox?token=${secret}`,
      headers: {
        authorization: `Bearer ${secret}`,
        cookie: `session=${secret}`,
        "x-mine": secret,
        "sec-websocket-protocol": `vox.bearer.${secret}`,
      },
    } as never);
    expect(request.bearerToken).toBe(secret);
    for (const text of [JSON.stringify({ request }), inspect(request), inspect({ origin: { request } })]) {
      expect(text).toContain("/vox?…");
      expect(text).not.toContain(secret);
    }
  });
});

describe("a secret in an address is not shown", () => {
  afterEach(() => void vi.unstubAllGlobals());

  /** An error with its causes, as each way of printing shows them. */
  const printed = (error: unknown): string =>
    inspect(error, { depth: 9 }) + JSON.stringify(error) + String(error);
  const failure = (attempt: Promise<unknown>): Promise<string> =>
    attempt.then(
      () => expect.unreachable(),
      (error: unknown) => printed(error),
    );

  const addresses = [
    `ws://127.0.0.1:1/vox?token=${secret}`,
    `ws://127.0.0.1:1?${secret}`,
    `wss://127.0.0.1:1/?a=b@c&token=${secret}`,
    `ws://user:${secret}@127.0.0.1:1/vox`,
    `ws://${secret}@127.0.0.1:1/vox`,
    `WS://user:${secret}@127.0.0.1:1/?token=${secret}`,
    `tcp://user:${secret}@127.0.0.1:1`,
    `tls://${secret}@127.0.0.1:1?x=${secret}`,
    `user:${secret}@127.0.0.1:1`,
    `127.0.0.1:1?${secret}`,
    `ws://127.0.0.1:1/#${secret}`,
    `ws://127.0.0.1:99999/?token=${secret}`,
    `ws://127.0.0.1:1/a b?token=${secret}`,
    `https://user:${secret}@127.0.0.1:1/vox?token=${secret}`,
  ];

  it.each(addresses)("%s", async (address) => {
    expect(await failure(connect(address, Shop))).not.toContain(secret);
    class ClosedSocket extends EventTarget {
      readonly url: string;
      constructor(url: string) {
        super();
        this.url = url;
        queueMicrotask(() =>
          this.dispatchEvent(Object.assign(new Event("close"), { code: 1006, reason: "" })),
        );
      }
      close(): void {}
    }
    vi.stubGlobal("WebSocket", ClosedSocket);
    expect(await failure(connectFromPage(address, Shop))).not.toContain(secret);
  });

  it("in events and snapshots of a connection, whose server gets the query", async () => {
    const seen: unknown[] = [];
    const note = (event: unknown): void => void seen.push(inspect(event, { depth: 9 }));
    const observer: Observer = { onStateChanged: note, onConnectionOpened: note, onLinkClosed: note };
    const queries: (string | undefined)[] = [];
    const context = ({ origin }: ConnectionRequest): undefined => void queries.push(origin?.upgrade?.url);
    await using server = await serve("ws://127.0.0.1:0/vox", router([shopDispatcher(handler)], { context }));
    await using client = await connect(`${server.url}?token=${secret}`, Shop, { observer });
    expect(await client.add(1, 2)).toBe(3);
    const { session } = client.$caller.connection as unknown as { session: object };
    for (const each of [client, client.$caller, session]) seen.push(inspect(each, { depth: 9 }));
    await client.$close();
    expect(queries).toEqual([`/vox?token=${secret}`]);
    expect(seen.join()).toContain("/vox?…");
    expect(seen.join()).not.toContain(secret);
  });
});

describe("a text of a peer", () => {
  const forged = "fine\r\n2026-01-01 ERROR forged \u001b[31mred\u2028\u202e\ud800";
  const unprintable = /[\p{Cc}\p{Cs}\u2028\u202e]/u;
  const method = { service: "S", name: "m", id: 1n };

  const errors: readonly [string, (text: string) => Error][] = [
    ["a declared error", (text) => new DeclaredError(method, text)],
    ["the variant of a declared error", (text) => new DeclaredError(method, { kind: text })],
    ["the detail of a failed call", (text) => new CallError("InvalidPayload", text, method)],
    ["a refusal", (text) => new RejectedError(text.replaceAll("\ud800", ""))],
    ["an error of a session", (text) => new SessionError("Protocol", text)],
  ];

  it.each(errors)("in %s is cut, and its control characters are escaped", (_name, make) => {
    const { message } = make(forged);
    expect(message).toContain("fine\\u000d\\u000a");
    expect(message).not.toMatch(unprintable);
    expect(make(forged.repeat(100_000)).message.length).toBeLessThan(60_000);
  });

  it("in metadata is cut and escaped where it is shown, key and value", () => {
    const wellFormed = forged.replaceAll("\ud800", "");
    const metadata = new Metadata([[wellFormed, wellFormed.repeat(1000)]]);
    const [entry] = metadata.toJSON();
    expect(entry?.key + (entry?.value ?? "")).not.toMatch(unprintable);
    expect(entry?.value.length).toBeLessThan(2000);
  });

  it("in an event and in a refusal is cut and escaped: the service that it requests", async () => {
    const services: (string | undefined)[] = [];
    const errors: string[] = [];
    const observer: Observer = {
      onAcceptError: ({ service }) => void services.push(service),
      onHandshakeFailed: ({ error }) => void errors.push(error.message),
    };
    const failing = router({}, { context: () => Promise.reject(new Error("down")) });
    const service = forged.replaceAll("\ud800", "").repeat(100);
    await expect(connectPair(failing, { client: { service }, server: { observer } })).rejects.toSatisfy(
      (error: unknown) => error instanceof VoxError,
    );
    await expect(connectPair(router({}), { client: { service }, server: { observer } })).rejects.toSatisfy(
      (error: Error) => !unprintable.test(error.message) && error.message.length < 9000,
    );
    expect(services).toHaveLength(1);
    expect(errors).toHaveLength(2);
    for (const text of [...services, ...errors]) {
      expect(text).not.toMatch(unprintable);
      expect(text?.length).toBeLessThan(9000);
    }
  });
});

describe("a check of the application", () => {
  const who = contextKey<unknown>("who");

  it.each([undefined, null, false])(
    "that finds no caller and answers %s lets no call through",
    async (found) => {
      const checked = withMiddleware(shopDispatcher(handler), [verifyBearerToken(() => found as never, who)]);
      await using pair = await connectPair(checked);
      const shop = Shop.create(withMiddleware(pair.client.holdCaller(), [attachBearerToken("any")]));
      await expect(shop.add(1, 2)).rejects.toMatchObject({ code: "Cancelled" });
    },
  );

  it("stays when its list is emptied later", async () => {
    const list = [verifyBearerToken(() => undefined, who)];
    const checked = withMiddleware(shopDispatcher(handler), list);
    list.length = 0;
    await using pair = await connectPair(checked);
    await expect(pair.client.client(Shop).add(1, 2)).rejects.toMatchObject({ code: "Cancelled" });
  });

  const mistakes: readonly [string, () => unknown][] = [
    [
      "a middleware where a list is wanted",
      () => withMiddleware(shopDispatcher(handler), verifyBearerToken(() => 1, who) as never),
    ],
    ["a list with a hole", () => withMiddleware(shopDispatcher(handler), [undefined] as never)],
    ["a bearer without a check", () => verifyBearerToken(undefined as never, who)],
    ["a bearer without a key", () => verifyBearerToken(() => 1, undefined as never)],
    ["a router's context as a function", () => router({}, (() => 1) as never)],
    ["a router's context under another name", () => router({}, { contxt: () => 1 } as never)],
  ];

  it.each(mistakes)("given wrongly is refused before anything is served: %s", (_name, make) => {
    expect(make).toThrow(TypeError);
  });

  it.each([true, handler, null])(
    "in an acceptor that accepts with no dispatcher refuses: %s",
    async (wrong) => {
      const acceptor = {
        accept: (_: unknown, connection: { accept(x: unknown): void }) => connection.accept(wrong),
      };
      await expect(connectPair(acceptor as never)).rejects.toBeInstanceOf(VoxError);
      await expect(
        connectPair(router({ Shop: () => wrong as never }), { client: { service: "Shop" } }),
      ).rejects.toBeInstanceOf(VoxError);
    },
  );
});
