/**
 * What is between a client and its service: obstacles that may go away are waited for, at the first connection and at
 * each reconnect; an answer that will not change ends the attempt at once.
 */
import { connect as connectSocket, type Socket } from "node:net";
import { Metadata, type Observer, RejectedError, router, type SessionError } from "@voxrpc/runtime";
import { type ConnectOptions, connect, type ServeOptions, type Server, serve } from "@voxrpc/runtime/node";
import { describe, expect, it } from "vitest";
import { Golden, type GoldenClient, goldenDispatcher } from "../support/golden-client.js";
import { closeAfterEach, dial, drain, opens, stranger, tcpPort, until } from "../support/opened.js";

closeAfterEach();

/** A service behind a forwarder, and what is in its way. */
class Path {
  /** What the forwarder does with a connection instead of passing it on. */
  obstruct: ((socket: Socket) => void) | undefined = undefined;
  /** What the server's connection acceptor throws. */
  fault: Error | undefined = undefined;
  address = "";
  private readonly passing = new Set<Socket>();

  static async make(): Promise<Path> {
    const path = new Path();
    const routes = router(
      { Golden: () => goldenDispatcher() },
      {
        context: () => {
          if (path.fault !== undefined) throw path.fault;
          return undefined;
        },
      },
    );
    const server = opens(await serve("tcp://127.0.0.1:0", routes, { observer: {} }));
    path.address = await stranger((near) => path.take(near, server));
    return path;
  }

  /** Ends the connections that are there. */
  cut(): void {
    for (const socket of this.passing) socket.destroy();
  }

  private take(near: Socket, server: Server): void {
    if (this.obstruct !== undefined) {
      this.obstruct(near);
      return;
    }
    const far = connectSocket(tcpPort(server), "127.0.0.1");
    this.passing.add(near);
    near.on("close", () => far.destroy());
    far.on("error", () => {}).on("close", () => near.destroy());
    near.pipe(far).pipe(near);
  }
}

const say = (text: string) => (socket: Socket) => socket.end(text);
const takesItsTime: Readonly<Record<string, (path: Path) => void>> = {
  "a forwarder that closes politely at once": (path) => {
    path.obstruct = (socket) => socket.end();
  },
  "a forwarder that closes politely when it has read us": (path) => {
    path.obstruct = (socket) => socket.once("data", () => socket.end());
  },
  "a server that stops within the handshake": (path) => {
    path.obstruct = say("\x08\0\0\0VOTA\x09\0\0\0");
  },
  "a forwarder that resets": (path) => {
    path.obstruct = (socket) => socket.once("data", () => socket.resetAndDestroy());
  },
  "an acceptor that fails for a moment": (path) => {
    path.fault = new Error("the database is restarting");
  },
};

const isFinal: Readonly<
  Record<string, readonly [obstruct: (path: Path) => void, code: string, text: RegExp]>
> = {
  "a refused token": [
    (path) => {
      path.fault = new RejectedError(new Metadata({ error: "unauthenticated" }));
    },
    "Rejected",
    /^connection rejected: unauthenticated$/,
  ],
  "an HTTP server": [
    (path) => {
      path.obstruct = say("HTTP/1.1 503 Service Unavailable\r\n\r\n");
    },
    "Protocol",
    /HTTP/,
  ],
};

/** Counts attempts of a client. */
function attempts(): { readonly count: () => number; readonly observer: Observer } {
  let count = 0;
  const onStateChanged: Observer["onStateChanged"] = ({ state }) => {
    if ("attempt" in state && state.attempt > 0) count += 1;
  };
  return { count: () => count, observer: { onStateChanged } };
}

const reconnect = { minDelayMs: 5, maxDelayMs: 20 };
const waits: ConnectOptions = { connectRetryMs: 20_000, connectTimeoutMs: 5000 };

/** A client whose connection was lost while something is in the way. */
async function lost(path: Path, observer: Observer, put: () => void): Promise<GoldenClient> {
  const client = opens(await connect(path.address, Golden, { reconnect, observer }));
  expect(await client.hello()).toBe("hello");
  put();
  path.cut();
  return client;
}

