/** A server among strangers and vandals: each costs its own connection at most, and the others are served on. */

import { request as httpRequest } from "node:http";
import type { Socket } from "node:net";
import type { VoxError } from "@voxrpc/runtime";
import { connect, type Server, serve } from "@voxrpc/runtime/node";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { MessageKind } from "../../packages/runtime/src/wire/message.js";
import { Golden, type GoldenClient, goldenDispatcher } from "../support/golden-client.js";
import { closeAfterEach, dial, drain, tcpPort, until } from "../support/opened.js";
import { honestOpening, latin1, wrongOpenings } from "./openings.js";

closeAfterEach();

let server: Server;
/** A client that is there all the time, and must notice nothing. */
let bystander: GoldenClient;
let refused: VoxError[];

beforeAll(async () => {
  server = await serve("tcp://127.0.0.1:0", goldenDispatcher(), {
    limits: { handshakeTimeoutMs: 400 },
    observer: { onHandshakeFailed: ({ error }) => refused.push(error) },
  });
  refused = [];
  bystander = await connect(server.url, Golden);
});

afterAll(async () => {
  await bystander.$close();
  await server.close();
});

beforeEach(() => {
  refused = [];
});

afterEach(async () => {
  expect(await bystander.add(20, 22)).toBe(42);
  await using newcomer = await connect(server.url, Golden);
  expect(await newcomer.hello()).toBe("hello");
});

function framed(...bodies: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    bodies.flatMap((body) => {
      const header = Buffer.alloc(4);
      header.writeUInt32LE(body.length);
      return [header, body];
    }),
  );
}

const announced = (length: number): Buffer => {
  const header = Buffer.alloc(4);
  header.writeUInt32LE(length);
  return header;
};

/** Speaks the handshake as it should be, then is handed to the test. */
async function established(): Promise<Socket> {
  const before = server.sessionCount;
  const socket = await dial(server.address);
  socket.write(framed(...honestOpening));
  await until(() => server.sessionCount === before + 1);
  return socket;
}

