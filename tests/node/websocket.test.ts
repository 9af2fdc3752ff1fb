/** Servers and clients over WebSockets in Node: calls, what comes with them, and what each wrong peer gets. */
import { createServer, type Server as HttpServer, request } from "node:http";
import { type AddressInfo, connect as connectSocket, type Socket } from "node:net";
import { type ConnectionRequest, channel, RejectedError, router, type SessionError } from "@voxrpc/runtime";
import {
  attach,
  connect,
  connectSession,
  type Server,
  serve,
  type WebSocketOptions,
} from "@voxrpc/runtime/node";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Streams, streamsDispatcher } from "../interop/gen/streams.vox.js";
import { closeAfterEach, drain, opens, stranger } from "../support/opened.js";
import { streamsHandler } from "../support/stream-handlers.js";

closeAfterEach();

const dispatcher = () => streamsDispatcher(streamsHandler().handler);

/** A server on a free port. */
async function webSocketServer(path = "", options: Parameters<typeof serve>[2] = {}): Promise<Server> {
  return opens(await serve(`ws://127.0.0.1:0${path}`, dispatcher(), options));
}

/** An HTTP server of the application that listens on a free port. */
async function httpServer(): Promise<{ readonly http: HttpServer; readonly port: number }> {
  const http = createServer((_request, response) => response.end("a page"));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  opens({
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  });
  return { http, port: (http.address() as AddressInfo).port };
}

/** Answer to a plain request. */
function get(url: string): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    request(url.replace("ws:", "http:"), (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on("error", reject)
      .end();
  });
}

/** Status of the answer to an upgrade request with these headers; 101 when it is accepted. */
function upgradeStatus(
  url: string,
  headers: Record<string, string>,
  protocols: string[] = [],
): Promise<number> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url, protocols, { headers });
    ws.on("open", () => {
      ws.terminate();
      resolve(101);
    });
    ws.on("unexpected-response", (_request, response) => {
      resolve(response.statusCode ?? 0);
      ws.terminate();
    });
    ws.on("error", (fault) => {
      if (!fault.message.includes("before the connection was established")) reject(fault);
    });
  });
}

async function failure(connecting: Promise<unknown>): Promise<SessionError> {
  try {
    await connecting;
  } catch (error) {
    return error as SessionError;
  }
  throw new Error("expected a failure");
}

describe("a server on ws://", () => {
  it("answers unary calls and streams both ways", async () => {
    const server = await webSocketServer();
    expect(server.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+$/);
    await using client = await connect(server.url, Streams);
    const upload = channel<number>();
    const numbers = channel<number>();
    const counting = client.count(5, 100, numbers.tx);
    const seen: number[] = [];
    const [sum] = await Promise.all([
      client.sum(upload.rx),
      upload.tx.sendAll(Array.from({ length: 1000 }, (_, index) => index)),
      (async () => {
        for await (const each of numbers.rx) seen.push(each);
      })(),
    ]);
    await counting;
    expect([sum, seen.length, seen.at(-1)]).toEqual([499_500n, 100, 104]);
  });

  it("calls its clients back", async () => {
    const server = await webSocketServer();
    await using client = await connect(server.url, Streams, { serve: dispatcher() });
    expect(await client.callBack(50)).toBe(1225n);
    expect(await client.openBack(50)).toBe(1225n);
  });

  it("lets a session go on over another WebSocket", async () => {
    const { http } = await httpServer();
    const sockets: Socket[] = [];
    http.on("upgrade", ({ socket }) => sockets.push(socket));
    const server = opens(attach(http, dispatcher(), { resumable: true }));
    await using client = await connect(server.url, Streams, { reconnect: true });
    // The server can resume the session once it has the end of the handshake.
    expect(await client.running()).toBe(0);
    const reopened = new Promise<void>((resolve) => {
      client.$session.onStateChanged(({ kind }) => {
        if (kind === "open") resolve();
      });
    });
    for (const socket of sockets) socket.destroy();
    await reopened;
    expect(client.$session.state).toMatchObject({ kind: "open", reconnects: 1, isResumed: true });
    expect(await client.running()).toBe(0);
  });

  it("serves the path that it is given, and no other", async () => {
    const server = await webSocketServer("/vox");
    await using client = await connect(server.url, Streams);
    expect(await client.running()).toBe(0);
    const error = await failure(connect(server.url.replace("/vox", "/other"), Streams));
    expect([error.code, error.message]).toEqual([
      "Rejected",
      expect.stringContaining("HTTP status 404 Not Found"),
    ]);
  });

  it("says to plain requests what it is", async () => {
    const server = await webSocketServer();
    expect(await get(server.url)).toEqual({ status: 426, body: expect.stringContaining("WebSocket") });
  });

  it("answers 503 when it has no room, which a client may wait for", async () => {
    const server = await webSocketServer("", { maxConnections: 1 });
    await using first = await connect(server.url, Streams);
    expect(await first.running()).toBe(0);
    const error = await failure(connect(server.url, Streams));
    expect([error.code, error.retryable]).toEqual(["ServerFull", true]);
  });

  it("closes with its sessions, and says so", async () => {
    const server = await webSocketServer();
    const session = await connectSession(server.url);
    await server.close();
    await session.closed;
    expect(session.state.kind).toBe("closed");
    expect((await failure(connect(server.url, Streams))).code).toBe("Io");
  });
});

