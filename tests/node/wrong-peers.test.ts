/**
 * What peers, proxies and people do wrong on each transport: one clear sentence each, and the server goes on. The table
 * of `docs/transports.md` lists the same rows.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer, request } from "node:http";
import { connect as connectSocket, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SessionError } from "@voxrpc/runtime";
import {
  attach,
  type ConnectOptions,
  connect,
  type ServeOptions,
  type Server,
  serve,
} from "@voxrpc/runtime/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Golden, goldenDispatcher } from "../support/golden-client.js";
import { closeAfterEach, drain, opens, stranger, until } from "../support/opened.js";
import { authority, certificate } from "./certificates.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vox-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
closeAfterEach();

const trusting: ConnectOptions = { tls: { ca: authority } };

async function failure(attempt: Promise<unknown>): Promise<SessionError> {
  return attempt.then(
    () => {
      throw new Error("it worked");
    },
    (error: SessionError) => error,
  );
}

/** A server of one scheme, and what its observer got. */
async function serving(
  scheme: string,
  options: ServeOptions = {},
): Promise<{ server: Server; heard: string[] }> {
  const heard: string[] = [];
  const observer = { onHandshakeFailed: ({ error }: { error: Error }) => heard.push(error.message) };
  const place = scheme === "local" ? `local://${join(folder, "s")}` : `${scheme}://127.0.0.1:0`;
  const tls = scheme === "tls" || scheme === "wss" ? certificate("server") : undefined;
  const path = scheme === "ws" ? "/vox" : "";
  return {
    server: opens(await serve(`${place}${path}`, goldenDispatcher(), { observer, tls, ...options })),
    heard,
  };
}

const portOf = ({ address }: Server): number => (address as { port: number }).port;

/** Opens a WebSocket, does something, resolves with the close code and its reason. */
function webSocket(url: string, act: (ws: WebSocket) => void): Promise<string> {
  return new Promise((resolve) => {
    const ws = new WebSocket(url);
    ws.on("open", () => act(ws));
    ws.on("error", () => {});
    ws.on("close", (code, reason) => resolve(`${code} ${reason.toString()}`));
  });
}

function httpFault(port: number): Promise<string> {
  return new Promise((resolve) => {
    request({ host: "127.0.0.1", port, path: "/" })
      .on("error", ({ message }) => resolve(message))
      .on("response", ({ statusCode }) => resolve(`HTTP ${statusCode}`))
      .end();
  });
}

/** A mistake: where it happens, what its author gets, and what the server's observer gets. */
interface Mistake {
  readonly at: string;
  readonly make: (server: Server) => Promise<unknown>;
  readonly sees: RegExp;
  readonly hears?: RegExp;
}

const connecting = (scheme: string, path = "", options: ConnectOptions = trusting) => {
  return (server: Server) =>
    failure(connect(`${scheme}://127.0.0.1:${portOf(server)}${path}`, Golden, options));
};