describe("before there is a session", () => {
  it.each<[string, Buffer, RegExp]>([
    ["an HTTP request", latin1("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), /Protocol.*an HTTP request/],
    ["an HTTP/2 request", latin1("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), /Protocol.*HTTP\/2/],
    ["a TLS handshake", latin1("\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"), /Protocol.*TLS/],
    ["plain text", latin1("help\r\n"), /Protocol.*plain text/],
    ["4 GiB announced", announced(0xffff_ffff), /Protocol.*4294967295 bytes/],
    ["16 MiB announced", announced(16 << 20), /Protocol.*16777216 bytes/],
    ["nothing at all", latin1(""), /ConnectTimeout.*sent nothing/],
    ["half a header", latin1("\x08\0"), /ConnectTimeout/],
    ["half a prologue", announced(8), /ConnectTimeout/],
    [
      "a Hello of 2 MiB that is announced",
      Buffer.concat([framed(latin1("VOTH\x09\0\0\0")), announced(2 << 20)]),
      /Protocol.*limit/,
    ],
    ...wrongOpenings.map(([name, bodies, hears]): [string, Buffer, RegExp] => [
      name,
      framed(...bodies),
      hears,
    ]),
  ])("%s ends the connection", async (_, bytes, expected) => {
    const socket = await dial(server.address);
    const ended = drain(socket);
    socket.write(bytes);
    await ended;
    await until(() => refused.length > 0);
    const [error] = refused;
    expect(`${error?.code}: ${error?.message}`).toMatch(expected);
    expect(refused).toHaveLength(1);
  });

  it("an HTTP client learns that this is no HTTP server", async () => {
    const error = await new Promise<Error>((resolve, reject) => {
      const request = httpRequest({ host: "127.0.0.1", port: tcpPort(server), path: "/" });
      request.on("error", resolve).on("response", () => reject(new Error("it answered")));
      request.end();
    });
    expect(error.message).toMatch(/hang up|ECONNRESET|Parse Error/);
  });

  it("any bytes, cut anywhere, end the connection and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ minLength: 1, maxLength: 64 }),
          // Near misses: frames of the right size with anything in them.
          fc.uint8Array({ minLength: 8, maxLength: 8 }).map((body) => framed(body)),
          fc.uint8Array({ maxLength: 80 }).map((body) => framed(latin1("VOTH\x09\0\0\0"), body)),
          fc.tuple(fc.nat(), fc.nat(255)).map(([at, value]) => {
            const stream = framed(...honestOpening.slice(0, 2));
            stream[at % stream.length] = value;
            return stream;
          }),
        ),
        fc.nat(),
        async (bytes, at) => {
          const socket = await dial(server.address);
          const ended = drain(socket);
          const cut = at % (bytes.length + 1);
          socket.write(bytes.subarray(0, cut));
          await new Promise((resolve) => setImmediate(resolve));
          socket.end(bytes.subarray(cut));
          await ended;
        },
      ),
      { numRuns: 150 },
    );
    expect(refused.every((error) => error.message.length < 700)).toBe(true);
  });

  it("resets in every phase leave nothing behind", async () => {
    const stream = framed(...honestOpening);
    const sessions = server.sessionCount;
    for (let cut = 0; cut < stream.length; cut += Math.max(1, Math.floor(stream.length / 60))) {
      const socket = await dial(server.address);
      socket.write(stream.subarray(0, cut));
      for (let turn = 0; turn < cut % 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      socket.resetAndDestroy();
    }
    await until(() => server.sessionCount === sessions);
  });

  it("two hundred that say nothing do not keep others out", async () => {
    const ends: Promise<Buffer>[] = [];
    const silent = async (): Promise<void> => void ends.push(drain(await dial(server.address)));
    await Promise.all(Array.from({ length: 200 }, silent));
    await using newcomer = await connect(server.url, Golden);
    expect(await newcomer.add(1, 2)).toBe(3);
    await Promise.all(ends);
    await until(() => refused.length >= 200);
  });
});

describe("in a session", () => {
  it.each<[string, Buffer]>([
    ["a frame that is no message", framed(latin1("\xff\xff\xff\xff"))],
    ["an empty frame", framed(latin1(""))],
    ["a frame of 17 MiB", announced(17 << 20)],
    ["a length of 4 GiB", announced(0xffff_ffff)],
    ["a handshake message", framed(honestOpening[1] as Uint8Array)],
    ["HTTP", latin1("GET / HTTP/1.1\r\n\r\n")],
  ])("%s ends it", async (_, bytes) => {
    const sessions = server.sessionCount;
    const socket = await established();
    const ended = drain(socket);
    socket.write(bytes);
    await ended;
    await until(() => server.sessionCount === sessions);
  });

  it("bytes of any kind end it or change nothing", async () => {
    const sessions = server.sessionCount;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 5 }),
        async (bodies) => {
          const socket = await established();
          const ended = drain(socket);
          socket.end(framed(...bodies));
          await ended;
          await until(() => server.sessionCount === sessions);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("a peer that dies inside a frame ends it", async () => {
    const sessions = server.sessionCount;
    const socket = await established();
    const ended = drain(socket);
    socket.end(Buffer.concat([announced(100), Buffer.alloc(50)]));
    await ended;
    await until(() => server.sessionCount === sessions);
  });

  it("a peer that requests answers and reads none is cut, in bounded memory", async () => {
    const socket = await established();
    socket.pause();
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    // Connection 0, a Ping, its nonce.
    const ping = framed(Uint8Array.from([0, MessageKind.Ping, 1]));
    const pings = Buffer.concat(Array.from({ length: 4096 }, () => ping));
    const before = process.memoryUsage().arrayBuffers;
    let isOver = false;
    void closed.then(() => {
      isOver = true;
    });
    while (!isOver) {
      if (!socket.write(pings)) {
        await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), closed]);
      }
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
  });
});
