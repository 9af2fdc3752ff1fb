/** Listening: what a server takes, refuses and outlives, and how it stops. */
import { connect as connectSocket } from "node:net";
import { type Observer, SessionError } from "@voxrpc/runtime";
import { connect, connectSession, type Server, serve } from "@voxrpc/runtime/node";
import { FakeClock } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Golden, goldenDispatcher } from "../support/golden-client.js";
import { closeAfterEach, dial, drain, gate, opens, stranger, tcpPort, until } from "../support/opened.js";

closeAfterEach();

const anyPort = "tcp://127.0.0.1:0";

/** An observer that keeps the texts of refused links. */
function refusals(): { readonly texts: string[]; readonly observer: Observer } {
  const texts: string[] = [];
  return { texts, observer: { onHandshakeFailed: ({ error }) => texts.push(error.message) } };
}

/** Handlers of `wait` that are answered by hand. */
function waiting() {
  const answer = gate<number>();
  const started = gate<void>();
  const onWait = (): Promise<number> => {
    started.open();
    return answer.promise;
  };
  return { answer, started, onWait };
}

describe("an address", () => {
  it("is bound, and told with its real port", async () => {
    const server = opens(await serve("127.0.0.1:0", goldenDispatcher()));
    const port = tcpPort(server);
    expect(server.address).toEqual({ host: "127.0.0.1", port });
    expect(port).toBeGreaterThan(0);
    expect(server.url).toBe(`tcp://127.0.0.1:${port}`);
    await using shop = await connect(server.url, Golden);
    expect(await shop.hello()).toBe("hello");
  });

  it("may be a name", async () => {
    const server = opens(await serve("tcp://localhost:0", goldenDispatcher()));
    expect(server.url).toBe(`tcp://localhost:${tcpPort(server)}`);
    await using shop = await connect(server.url, Golden);
    expect(await shop.hello()).toBe("hello");
  });

  it("in use is an error of one sentence", async () => {
    const server = opens(await serve(anyPort, goldenDispatcher()));
    const error = await serve(server.url, goldenDispatcher()).catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(SessionError);
    expect(error).toMatchObject({
      code: "Io",
      message: expect.stringMatching(/^io error: .*EADDRINUSE/),
    });
    await using shop = await connect(server.url, Golden);
    expect(await shop.hello()).toBe("hello");
  });

  it("of another machine is an error of one sentence", async () => {
    await expect(serve("tcp://192.0.2.1:0", goldenDispatcher())).rejects.toThrow(
      "io error: the host of tcp://192.0.2.1:0 is no address of this machine (EADDRNOTAVAIL)",
    );
  });

  it.each(["http://127.0.0.1:0", "quic://127.0.0.1:0"])(
    "of another scheme is refused: %s",
    async (address) => {
      const scheme = address.split(":")[0];
      await expect(serve(address, goldenDispatcher())).rejects.toMatchObject({
        code: "Protocol",
        message: expect.stringContaining(`unsupported transport scheme: "${scheme}"`),
      });
    },
  );

  it("on wss needs a certificate", async () => {
    await expect(serve("wss://127.0.0.1:0", goldenDispatcher())).rejects.toThrow("wss://127.0.0.1:0 needs");
  });

  it("is free again after close", async () => {
    const server = await serve(anyPort, goldenDispatcher());
    await server.close();
    const second = opens(await serve(server.url, goldenDispatcher()));
    expect(second.url).toBe(server.url);
  });

  it("is not bound when the signal was aborted", async () => {
    await expect(
      serve(anyPort, goldenDispatcher(), { signal: AbortSignal.abort("no") }),
    ).rejects.toMatchObject({ code: "Cancelled", cause: "no" });
    const controller = new AbortController();
    const serving = serve(anyPort, goldenDispatcher(), { signal: controller.signal });
    controller.abort("no");
    await expect(serving).rejects.toMatchObject({ code: "Cancelled", cause: "no" });
  });
});

