/** Listeners that the application made, of each kind that Node has: the same service behind them all. */

import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server as Listener } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, serve } from "@voxrpc/runtime/node";
import { describe, expect, it } from "vitest";
import { Golden, goldenDispatcher } from "../support/golden-client.js";
import { closeAfterEach, opens } from "../support/opened.js";

closeAfterEach();

function listening(listener: Listener, at: object = { port: 0, host: "127.0.0.1" }): Promise<Listener> {
  return new Promise((resolve) => listener.listen(at, () => resolve(listener)));
}

describe("serve on a listener of the application", () => {
  it("serve_websocket: of node:http takes WebSockets, and answers plain requests", async () => {
    const http = createHttpServer();
    const server = opens(await serve(await listening(http), goldenDispatcher()));
    expect(server.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+$/);
    await using shop = await connect(server.url, Golden);
    expect(await shop.add(3, 4)).toBe(7);
    expect((await fetch(server.url.replace("ws:", "http:"))).status).toBe(426);
    await shop.$close();
    await server.close();
    expect(http.listening).toBe(false);
  });

  it("leaves plain requests to the application that answers them", async () => {
    const http = createHttpServer((_request, response) => response.end("a page"));
    const server = opens(await serve(await listening(http), goldenDispatcher()));
    expect(await (await fetch(server.url.replace("ws:", "http:"))).text()).toBe("a page");
  });

  it("of node:net takes byte streams, and closes with the server", async () => {
    const listener = await listening(createServer());
    const server = opens(await serve(listener, goldenDispatcher()));
    {
      await using shop = await connect(server.url, Golden);
      expect(await shop.hello()).toBe("hello");
    }
    await server.close();
    expect(listener.listening).toBe(false);
  });

  it("that listens later is served from then on", async () => {
    const listener = createServer();
    const server = opens(await serve(listener, goldenDispatcher()));
    expect(server.address).toEqual({ host: "localhost", port: 0 });
    await listening(listener);
    await using shop = await connect(server.url, Golden);
    expect(await shop.hello()).toBe("hello");
  });

  it("that never listens closes, too", async () => {
    const server = await serve(createServer(), goldenDispatcher());
    await server.close();
  });

  it.skipIf(process.platform === "win32")("of a Unix socket has the frames of one", async () => {
    const folder = mkdtempSync(join(tmpdir(), "vox-"));
    try {
      const path = join(folder, "s");
      const server = await serve(await listening(createServer(), { path }), goldenDispatcher());
      expect(server.url).toBe(`local://${path}`);
      {
        await using shop = await connect(server.url, Golden);
        expect(await shop.hello()).toBe("hello");
      }
      await server.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("serve_listener_builder_rejects_zero_channel_capacity, before it touches the listener", async () => {
    const listener = createServer();
    await expect(serve(listener, goldenDispatcher(), { initialChannelCredit: 0 })).rejects.toMatchObject({
      code: "Protocol",
      message: expect.stringContaining("initialChannelCredit"),
    });
    expect(listener.listenerCount("connection")).toBe(0);
  });

  it.each([[undefined], [null], [4000], [{}], [new URL("ws://a")]])("refuses %o", async (where) => {
    await expect(serve(where as never, goldenDispatcher())).rejects.toThrow(
      "or a server of node:net, node:tls, node:http or node:https",
    );
  });
});
