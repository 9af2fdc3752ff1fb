/** Options are read when they are given: an application may change its own at once, and use them for another call. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type ClientMiddleware, Metadata, partialDispatcher, type ServerMiddleware } from "@voxrpc/runtime";
import { attach, connect, serve } from "@voxrpc/runtime/node";
import { settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { resumable } from "../support/resumable.js";
import { expectNothingUnheard } from "../support/unheard.js";
import { Shop, type ShopHandler, shopDispatcher } from "./gen/shop.vox.js";

expectNothingUnheard();

const adding: Partial<ShopHandler> = { add: (a, b) => a + b };
const dispatcher = partialDispatcher(shopDispatcher, adding);
const labelled = (text: string): Metadata => new Metadata().append("label", text);
const labelOf = (metadata: Metadata | undefined): string | undefined => metadata?.getString("label");

/** Changes everything in a set of options that can be changed: members, members of members, metadata. */
function spoil(options: {
  readonly metadata?: unknown;
  readonly middleware?: unknown[];
  readonly limits?: object;
  readonly webSocket?: object;
  readonly reconnect?: object;
  readonly resumable?: object;
}): void {
  if (options.metadata instanceof Metadata) options.metadata.set("label", "changed");
  options.middleware?.splice(0);
  for (const name of ["limits", "webSocket", "reconnect", "resumable"] as const) {
    const set = options[name];
    if (typeof set === "object") for (const member of Object.keys(set)) Reflect.deleteProperty(set, member);
  }
  for (const name of Object.keys(options)) Reflect.deleteProperty(options, name);
}

const addresses = ["tcp://127.0.0.1:0", "ws://127.0.0.1:0/vox"];

describe.each(addresses)("options are those of the call, although they change at once, of", (address) => {
  it(`connect at ${address}`, async () => {
    const seen: string[] = [];
    const answered: string[] = [];
    await using server = await serve(address, dispatcher);
    const around: ClientMiddleware = (_call, next) => {
      seen.push("call");
      return next();
    };
    const options = {
      metadata: labelled("given"),
      middleware: [around],
      limits: { maxWaitingCalls: 7 },
      webSocket: { headers: { "x-label": "given" } },
      reconnect: { maxElapsedMs: 1 },
      connectRetryMs: 1000,
      onUnhandledError: () => answered.push("error"),
    };
    const connecting = connect(server.url, Shop, options);
    spoil(options);
    await using shop = await connecting;
    expect(await shop.add(1, 2)).toBe(3);
    expect(seen).toEqual(["call"]);
    expect(labelOf(server.sessions[0]?.peerMetadata)).toBe("given");
  });

  it(`serve at ${address}`, async () => {
    const seen: string[] = [];
    const around: ServerMiddleware = (_context, _args, next) => {
      seen.push("answer");
      return next();
    };
    const options = {
      metadata: labelled("given"),
      middleware: [around],
      limits: { maxFrameBytes: 1 << 20 },
      resumable: { maxSessions: 3 },
      maxConnections: 1,
      onSession: () => {
        seen.push("session");
      },
    };
    const serving = serve(address, dispatcher, options);
    spoil(options);
    await using server = await serving;
    await using shop = await connect(server.url, Shop);
    expect(await shop.add(1, 2)).toBe(3);
    expect(seen).toEqual(["session", "answer"]);
    expect(labelOf(shop.$session.peerMetadata)).toBe("given");
    await expect(connect(server.url, Shop)).rejects.toMatchObject({ code: "ServerFull" });
  });
});

it("options of attach are those of the call", async () => {
  const http = createServer();
  const options = { path: "/shop", metadata: labelled("given") };
  await using server = attach(http, dispatcher, options);
  spoil(options);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  {
    await using shop = await connect(`ws://127.0.0.1:${port}/shop`, Shop);
    expect(labelOf(shop.$session.peerMetadata)).toBe("given");
  }
  await server.close();
  http.close();
});

describe("metadata that is changed afterwards", () => {
  it("is the given one when the session comes back, and when it begins again", async () => {
    const metadata = labelled("given");
    const pair = await resumable(dispatcher, { client: { metadata } });
    metadata.set("label", "changed");
    await pair.cut();
    await pair.recover();
    expect(labelOf(pair.serving.peerMetadata)).toBe("given");
    expect(pair.accepted).toHaveLength(2);
    expect(pair.accepted[1]).toBe(pair.accepted[0]);
    await pair.close();
  });

  it("is the given one of a virtual connection that is opened again, bytes included", async () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const seen: unknown[] = [];
    const pair = await resumable({
      accept: (request, connection) => {
        seen.push([labelOf(request.metadata), request.metadata.getBytes("bytes")]);
        connection.accept(dispatcher);
      },
    });
    const metadata = labelled("given").append("bytes", bytes);
    await pair.client.open(Shop, { metadata, reopen: true });
    metadata.set("label", "changed");
    bytes.fill(9);
    pair.registry = pair.newRegistry();
    await pair.cut();
    await pair.recover();
    await settle();
    const opened = ["given", Uint8Array.of(1, 2, 3)];
    expect(seen.filter((each) => (each as unknown[])[0] !== undefined)).toEqual([opened, opened]);
    await pair.close();
  });
});
