/**
 * The attacks of `tcp.test.ts` on a WebSocket server, and those that WebSockets bring: each costs its own connection.
 */
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import type { VoxError } from "@voxrpc/runtime";
import { connect, type Server, serve } from "@voxrpc/runtime/node";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
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
  server = await serve("ws://127.0.0.1:0", goldenDispatcher(), {
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

const openSocket = (): Promise<Socket> => dial({ host: "127.0.0.1", port: tcpPort(server) });

/** The request of an honest client. */
function upgradeRequest(changes: Readonly<Record<string, string>> = {}, line = "GET / HTTP/1.1"): string {
  const headers = {
    host: "127.0.0.1",
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": randomBytes(16).toString("base64"),
    ...changes,
  };
  return `${line}\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("")}\r\n`;
}

/** A WebSocket whose frames are made by hand. */
async function upgraded(): Promise<Socket> {
  const socket = await openSocket();
  socket.write(upgradeRequest());
  await new Promise<void>((resolve) => socket.once("data", () => resolve()));
  return socket;
}

/** A masked frame, as clients send them; the mask is zero, so that the payload is readable here. */
function frame(
  opcode: number,
  payload: Uint8Array,
  { isFinal = true, isMasked = true, announced = payload.length } = {},
): Buffer {
  const size = announced < 126 ? 0 : announced < 65_536 ? 2 : 8;
  const head = Buffer.alloc(2 + size + (isMasked ? 4 : 0));
  head[0] = (isFinal ? 0x80 : 0) | opcode;
  head[1] = (isMasked ? 0x80 : 0) | (size === 0 ? announced : size === 2 ? 126 : 127);
  if (size === 2) head.writeUInt16BE(announced, 2);
  if (size === 8) head.writeBigUInt64BE(BigInt(announced), 2);
  return Buffer.concat([head, payload]);
}

/** Whether bytes of the server have a Close frame among their frames. */
function hasClose(bytes: Buffer): boolean {
  for (let at = 0; at + 1 < bytes.length; ) {
    if (bytes[at] === 0x88) return true;
    const short = bytes[at + 1] as number;
    at += short < 126 ? 2 + short : 4 + bytes.readUInt16BE(at + 2);
  }
  return false;
}

/** Resolves when the server has ended the connection; answers its Close, as it waits for that for a while. */
function isEnded(socket: Socket): Promise<Buffer> {
  socket.on("data", (chunk) => {
    if (hasClose(chunk)) socket.end();
  });
  return drain(socket);
}

const binary = 2;
const continuation = 0;
const messages = (bodies: readonly Uint8Array[]): Buffer =>
  Buffer.concat(bodies.map((body) => frame(binary, body)));

/** Speaks the handshake as it should be, then is handed to the test. */
async function established(): Promise<Socket> {
  const before = server.sessionCount;
  const socket = await upgraded();
  socket.write(messages(honestOpening));
  await until(() => server.sessionCount === before + 1);
  return socket;
}

describe("before there is a session", () => {
  it.each(wrongOpenings.map(([...opening]) => opening))(
    "%s ends the connection",
    async (_, bodies, hears) => {
      const socket = await upgraded();
      const ended = isEnded(socket);
      socket.write(messages(bodies));
      await ended;
      await until(() => refused.length > 0);
      const [error] = refused;
      expect(`${error?.code}: ${error?.message}`).toMatch(hears);
      expect(refused).toHaveLength(1);
    },
  );

  const long = "x".repeat(64);
  it.each<[string, string]>([
    ["no HTTP", "\0\x01\x02\r\n\r\n"],
    ["no key", upgradeRequest({ "sec-websocket-key": "" })],
    ["a key that is none", upgradeRequest({ "sec-websocket-key": "short" })],
    ["another version", upgradeRequest({ "sec-websocket-version": "7" })],
    ["another method", upgradeRequest({}, "POST / HTTP/1.1")],
    ["a protocol that is none", upgradeRequest({ "sec-websocket-protocol": "a,,b" })],
    ["an upgrade to something else", upgradeRequest({ upgrade: "h2c" })],
    ["headers without end", `GET / HTTP/1.1\r\n${`${long}: ${long}\r\n`.repeat(400)}`],
    ["a line without end", `GET /${long.repeat(400)}`],
  ])("an upgrade request with %s gets no WebSocket", async (_, bytes) => {
    const socket = await openSocket();
    const ended = drain(socket);
    socket.write(latin1(bytes));
    expect((await ended).toString("latin1")).not.toContain("101 Switching");
  });

  it.each<[string, string | undefined]>([
    ["nothing", undefined],
    ["half a request", "GET / HTTP/1.1\r\nHost: x\r\n"],
    ["an upgrade, and then nothing", upgradeRequest()],
  ])("a client that sends %s is cut after the time of a handshake", async (_, bytes) => {
    const socket = await openSocket();
    const ended = drain(socket);
    if (bytes !== undefined) socket.write(bytes);
    await ended;
  });

  it("two hundred that say nothing do not keep others out", async () => {
    const ends: Promise<Buffer>[] = [];
    const silent = async (): Promise<void> => void ends.push(drain(await upgraded()));
    await Promise.all(Array.from({ length: 200 }, silent));
    await using newcomer = await connect(server.url, Golden);
    expect(await newcomer.add(1, 2)).toBe(3);
    await Promise.all(ends);
    await until(() => refused.length >= 200);
  });

  it("any bytes, cut anywhere, end the connection and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ minLength: 1, maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
          fc
            .tuple(fc.nat(15), fc.uint8Array({ maxLength: 130 }))
            .map(([opcode, body]) => frame(opcode, body)),
          fc.tuple(fc.nat(), fc.nat(255)).map(([at, value]) => {
            const stream = messages(honestOpening.slice(0, 2));
            stream[at % stream.length] = value;
            return stream;
          }),
        ),
        fc.nat(),
        async (bytes, at) => {
          const socket = await upgraded();
          const ended = isEnded(socket);
          const cut = at % (bytes.length + 1);
          socket.write(bytes.subarray(0, cut));
          await new Promise((resolve) => setImmediate(resolve));
          socket.end(bytes.subarray(cut));
          await ended;
        },
      ),
      { numRuns: 60 },
    );
    expect(refused.every((error) => error.message.length < 700)).toBe(true);
  });
});