describe("what may go away", () => {
  it.each(Object.entries(takesItsTime))("%s: is waited for", async (_, obstruct) => {
    const path = await Path.make();
    obstruct(path);
    const { count, observer } = attempts();
    const connecting = connect(path.address, Golden, { ...waits, observer });
    await until(() => count() >= 2);
    path.obstruct = undefined;
    path.fault = undefined;
    expect(await opens(await connecting).hello()).toBe("hello");
  });

  it.each(Object.entries(takesItsTime))("%s: a client comes back when it has gone", async (_, obstruct) => {
    const path = await Path.make();
    const { count, observer } = attempts();
    const client = await lost(path, observer, () => obstruct(path));
    const before = count();
    await until(() => count() >= before + 2);
    const waiting = client.hello();
    path.obstruct = undefined;
    path.fault = undefined;
    expect(await waiting).toBe("hello");
  });
});

describe("a full server", () => {
  it.each<[option: string, options: ServeOptions]>([
    ["maxConnections", { maxConnections: 1 }],
    ["maxPendingHandshakes", { maxPendingHandshakes: 0 }],
  ])("says so, %s", async (option, options) => {
    const server = opens(await serve("tcp://127.0.0.1:0", goldenDispatcher(), { observer: {}, ...options }));
    if (option === "maxConnections") opens(await connect(server.url, Golden));
    const error = await connect(server.url, Golden).catch((e: SessionError) => e);
    expect(error).toMatchObject({
      code: "ServerFull",
      retryable: true,
      message: expect.stringMatching(new RegExp(`^server full: the server is full: .*option ${option}`)),
    });
  });

  it("is waited for, and joined when there is a place", async () => {
    const server = opens(
      await serve("tcp://127.0.0.1:0", goldenDispatcher(), { observer: {}, maxConnections: 1 }),
    );
    const first = await connect(server.url, Golden);
    const { count, observer } = attempts();
    const connecting = connect(server.url, Golden, { ...waits, observer });
    await until(() => count() >= 2);
    await first.$close();
    expect(await opens(await connecting).hello()).toBe("hello");
  });

  it("closes although clients wait for its refusal", async () => {
    let refused = 0;
    const onHandshakeFailed = (): void => {
      refused += 1;
    };
    const options = { observer: { onHandshakeFailed }, maxConnections: 1 };
    const server = await serve("tcp://127.0.0.1:0", goldenDispatcher(), options);
    const first = await connect(server.url, Golden);
    const silent = Array.from({ length: 100 }, async () => drain(await dial(server.address)));
    await until(() => refused === 100);
    await first.$close();
    await server.close();
    await Promise.all(silent);
  });
});

describe("what will not change", () => {
  it.each(Object.entries(isFinal))("%s: ends waiting at once", async (_, [obstruct, code, text]) => {
    const path = await Path.make();
    obstruct(path);
    const { count, observer } = attempts();
    const error = await connect(path.address, Golden, { ...waits, observer }).catch((e: SessionError) => e);
    expect(error).toMatchObject({ code, retryable: false, message: expect.stringMatching(text) });
    expect(count()).toBe(1);
  });

  it.each(Object.entries(isFinal))(
    "%s: ends a session that has lost its link",
    async (_, [obstruct, code, text]) => {
      const path = await Path.make();
      const { observer } = attempts();
      const client = await lost(path, observer, () => obstruct(path));
      const error = await client.hello().catch((e: Error) => e);
      expect(error).toMatchObject({ code: "ConnectionClosed" });
      expect((error as Error).cause).toMatchObject({ code, message: expect.stringMatching(text) });
    },
  );

  it("a service that the server lacks is refused, with the reason as data", async () => {
    const server = opens(
      await serve("tcp://127.0.0.1:0", router({ Other: goldenDispatcher() }), { observer: {} }),
    );
    const error = await connect(server.url, Golden, waits).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(RejectedError);
    expect((error as RejectedError).metadata.getString("error")).toBe(
      "unknown service Golden; there are Other",
    );
  });
});
