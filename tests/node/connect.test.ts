/** Connecting: what can go wrong before there is a session, and waiting for a service that is not there yet. */
import { createServer as createHttpServer } from "node:http";
import { CodecError, SessionError, VoxError } from "@voxrpc/runtime";
import { connect, connectSession, serve } from "@voxrpc/runtime/node";
import { describe, expect, it } from "vitest";
import { Golden, goldenDispatcher } from "../support/golden-client.js";
import {
  closeAfterEach,
  freePort,
  gate,
  opens,
  secondAttempt,
  stranger,
  tcpPort,
  until,
} from "../support/opened.js";

closeAfterEach();

/** The error of an attempt, which is one of ours and one sentence. */
async function failure(attempt: Promise<unknown>): Promise<SessionError> {
  const error = await attempt.then(
    () => new Error("it connected"),
    (fault: unknown) => fault,
  );
  expect(error).toBeInstanceOf(SessionError);
  const { message } = error as SessionError;
  expect(message).not.toContain("\n");
  expect(message).not.toContain("undefined");
  return error as SessionError;
}

describe("connect", () => {
  it("to a port without a listener", async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const error = await failure(connect(address, Golden));
    expect(error).toMatchObject({ code: "Io", retryable: true });
    expect(error.message).toBe(`io error: nothing listens on tcp://${address} (ECONNREFUSED)`);
    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
  });

  it("to a host that does not exist", async () => {
    const error = await failure(connect("tcp://no-such-host.invalid:4000", Golden));
    expect(error.code).toBe("Io");
    expect(error.message).toMatch(
      /^io error: .* tcp:\/\/no-such-host\.invalid:4000 (is unknown|could not be looked up)/,
    );
  });

  it.each(["http://127.0.0.1:4000", "quic://127.0.0.1:4000/x"])("to %s, another scheme", async (address) => {
    const error = await failure(connect(address, Golden));
    expect(error).toMatchObject({ code: "Protocol", retryable: false });
    expect(error.message).toContain(`unknown transport scheme: "${address.split(":")[0]}"`);
  });

  it("to what is no address", async () => {
    expect((await failure(connect("127.0.0.1", Golden))).message).toContain("tcp://host:port");
  });

  it("to a port that says nothing", async () => {
    const address = await stranger(() => {});
    const error = await failure(connect(address, Golden, { connectTimeoutMs: 60 }));
    expect(error).toMatchObject({ code: "ConnectTimeout", retryable: true });
    expect(error.message).toMatch(/^connect timeout: .* within \d+ ms$/);
  });

  it("to a port that closes at once", async () => {
    const address = await stranger((socket) => socket.end());
    const error = await failure(connect(address, Golden));
    expect(error).toMatchObject({ code: "WentAway", retryable: true });
    expect(error.message).toBe(
      `went away: ${address} accepted the connection and closed it before the handshake (it may be starting, stopping or full, or not be a Vox server)`,
    );
  });

  it("to a port that closes when it has read us, with a reset", async () => {
    const address = await stranger((socket) => socket.once("data", () => socket.resetAndDestroy()));
    const error = await failure(connect(address, Golden));
    expect(error.code).toBe("Io");
    expect(error.message).toBe(`io error: connection reset by ${address} (ECONNRESET)`);
  });

  it("to a real HTTP server", async () => {
    const http = createHttpServer((_, response) => response.end("hello"));
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    opens({ [Symbol.asyncDispose]: () => new Promise<void>((resolve) => http.close(() => resolve())) });
    const { port } = http.address() as { port: number };
    const error = await failure(connect(`127.0.0.1:${port}`, Golden));
    expect(error.code).toBe("Protocol");
    expect(error.message).toContain("an HTTP answer");
  });

  it.each([
    ["SSH-2.0-OpenSSH_9.6\r\n", "an SSH server"],
    ["220 mail.example ESMTP\r\n", "a mail or FTP server"],
    ["hello there, who are you?\n", "plain text"],
    ["no", "stream ended after 2 of 4 frame header bytes"],
    ["\x08\0\0\0VOTH\x09\0\0\0", "expected TransportAccept or TransportReject"],
    ["\x08\0\0\0VOTA\x08\0\0\0", "unsupported transport version 8"],
    ["\x08\0\0\0VOTR\x09\x01\0\0", "unsupported conduit mode"],
    ["\x08\0\0\0VOTA\x09\0\0\0\x05\0\0\0abcde", "handshake"],
    ["\0\0\0\0", "size mismatch"],
  ])("to a server that says %j", async (opening, text) => {
    const address = await stranger((socket) => {
      socket.end(Buffer.from(opening, "latin1"));
      socket.resume();
    });
    const error = await failure(connect(address, Golden));
    expect(["Protocol", "Io"]).toContain(error.code);
    expect(error.message).toContain(text);
  });

  it("to a server that has another service", async () => {
    const server = opens(await serve("127.0.0.1:0", { route: () => undefined }));
    const error = await failure(connect(server.url, Golden));
    expect(error.message).toContain("unknown service Golden");
    expect(server.sessionCount).toBe(0);
  });

  it("with options that cannot be sent", async () => {
    const server = opens(await serve("127.0.0.1:0", goldenDispatcher()));
    await expect(connect(server.url, Golden, { maxConcurrentRequests: -1 })).rejects.toBeInstanceOf(
      RangeError,
    );
  });

  it("leaves the peer's connection closed when it fails", async () => {
    const ended = gate<void>();
    const address = await stranger((socket) => {
      socket.resume().on("close", () => ended.open());
    });
    await failure(connect(address, Golden, { connectTimeoutMs: 50 }));
    await ended.promise;
  });
});