describe("in a session", () => {
  it.each<[string, () => Buffer]>([
    ["a message that is no message of Vox", () => frame(binary, latin1("\xff\xff\xff\xff"))],
    ["an empty message", () => frame(binary, latin1(""))],
    ["a text message", () => frame(1, latin1("hello"))],
    ["a message of 17 MiB that is announced", () => frame(binary, latin1(""), { announced: 17 << 20 })],
    ["a message of 2^52 bytes that is announced", () => frame(binary, latin1(""), { announced: 2 ** 52 })],
    ["a handshake message", () => messages(honestOpening.slice(1, 2))],
    ["a frame without a mask", () => frame(binary, latin1("\0"), { isMasked: false })],
    ["an opcode that is none", () => frame(5, latin1("\0"))],
    ["a continuation of nothing", () => frame(continuation, latin1("\0"))],
    ["a ping of 126 bytes", () => frame(9, Buffer.alloc(126))],
    ["a ping in pieces", () => frame(9, latin1("\0"), { isFinal: false })],
    ["a close with half a code", () => frame(8, latin1("\x03"))],
    ["a close with a code that is none", () => frame(8, latin1("\0\x01"))],
    ["HTTP", () => latin1("GET / HTTP/1.1\r\n\r\n")],
  ])("%s ends it", async (_, bytes) => {
    const sessions = server.sessionCount;
    const socket = await established();
    const ended = isEnded(socket);
    socket.write(bytes());
    await ended;
    await until(() => server.sessionCount === sessions);
  });

  it("a message in pieces without end ends it, in bounded memory", async () => {
    const sessions = server.sessionCount;
    const socket = await established();
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    const piece = frame(continuation, Buffer.alloc(1 << 20), { isFinal: false });
    socket.write(frame(binary, Buffer.alloc(16), { isFinal: false }));
    let written = 0;
    let isOver = false;
    void closed.then(() => {
      isOver = true;
    });
    while (!isOver && written < 64) {
      written += 1;
      if (!socket.write(piece))
        await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), closed]);
    }
    await closed;
    await until(() => server.sessionCount === sessions);
  });

  it.each<[string, Buffer]>([
    // Connection 0, a Ping, its nonce: as long as it can be, so that fewer fill the buffers of the system.
    ["pings of Vox", frame(binary, Uint8Array.of(0, MessageKind.Ping, ...Array(9).fill(0xff), 1))],
    ["pings of WebSocket", frame(9, Buffer.alloc(125))],
  ])(
    "a peer that sends %s and reads no answer is cut, in bounded memory",
    { timeout: 60_000 },
    async (_, ping) => {
      const socket = await established();
      socket.pause();
      const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
      const pings = Buffer.concat(Array.from({ length: 4096 }, () => ping));
      const held = (): number => process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
      const before = held();
      let isOver = false;
      void closed.then(() => {
        isOver = true;
      });
      while (!isOver) {
        if (!socket.write(pings)) {
          await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), closed]);
        }
      }
      // The library that is below would hold some 300 MB for the same answers, one by one.
      expect(held() - before).toBeLessThan(100 << 20);
    },
  );
});

it("a client whose WebSocket is closed politely leaves nothing behind", async () => {
  const sessions = server.sessionCount;
  const ws = new WebSocket(server.url);
  await new Promise((resolve) => ws.once("open", resolve));
  for (const body of honestOpening) ws.send(body);
  await until(() => server.sessionCount === sessions + 1);
  ws.close(1000);
  await until(() => server.sessionCount === sessions);
});
