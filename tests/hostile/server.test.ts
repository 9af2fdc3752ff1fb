/** One server on TCP under every attack at once, and its other clients: they notice nothing, and are served on. */
import type { Socket } from "node:net";
import { channel, Metadata } from "@voxrpc/runtime";
import { connect, type Server, serve } from "@voxrpc/runtime/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { announced, frame } from "../support/frames.js";
import { Golden, type GoldenClient } from "../support/gen/session.vox.js";
import { add, count, echo, serveGolden, sum, wait } from "../support/golden-service.js";
import { closeAfterEach, dial, until } from "../support/opened.js";
import { handshakeFrames } from "../support/raw-peer.js";

closeAfterEach();
const limits = {
  handshakeTimeoutMs: 60_000,
  maxBufferedBytes: 64 * 1024,
  maxQueuedBytes: 1 << 20,
  maxFrameBytes: 1 << 20,
  maxConnections: 100,
};
const golden = serveGolden({
  add: (a, b) => a + b,
  wait: () => new Promise<number>(() => {}),
  sum: async (items) => {
    let total = 0n;
    for await (const item of items) total += BigInt(item);
    return total;
  },
  count: async (from, many, tx) => {
    for (let value = from; value < from + many; value++) await tx.send(value);
    return undefined;
  },
  echo: () => 0,
});
const u32Max = 2 ** 32 - 1;

let server: Server;
beforeAll(async () => {
  // Handlers of channels that attackers break fail, as they should.
  const observer = { onHandlerError: () => {} };
  // Everybody shares one thread here: who is slow to answer may only be busy.
  server = await serve("tcp://127.0.0.1:0", golden, { limits, observer, keepalive: false });
});
afterAll(() => server.close());

function framed(bodies: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    bodies.flatMap((body) => {
      const header = Buffer.alloc(4);
      header.writeUInt32LE(body.length);
      return [header, body];
    }),
  );
}

function* times(total: number, make: (index: number) => Uint8Array): Generator<Uint8Array> {
  for (let index = 0; index < total; index++) yield make(index);
}

const methods = announced(add.method, wait.method, sum.method, count.method, echo.method);
const large = new Metadata({ "vox-service": "Golden", blob: new Uint8Array(60_000) });

/** What is said behind the handshake; whether the answers are read. */
const attacks: readonly (readonly [name: string, reads: boolean, frames: () => Iterable<Uint8Array>])[] = [
  ["100,000 opens", true, () => times(100_000, (index) => frame.open(2 * index + 1))],
  ["opens that nobody reads about", false, () => times(100_000, (index) => frame.open(2 * index + 1))],
  [
    "opens and closes in a storm",
    true,
    () => times(40_000, (index) => (index % 2 === 0 ? frame.open(index + 1) : frame.closeConnection(index))),
  ],
  ["giant metadata", true, () => times(300, (index) => frame.open(2 * index + 1, large))],
  ["pings that nobody reads about", false, () => times(200_000, (index) => frame.ping(index))],
  [
    "calls that nobody reads about",
    false,
    () => [...methods, ...times(100_000, (index) => frame.call(2 * index + 1, add.method, [1, 2]))],
  ],
  [
    "calls and cancels that nobody reads about",
    false,
    () => [
      ...methods,
      ...times(100_000, (index) =>
        index % 2 === 0 ? frame.call(index + 1, wait.method, [0]) : frame.cancel(index),
      ),
    ],
  ],
  [
    "more calls than may wait",
    true,
    () => [...methods, ...times(5000, (index) => frame.call(2 * index + 1, wait.method, [0]))],
  ],
  ["items for channels of nobody", false, () => times(100_000, (index) => frame.item(2 * index + 1, [7]))],
  [
    "excess items",
    true,
    () => [...methods, frame.call(1, sum.method, [1]), ...times(50_000, () => frame.item(1, [7]))],
  ],
  [
    "a stream that is granted everything and not read",
    false,
    () => [...methods, frame.call(1, count.method, [0, 0xff, 0xff, 0x03, 1]), frame.grant(1, u32Max)],
  ],
  ["ends in a storm", true, () => times(100_000, (index) => frame.close(2 * (index % 1000) + 1))],
  [
    "request ids that are in use",
    true,
    () => [...methods, ...times(10, () => frame.call(1, wait.method, [0]))],
  ],
  ["request ids of ours", true, () => [...methods, frame.call(2, wait.method, [0])]],
  ["messages of no kind", true, () => times(10, () => Uint8Array.of(0, 99))],
  [
    "schemas without end",
    true,
    () => times(10_000, (index) => frame.schemas({ ...add.method, id: BigInt(index + 1) }, methodless)),
  ],
];
const methodless = Uint8Array.from([
  ...Buffer.from("a267736368656d617380", "hex"),
  ...Buffer.from("64726f6f74", "hex"),
  ...rootOfNobody(),
]);