describe("a service attached to an HTTP server", () => {
  it("shares the port with the application's pages", async () => {
    const { http, port } = await httpServer();
    const vox = opens(attach(http, dispatcher()));
    expect(vox.url).toBe(`ws://127.0.0.1:${port}/vox`);
    await using client = await connect(vox.url, Streams);
    expect(await client.running()).toBe(0);
    expect(await get(`http://127.0.0.1:${port}/`)).toEqual({ status: 200, body: "a page" });
  });

  it("is the only one at its path", async () => {
    const { http } = await httpServer();
    const vox = attach(http, dispatcher());
    expect(() => attach(http, dispatcher())).toThrow(
      "this HTTP server has a service at the path /vox already",
    );
    const other = opens(attach(http, dispatcher(), { path: "/other" }));
    await using client = await connect(other.url, Streams);
    expect(await client.running()).toBe(0);
    await vox.close();
    opens(attach(http, dispatcher()));
  });

  it("leaves other paths to other listeners, and the HTTP server open when it closes", async () => {
    const { http, port } = await httpServer();
    const vox = attach(http, dispatcher());
    const others: string[] = [];
    http.on("upgrade", ({ url }, socket) => {
      if (url === "/vox") return;
      others.push(url ?? "");
      socket.end("HTTP/1.1 418 I'm a teapot\r\nconnection: close\r\n\r\n");
    });
    expect(await upgradeStatus(`ws://127.0.0.1:${port}/hot-reload`, {})).toBe(418);
    expect(others).toEqual(["/hot-reload"]);
    await vox.close();
    expect(await get(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 200 });
  });

  it.each([
    ["no origin, which is no browser", {}, 101],
    ["the origin of the server", { origin: "SELF" }, 101],
    ["a listed origin", { origin: "https://shop.example" }, 101],
    ["another origin", { origin: "https://evil.example" }, 403],
    ["an origin that is none", { origin: "null" }, 403],
  ])("for %s answers as it should", async (_what, headers: { origin?: string }, status) => {
    const { http, port } = await httpServer();
    const vox = opens(attach(http, dispatcher(), { origins: ["https://shop.example"] }));
    const origin = headers.origin === "SELF" ? `http://127.0.0.1:${port}` : headers.origin;
    expect(await upgradeStatus(vox.url, origin === undefined ? {} : { origin })).toBe(status);
  });

  it.each([
    ["a header", { headers: { authorization: "Bearer t1" } }, "t1"],
    ["a subprotocol, as browsers must", { protocols: ["vox.v1", "vox.bearer.t2"] }, "t2"],
    ["a cookie", { headers: { cookie: "a=1; session=t%33; b" } }, "t3"],
    ["the query", {}, "t4"],
  ])("tells the acceptor the token of %s", async (_how, webSocket: WebSocketOptions, token) => {
    const { http } = await httpServer();
    const users: (string | undefined)[] = [];
    const context = ({ origin }: ConnectionRequest): string => {
      const { bearerToken, cookies, url = "" } = origin?.upgrade ?? {};
      const user = bearerToken ?? cookies?.["session"] ?? new URL(url, "ws://a").searchParams.get("token");
      if (user === null) throw new RejectedError("no token");
      users.push(`${user} over ${origin?.transport} from ${origin?.peerAddress}`);
      return user;
    };
    const vox = opens(attach(http, router([dispatcher()], { context })));
    await using client = await connect(`${vox.url}${token === "t4" ? "?token=t4" : ""}`, Streams, {
      webSocket,
    });
    expect(await client.running()).toBe(0);
    expect(users).toEqual([`${token} over ws from 127.0.0.1`]);
  });

  it("answers the subprotocol vox.v1 when it is offered, and none otherwise", async () => {
    const { http } = await httpServer();
    const vox = opens(attach(http, dispatcher()));
    const chosen = await new Promise<string>((resolve, reject) => {
      const ws = new WebSocket(vox.url, ["vox.v1", "vox.bearer.secret"]);
      ws.on("open", () => {
        resolve(ws.protocol);
        ws.terminate();
      });
      ws.on("error", reject);
    });
    expect(chosen).toBe("vox.v1");
  });
});