describe("a limit", () => {
  it("of connections closes those that are too many, and no other", async () => {
    const { texts, observer } = refusals();
    const server = opens(await serve(anyPort, goldenDispatcher(), { maxConnections: 2, observer }));
    const first = await connect(server.url, Golden);
    const second = opens(await connect(server.url, Golden));
    await expect(connect(server.url, Golden)).rejects.toBeInstanceOf(SessionError);
    expect(texts).toEqual(["connection rejected: the server has 2 connections (option maxConnections)"]);
    expect(await first.hello()).toBe("hello");
    await first.$close();
    await until(() => server.sessionCount === 1);
    const third = opens(await connect(server.url, Golden, { connectRetryMs: 5000 }));
    expect([await second.hello(), await third.hello()]).toEqual(["hello", "hello"]);
  });

  it("of handshakes keeps strangers from holding the door", async () => {
    const { texts, observer } = refusals();
    const clock = new FakeClock();
    const server = opens(
      await serve(anyPort, goldenDispatcher(), { maxPendingHandshakes: 3, clock, observer }),
    );
    // The server takes connections in the order in which they came.
    const silent = [await dial(server.address), await dial(server.address), await dial(server.address)];
    // No client has been silent for a second yet: the next one is refused.
    await expect(connect(server.url, Golden)).rejects.toBeInstanceOf(SessionError);
    expect(texts).toEqual([expect.stringContaining("maxPendingHandshakes")]);
    clock.advance(1100);
    const ended = drain(silent[0] as (typeof silent)[0]);
    await using shop = await connect(server.url, Golden);
    expect(await shop.hello()).toBe("hello");
    await ended;
    expect(silent.map((socket) => socket.destroyed)).toEqual([true, false, false]);
  });

  it("of the time for a handshake ends silent connections", async () => {
    const { texts, observer } = refusals();
    const limits = { handshakeTimeoutMs: 40 };
    const server = opens(await serve(anyPort, goldenDispatcher(), { limits, observer }));
    const socket = await dial(server.address);
    await drain(socket);
    expect(texts).toEqual([expect.stringMatching(/^connect timeout: .* within 40 ms$/)]);
  });
});

describe("onSession", () => {
  it("that throws costs its own session only", async () => {
    const errors: unknown[] = [];
    const observer: Observer = { onSessionCallbackError: ({ error }) => errors.push(error) };
    const failure = new Error("not this one");
    let sessions = 0;
    const onSession = (): void => {
      sessions += 1;
      if (sessions === 1) throw failure;
    };
    const server = opens(await serve(anyPort, goldenDispatcher(), { onSession, observer }));
    const first = await connectSession(server.url);
    await first.closed;
    expect(errors).toEqual([failure]);
    await using shop = await connect(server.url, Golden);
    expect(await shop.hello()).toBe("hello");
  });
});