const mistakes: Readonly<Record<string, Mistake>> = {
  "a wrong path": {
    at: "ws",
    make: connecting("ws", "/other"),
    sees: /^connection rejected: ws:\S+ answered with HTTP status 404 Not Found; is there a Vox server at this path\?$/,
    hears: /^connection rejected: there is no service at \/other$/,
  },
  "a wrong origin": {
    at: "ws",
    make: connecting("ws", "/vox", { webSocket: { headers: { origin: "https://evil.example" } } }),
    sees: /^connection rejected: ws:\S+ answered with HTTP status 403 Forbidden$/,
    hears:
      /^connection rejected: pages of the origin "https:\/\/evil.example" may not connect \(option origins\)$/,
  },
  "a text message": {
    at: "ws",
    make: ({ url }) => webSocket(url, (ws) => ws.send("hello")),
    sees: /^1003 protocol error: text frames not allowed on vox websocket link$/,
    hears: /^protocol error: text frames not allowed on vox websocket link$/,
  },
  "an oversized message": {
    at: "ws",
    make: ({ url }) => webSocket(url, (ws) => ws.send(new Uint8Array(5000))),
    sees: /^1009 protocol error: a message of 5000 bytes is larger than the limit of 1024 bytes$/,
    hears: /^protocol error: a message of 5000 bytes is larger than the limit of 1024 bytes$/,
  },
  "an oversized frame over TCP": {
    at: "tcp",
    make: async (server) => {
      const socket = connectSocket(portOf(server), "127.0.0.1").on("error", () => {});
      const ended = drain(socket);
      socket.write(Uint8Array.of(0, 0, 0, 1));
      return String((await ended).length);
    },
    sees: /^0$/,
    hears: /^protocol error: .*16777216 bytes/,
  },
  "an HTTP request at the TCP port": {
    at: "tcp",
    make: (server) => httpFault(portOf(server)),
    sees: /hang up|ECONNRESET|Parse Error/,
    hears: /^protocol error: the peer does not speak Vox: .*an HTTP request/,
  },
  "an HTTP request at the WebSocket port": {
    at: "ws",
    make: (server) => httpFault(portOf(server)),
    sees: /^HTTP 426$/,
  },
  "Vox over TCP at the WebSocket port": {
    at: "ws",
    make: connecting("tcp"),
    sees: /^protocol error: the peer does not speak Vox: .*an HTTP answer/,
  },
  "Vox over WebSocket at the TCP port": {
    at: "tcp",
    make: connecting("ws"),
    sees: /^io error: ws:\S+ closed the connection before it answered the WebSocket upgrade$/,
    hears: /^protocol error: the peer does not speak Vox: .*an HTTP request/,
  },
  "TLS at a plain TCP port": {
    at: "tcp",
    make: connecting("tls"),
    sees: /^io error: tls:\S+ (closed the connection within the TLS handshake; does it speak TLS\?|has cut|reset)/,
    hears: /^protocol error: the peer does not speak Vox: .*a TLS handshake/,
  },
  "TLS at a plain WebSocket port": {
    at: "ws",
    make: connecting("wss", "/vox"),
    sees: /^protocol error: wss:\S+ does not speak TLS \(/,
  },
  "plain TCP at a TLS port": {
    at: "tls",
    make: connecting("tcp"),
    sees: /^went away: tcp:\S+ .*closed it/,
    hears: /^protocol error: tls:\S+ does not speak TLS \(/,
  },
  "a plain WebSocket at a TLS port": {
    at: "wss",
    make: connecting("ws"),
    sees: /^(io|protocol) error: ws:\S+ (closed the connection before|does not answer in HTTP)/,
    hears: /^protocol error: tls:\S+ does not speak TLS \(/,
  },
  "a client that does not trust the server": {
    at: "tls",
    make: connecting("tls", "", {}),
    sees: /^protocol error: the certificate of tls:\S+ was issued by an authority that is not trusted here \(option tls.ca\)/,
  },
  "a port in use": {
    at: "tcp",
    make: ({ url }) => failure(serve(url, goldenDispatcher())),
    sees: /^io error: tcp:\S+ is in use: another socket listens there \(EADDRINUSE\)$/,
  },
  "a WebSocket port in use": {
    at: "ws",
    make: ({ url }) => failure(serve(url, goldenDispatcher())),
    sees: /^io error: ws:\S+ is in use: another socket listens there \(EADDRINUSE\)$/,
  },
  "a Unix socket in use": {
    at: "local",
    make: ({ url }) => failure(serve(url, goldenDispatcher())),
    sees: /^io error: another healthy process is already serving on local:\S+$/,
  },
};

describe("a server goes on after", () => {
  it.each(Object.entries(mistakes))("%s", async (_, { at, make, sees, hears }) => {
    const { server, heard } = await serving(at);
    const bystander = opens(await connect(server.url, Golden, trusting));
    const seen = await make(server);
    expect(seen instanceof Error ? seen.message : String(seen)).toMatch(sees);
    if (hears !== undefined) {
      await until(() => heard.length > 0);
      expect(heard).toEqual([expect.stringMatching(hears)]);
    }
    expect(await bystander.hello()).toBe("hello");
    await using newcomer = await connect(server.url, Golden, trusting);
    expect(await newcomer.hello()).toBe("hello");
  });
});

describe("an expired certificate", () => {
  it.each(["tls", "wss"])("on %s:// is one sentence for its client", async (scheme) => {
    const { server } = await serving(scheme, { tls: certificate("expired") });
    expect((await failure(connect(server.url, Golden, trusting))).message).toBe(
      `protocol error: the certificate of ${server.url} has expired (CERT_HAS_EXPIRED)`,
    );
  });
});

describe("a proxy", () => {
  it("that answers 502 is waited for, as its text says", async () => {
    const address = await stranger((socket) => {
      socket.once("data", () => socket.end("HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\n\r\n"));
    });
    const place = address.replace("tcp:", "ws:");
    const error = await failure(connect(place, Golden));
    expect(error).toMatchObject({
      code: "Io",
      retryable: true,
      message: `io error: ${place} answered with HTTP status 502 Bad Gateway`,
    });
  });

  it("that closes an idle connection costs no call: the client comes back", async () => {
    const http = createHttpServer();
    const server = opens(attach(http, goldenDispatcher(), { resumable: true }));
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    opens({ [Symbol.asyncDispose]: () => new Promise((resolve) => http.close(() => resolve())) });
    const passing = new Set<Socket>();
    const proxy = createServer((near) => {
      const far = connectSocket(portOf(server), "127.0.0.1").on("error", () => near.destroy());
      for (const socket of [near.on("error", () => far.destroy()), far]) passing.add(socket);
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    opens({ [Symbol.asyncDispose]: () => new Promise((resolve) => proxy.close(() => resolve())) });
    const { port } = proxy.address() as { port: number };
    await using shop = await connect(`ws://127.0.0.1:${port}/vox`, Golden, { reconnect: { minDelayMs: 1 } });
    expect(await shop.hello()).toBe("hello");
    // As proxies do when a connection has been idle for too long.
    for (const socket of passing) socket.destroy();
    expect(await shop.hello()).toBe("hello");
    expect(shop.$session.state).toMatchObject({ kind: "open", reconnects: 1 });
    for (const socket of passing) socket.destroy();
  });
});

describe.skipIf(process.platform === "win32")("a socket without permission", () => {
  /**
   * Runs as a user that may not use the socket: permissions do not bind the one who runs these tests in a container.
   */
  const canChangeUser = process.getuid?.() === 0;

  it.runIf(canChangeUser)("is one sentence for the client", async () => {
    const { server } = await serving("local");
    chmodSync(folder, 0o755);
    chmodSync(join(folder, "s"), 0o600);
    const text = await asStranger(`connect(${JSON.stringify(server.url)}, service)`);
    expect(text).toMatch(/^Io: .*EACCES/);
    await using shop = await connect(server.url, Golden);
    expect(await shop.hello()).toBe("hello");
  });

  it.runIf(canChangeUser)("is one sentence for the server", async () => {
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, "mine"));
    chmodSync(join(folder, "mine"), 0o755);
    const place = `local://${join(folder, "mine", "s")}`;
    const text = await asStranger(`serve(${JSON.stringify(place)}, dispatcher)`);
    expect(text).toMatch(/^Io: .*EACCES/);
  });

  /** What an expression rejects with in a process of another user. */
  async function asStranger(expression: string): Promise<string> {
    const { build } = await import("esbuild");
    const root = new URL("../../", import.meta.url).pathname;
    const program = join(folder, "stranger.mjs");
    await build({
      stdin: {
        contents: `
          import * as $ from "@voxrpc/runtime/gen/v1";
          import { connect, serve } from "@voxrpc/runtime/node";
          const service = $.service("Golden", (caller) => new $.ClientBase(caller), {});
          const dispatcher = $.dispatcher("Golden", []);
          await ${expression}.then(() => console.log("it worked"), ({ code, message }) => console.log(code + ": " + message));
        `,
        resolveDir: `${root}tests/node`,
      },
      outfile: program,
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20",
      banner: {
        js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
      },
      tsconfig: `${root}tsconfig.test.json`,
      logLevel: "silent",
    });
    chmodSync(program, 0o644);
    const child = spawn(process.execPath, [program], {
      uid: 65534,
      gid: 65534,
      cwd: "/",
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    await once(child, "close");
    return output.trim();
  }
});