describe("signal", () => {
  it("aborted before: nothing is opened", async () => {
    let connections = 0;
    const address = await stranger(() => (connections += 1));
    const error = await connect(address, Golden, { signal: AbortSignal.abort("no more") }).catch((e) => e);
    expect(error instanceof VoxError && error.code).toBe("Cancelled");
    expect(error.cause).toBe("no more");
    expect(connections).toBe(0);
  });

  it("aborted during the handshake: the connection is dropped", async () => {
    const arrived = gate<void>();
    const ended = gate<void>();
    const address = await stranger((socket) => {
      socket.once("data", () => arrived.open());
      socket.on("close", () => ended.open());
    });
    const controller = new AbortController();
    const attempt = connectSession(address, { signal: controller.signal });
    await arrived.promise;
    controller.abort("enough");
    await expect(attempt).rejects.toMatchObject({ code: "Cancelled", cause: "enough" });
    await ended.promise;
  });

  it("aborted while it waits for a service", async () => {
    const controller = new AbortController();
    const { failed, observer } = secondAttempt();
    const attempt = connectSession(`127.0.0.1:${await freePort()}`, {
      signal: controller.signal,
      connectRetryMs: 60_000,
      observer,
    });
    await failed;
    controller.abort("enough");
    await expect(attempt).rejects.toMatchObject({ code: "Cancelled", cause: "enough" });
  });

  it("aborted afterwards: the session stays", async () => {
    const server = opens(await serve("127.0.0.1:0", goldenDispatcher()));
    const controller = new AbortController();
    await using shop = await connect(server.url, Golden, { signal: controller.signal });
    controller.abort();
    expect(await shop.hello()).toBe("hello");
  });
});

describe("connectRetryMs", () => {
  it("wait_for_service_retries_until_service_appears", async () => {
    const port = await freePort();
    const { failed, observer } = secondAttempt();
    const connecting = connect(`127.0.0.1:${port}`, Golden, { connectRetryMs: 20_000, observer });
    await failed;
    opens(await serve(`127.0.0.1:${port}`, goldenDispatcher()));
    await using shop = await connecting;
    expect(await shop.hello()).toBe("hello");
  });

  it("wait_for_service_times_out_when_service_never_starts", async () => {
    const address = `tcp://127.0.0.1:${await freePort()}`;
    const error = await failure(connect(address, Golden, { connectRetryMs: 250 }));
    expect(error.message).toContain("ECONNREFUSED");
  });

  it("of no time at all ends with ConnectTimeout", async () => {
    const error = await failure(connect("127.0.0.1:1", Golden, { connectRetryMs: 0 }));
    expect(error.code).toBe("ConnectTimeout");
  });

  it("tries again after a silent attempt", async () => {
    let connections = 0;
    const address = await stranger(() => (connections += 1));
    const options = { connectRetryMs: 600, connectTimeoutMs: 40 };
    expect((await failure(connect(address, Golden, options))).code).toBe("ConnectTimeout");
    expect(connections).toBeGreaterThan(1);
  });

  it("wait_for_service_fails_immediately_on_protocol_error: does not try again what cannot get better", async () => {
    let connections = 0;
    const address = await stranger((socket) => {
      connections += 1;
      socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    expect((await failure(connect(address, Golden, { connectRetryMs: 20_000 }))).code).toBe("Protocol");
    expect(connections).toBe(1);
  });
});

describe("a peer that stops in the middle", () => {
  it("of a frame fails the calls with what happened", async () => {
    const server = opens(await serve("127.0.0.1:0", goldenDispatcher()));
    const { connect: dial } = await import("node:net");
    const cut = gate<void>();
    // Passes everything on until the test has it cut a frame of the server in two.
    const address = await stranger((socket) => {
      const upstream = dial(tcpPort(server), "127.0.0.1").on("error", () => {});
      socket.pipe(upstream);
      let isCutting = false;
      void cut.promise.then(() => {
        isCutting = true;
      });
      upstream.on("data", (chunk) => {
        if (!isCutting) socket.write(chunk);
        else socket.end(chunk.subarray(0, chunk.length - 2));
      });
      socket.on("close", () => upstream.destroy());
    });
    const shop = await connect(address, Golden);
    expect(await shop.hello()).toBe("hello");
    cut.open();
    await new Promise((resolve) => setImmediate(resolve));
    const error = await shop.hello().catch((fault: unknown) => fault);
    expect(error).toMatchObject({ code: "ConnectionClosed", retryable: true });
    const end = await shop.$session.closed;
    expect(end.reason).toBe("Transport");
    expect(end.error?.code).toBe("Io");
    expect(error).not.toBeInstanceOf(CodecError);
    await until(() => server.sessionCount === 0);
  });
});