/** CBOR of a reference to a variable. */
function rootOfNobody(): Buffer {
  const text = (value: string): Buffer => Buffer.concat([Buffer.of(0x60 + value.length), Buffer.from(value)]);
  return Buffer.concat([Buffer.of(0xa2), text("tag"), text("var"), text("name"), text("T")]);
}

/** Says all of it as fast as it is taken, until it is said, or the link is gone, or nothing is taken any more. */
async function attack(frames: Iterable<Uint8Array>, reads: boolean): Promise<Socket> {
  const socket = await dial(server.address);
  if (reads) socket.resume();
  else socket.pause();
  socket.write(framed(handshakeFrames("initiator")));
  let batch: Uint8Array[] = [];
  const flush = async (): Promise<boolean> => {
    if (socket.destroyed) return false;
    const isTaken = socket.write(framed(batch));
    batch = [];
    if (isTaken) return true;
    // A server that has stopped reading takes nothing until we read, which we do not.
    const goesOn = new Promise<boolean>((resolve) => {
      const stalled = setTimeout(() => resolve(false), 500);
      const go = (): void => {
        clearTimeout(stalled);
        socket.off("drain", go).off("close", go);
        resolve(!socket.destroyed);
      };
      socket.once("drain", go).once("close", go);
    });
    return goesOn;
  };
  for (const each of frames) {
    batch.push(each);
    if (batch.length >= 500 && !(await flush())) return socket;
  }
  if (batch.length > 0) await flush();
  return socket;
}

const joined = () => connect(server.url, Golden, { keepalive: false, connectTimeoutMs: 60_000 });

/** Calls until told to stop. @returns how many were answered */
async function bystander(client: GoldenClient, isOver: () => boolean): Promise<number> {
  let answered = 0;
  do {
    expect(await client.add(answered, 1)).toBe(answered + 1);
    const { tx, rx } = channel<number>();
    const total = client.sum(rx);
    for (let item = 0; item < 20; item++) await tx.send(item);
    await tx.close();
    expect(await total).toBe(190n);
    answered += 1;
  } while (!isOver());
  await client.$caller.connection.close();
  return answered;
}

/** Bytes that sessions hold for readers, and the largest numbers of what they have. */
function held(): { readonly bytes: number; readonly connections: number; readonly requests: number } {
  const { sessions } = server.snapshot();
  return {
    bytes: Math.max(0, ...sessions.map(({ outbound }) => outbound.bufferedBytes)),
    connections: Math.max(0, ...sessions.map(({ connections }) => connections.length)),
    requests: Math.max(
      0,
      ...sessions.flatMap(({ connections }) => connections.map(({ requests }) => requests.length)),
    ),
  };
}

describe("a server", () => {
  it.each(attacks)(
    "under %s serves the others, within its bounds",
    async (_, reads, frames) => {
      let isOver = false;
      const clients = await Promise.all([joined(), joined()]);
      const others = clients.map((client) => bystander(client, () => isOver));
      const most = { bytes: 0, connections: 0, requests: 0 };
      const watch = setInterval(() => {
        const now = held();
        for (const what of ["bytes", "connections", "requests"] as const)
          most[what] = Math.max(most[what], now[what]);
      }, 5);
      const sockets = await Promise.all([attack(frames(), reads), attack(frames(), reads)]);
      // And once more, with both of them there.
      const newcomer = await joined();
      expect(await newcomer.add(20, 22)).toBe(42);
      await newcomer.$caller.connection.close();
      isOver = true;
      clearInterval(watch);
      for (const answered of await Promise.all(others)) expect(answered).toBeGreaterThan(0);
      // Frames that wait for a reader may exceed the limit by those of one turn.
      expect(most.bytes).toBeLessThan(limits.maxBufferedBytes + (1 << 20));
      expect(most.connections).toBeLessThanOrEqual(limits.maxConnections);
      expect(most.requests).toBeLessThanOrEqual(1024 + 64);
      for (const socket of sockets) socket.destroy();
      await until(() => server.sessionCount === 0);
    },
    120_000,
  );
});
