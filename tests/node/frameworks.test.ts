/** Vox beside the HTTP frameworks that applications use: the lines of `docs/transports.md`, with the real packages. */
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { serve as serveHono } from "@hono/node-server";
import { type ConnectionRequest, RejectedError, router, type Servable } from "@voxrpc/runtime";
import { attach, connect, type Server } from "@voxrpc/runtime/node";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { Golden, goldenDispatcher } from "../support/golden-client.js";
import { closeAfterEach, opens } from "../support/opened.js";

closeAfterEach();

const loopback = "127.0.0.1";

/** An application with a page at `/`, and its service at `/vox`. */
interface Application {
  readonly http: HttpServer;
  readonly vox: Server;
}

type Options = Parameters<typeof attach>[2];

const frameworks: Readonly<Record<string, (servable: Servable, options: Options) => Promise<Application>>> = {
  "node:http": async (servable, options) => {
    const http = createServer((_request, response) => response.end("a page"));
    const vox = attach(http, servable, options);
    await new Promise<void>((resolve) => http.listen(0, loopback, resolve));
    return { http, vox };
  },
  Express: async (servable, options) => {
    const app = express();
    app.get("/", (_request, response) => void response.send("a page"));
    const http = app.listen(0, loopback);
    const vox = attach(http, servable, options);
    await new Promise<void>((resolve) => http.on("listening", () => resolve()));
    return { http, vox };
  },
  Fastify: async (servable, options) => {
    const app = fastify();
    app.get("/", async () => "a page");
    const vox = attach(app.server, servable, options);
    await app.listen({ port: 0, host: loopback });
    return { http: app.server, vox };
  },
  Hono: async (servable, options) => {
    const app = new Hono();
    app.get("/", (context) => context.text("a page"));
    const http = serveHono({ fetch: app.fetch, port: 0, hostname: loopback }) as HttpServer;
    const vox = attach(http, servable, options);
    await new Promise<void>((resolve) => http.on("listening", () => resolve()));
    return { http, vox };
  },
};

describe.each(Object.entries(frameworks))("attached to %s", (_name, start) => {
  async function started(
    servable: Servable,
    options: Options = {},
  ): Promise<Application & { readonly page: string }> {
    const application = await start(servable, options);
    opens({
      async [Symbol.asyncDispose]() {
        await application.vox.close();
        application.http.closeAllConnections();
        await new Promise((resolve) => application.http.close(resolve));
      },
    });
    return {
      ...application,
      page: `http://${loopback}:${(application.http.address() as AddressInfo).port}/`,
    };
  }

  it("calls and pages share the port", async () => {
    const { vox, page } = await started(goldenDispatcher());
    expect(vox.url).toBe(`${page.replace("http:", "ws:")}vox`);
    await using shop = await connect(vox.url, Golden);
    expect(await shop.add(20, 22)).toBe(42);
    expect(await (await fetch(page)).text()).toBe("a page");
  });

  it("another path is served, and no other is", async () => {
    const { vox, page } = await started(goldenDispatcher(), { path: "/rpc/shop" });
    await using shop = await connect(vox.url, Golden);
    expect(await shop.hello()).toBe("hello");
    await expect(connect(`${page.replace("http:", "ws:")}vox`, Golden)).rejects.toMatchObject({
      code: "Rejected",
    });
    expect(await shop.hello()).toBe("hello");
  });

  it("pages of other sites are refused unless they are listed", async () => {
    const { vox } = await started(goldenDispatcher(), { origins: ["https://shop.example"] });
    const from = (origin: string) => connect(vox.url, Golden, { webSocket: { headers: { origin } } });
    await expect(from("https://evil.example")).rejects.toMatchObject({
      code: "Rejected",
      message: expect.stringContaining("HTTP status 403 Forbidden"),
    });
    await using shop = await from("https://shop.example");
    expect(await shop.hello()).toBe("hello");
  });

  it("the upgrade request says who the user is", async () => {
    const users: string[] = [];
    const context = ({ origin }: ConnectionRequest): string => {
      const user = origin?.upgrade?.bearerToken ?? origin?.upgrade?.cookies["session"];
      if (user === undefined) throw new RejectedError("sign in first");
      users.push(user);
      return user;
    };
    const { vox } = await started(router([goldenDispatcher()], { context }));
    for (const headers of [{ authorization: "Bearer ada" }, { cookie: "session=bob" }]) {
      await using shop = await connect(vox.url, Golden, { webSocket: { headers } });
      expect(await shop.hello()).toBe("hello");
    }
    await expect(connect(vox.url, Golden)).rejects.toThrow("sign in first");
    expect(users).toEqual(["ada", "bob"]);
  });

  it("the service ends, and the pages go on", async () => {
    const { vox, page } = await started(goldenDispatcher());
    await vox.close();
    expect(await (await fetch(page)).text()).toBe("a page");
    await expect(connect(vox.url, Golden)).rejects.toMatchObject({
      code: expect.stringMatching(/Rejected|Io|Protocol/),
    });
  });
});