describe("a client on ws:// says what is wrong when", () => {
  const answering = (answer: string) => (socket: Socket) => {
    socket.once("data", () => socket.end(answer));
  };
  it.each([
    ["a proxy answers 502", "HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\n\r\n", "Io", "502 Bad Gateway"],
    [
      "it is refused",
      "HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n",
      "Rejected",
      "401 Unauthorized",
    ],
    ["a web site answers", "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", "Protocol", "200 OK"],
    ["something else answers", "hello\r\n\r\n", "Protocol", "does not answer in HTTP"],
    ["the connection is closed without an answer", "", "Io", "before it answered"],
  ])("%s", async (_what, answer, code, text) => {
    const address = await stranger(answering(answer));
    const error = await failure(connect(address.replace("tcp:", "ws:"), Streams));
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(text)]);
  });

  it("a Vox server over TCP listens there, which goes on serving", async () => {
    const server = opens(await serve("tcp://127.0.0.1:0", dispatcher()));
    const error = await failure(connect(server.url.replace("tcp:", "ws:"), Streams));
    expect(["Io", "Protocol"]).toContain(error.code);
    await using client = await connect(server.url, Streams);
    expect(await client.running()).toBe(0);
  });
});

describe("a server on ws:// goes on serving after", () => {
  const attacks: Readonly<Record<string, (port: number) => Promise<unknown>>> = {
    "Vox over TCP": (port) => failure(connect(`tcp://127.0.0.1:${port}`, Streams)),
    "a text message": (port) => closeCode(port, (ws) => ws.send("hello")),
    "a first message that is too large": (port) => closeCode(port, (ws) => ws.send(new Uint8Array(5000))),
    "a prologue of something else": (port) => closeCode(port, (ws) => ws.send(Uint8Array.of(1, 2, 3))),
    "bytes that are no HTTP": async (port) => {
      const socket = connectSocket({ port, host: "127.0.0.1" });
      socket.on("error", () => {});
      const all = drain(socket);
      socket.end("\u0000\u0001\u0002\r\n\r\n");
      return all;
    },
  };

  /** Resolves with the code with which the server closes. */
  function closeCode(port: number, attack: (ws: WebSocket) => void): Promise<number> {
    return new Promise((resolve) => {
      const ws = new WebSocket(`ws://127.0.0.1:${port}`);
      ws.on("open", () => attack(ws));
      ws.on("error", () => {});
      ws.on("close", resolve);
    });
  }

  for (const [what, attack] of Object.entries(attacks)) {
    it(what, async () => {
      const refused: string[] = [];
      const server = await webSocketServer("", {
        observer: { onHandshakeFailed: ({ error }) => refused.push(error.code) },
      });
      await using bystander = await connect(server.url, Streams);
      const { port } = server.address as { port: number };
      await attack(port);
      expect(await bystander.running()).toBe(0);
      await using later = await connect(server.url, Streams);
      expect(await later.running()).toBe(0);
    });
  }
});