describe("close", () => {
  it("lets calls finish, takes no new connection, then ends all", async () => {
    const { answer, started, onWait } = waiting();
    const server = await serve(anyPort, goldenDispatcher({ onWait }));
    const shop = opens(await connect(server.url, Golden));
    const idle = opens(await connect(server.url, Golden));
    await idle.hello();
    const call = shop.wait(1);
    await started.promise;
    let isClosed = false;
    void server.closed.then(() => {
      isClosed = true;
    });
    const closing = server.close();
    const again = server.close();
    await expect(connect(server.url, Golden)).rejects.toMatchObject({ code: "Io" });
    expect((await idle.$session.closed).reason).toBe("Remote");
    await expect(shop.add(1, 2)).rejects.toMatchObject({ code: "SessionShutdown" });
    expect(isClosed).toBe(false);
    answer.open(42);
    expect(await call).toBe(42);
    await Promise.all([closing, again]);
    expect(isClosed).toBe(true);
    expect(server.sessionCount).toBe(0);
    expect((await shop.$session.closed).reason).toBe("Remote");
    await server.close();
  });

  it("cuts what does not finish in time", async () => {
    const { started, onWait } = waiting();
    const server = await serve(anyPort, goldenDispatcher({ onWait }));
    const shop = opens(await connect(server.url, Golden));
    const call = shop.wait(1).catch((error: unknown) => error);
    await started.promise;
    await server.close({ timeoutMs: 30 });
    expect(await call).toMatchObject({ code: expect.stringMatching(/^(ConnectionClosed|Cancelled)$/) });
  });

  it("does not wait for strangers", async () => {
    const { texts, observer } = refusals();
    const server = await serve(anyPort, goldenDispatcher(), { observer });
    const sockets = await Promise.all([dial(server.address), dial(server.address)]);
    // The server takes connections in the order in which they came: it has taken those two.
    await (await connect(server.url, Golden)).$close();
    const drained = Promise.all(sockets.map(drain));
    await server.close();
    expect(texts).toEqual(Array(2).fill("cancelled before the session was established"));
    await drained;
  });

  it("follows the signal", async () => {
    const controller = new AbortController();
    const server = await serve(anyPort, goldenDispatcher(), { signal: controller.signal });
    const shop = opens(await connect(server.url, Golden));
    await shop.hello();
    controller.abort();
    await server.closed;
    expect((await shop.$session.closed).reason).toBe("Remote");
  });

  it("is what await using does", async () => {
    let outer: Server | undefined;
    {
      await using server = await serve(anyPort, goldenDispatcher());
      outer = server;
    }
    await outer.closed;
    await expect(connect(outer.url, Golden)).rejects.toMatchObject({ code: "Io" });
  });

  it("can be cut short by abort", async () => {
    const { started, onWait } = waiting();
    const server = await serve(anyPort, goldenDispatcher({ onWait }));
    const shop = opens(await connect(server.url, Golden));
    const call = shop.wait(1).catch((error: unknown) => error);
    await started.promise;
    const closing = server.close({ timeoutMs: 60_000 });
    server.abort();
    await closing;
    expect(await call).toMatchObject({ code: "ConnectionClosed" });
  });
});

describe("a reader that is slow", () => {
  it("makes the server wait, loses nothing, and does not disturb others", async () => {
    let starts = 0;
    const pressure: string[] = [];
    const observer: Observer = {
      onBackpressure: () => void pressure.push("full"),
      onBackpressureReleased: () => void pressure.push("released"),
      onRequestStarted: ({ side, method }) => {
        if (side === "server" && method?.name === "lookup") starts += 1;
      },
    };
    const limits = { maxBufferedBytes: 256 * 1024 };
    const options = { maxConcurrentRequests: 4096, limits, observer };
    const server = opens(await serve(anyPort, goldenDispatcher(), options));
    // Between the slow client and the server: passes all on, but stops reading the answers for a while.
    let pause: () => void = () => {};
    let resume: () => void = () => {};
    const address = await stranger((socket) => {
      const upstream = connectSocket(tcpPort(server), "127.0.0.1").on("error", () => {});
      socket.pipe(upstream);
      upstream.pipe(socket);
      pause = () => {
        upstream.unpipe(socket);
        upstream.pause();
      };
      resume = () => upstream.pipe(socket);
      socket.on("close", () => upstream.destroy());
    });
    const big = "x".repeat(64 * 1024);
    await using slow = await connect(address, Golden);
    await slow.hello();
    pause();
    const count = 1500;
    const calls = Promise.all(Array.from({ length: count }, () => slow.lookup(big)));
    let before = -1;
    while (before !== starts || starts === 0) {
      before = starts;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    // Kernel buffers take some answers, the server's own bound a few more; the rest has not been run.
    expect(starts).toBeLessThan(count / 2);
    expect(pressure.at(-1)).toBe("full");
    await using other = await connect(server.url, Golden);
    expect(await other.hello()).toBe("hello");
    resume();
    const answers = await calls;
    expect(answers.every((answer) => answer === big)).toBe(true);
    expect(starts).toBe(count);
    expect(pressure).toEqual(pressure.map((_, i) => (i % 2 === 0 ? "full" : "released")));
  });
});
