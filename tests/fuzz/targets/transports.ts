/**
 * Servers and clients over TCP and WebSocket among peers that say anything, and a bystander that is served all the
 * time.
 */
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, connect as dial, type Server as Listener, type Socket } from "node:net";
import { VoxError } from "@voxrpc/runtime";
import { connect, connectSession, type Server, serve } from "@voxrpc/runtime/node";
import { Golden, type GoldenClient } from "../../support/gen/session.vox.js";
import { mutateParts } from "../../support/mutate.js";
import { type Part, unpackParts } from "../../support/parts.js";
import { callEverything, recordedPeers, recordedService, roles, sending, silent } from "../peers.js";
import type { Target } from "../target.js";

/** A connection whose peer has left ends long before. */
const patienceMs = 20_000;
const limits = { handshakeTimeoutMs: 1000 };

/** How parts become bytes of a socket. */
type Encode = (part: Part) => Uint8Array;

const framed: Encode = ({ tag, bytes }) => {
  if ((tag & sending.raw) !== 0) return bytes;
  const head = Buffer.alloc(4);
  head.writeUInt32LE(bytes.length);
  return Buffer.concat([head, bytes]);
};

/** A WebSocket message; a server masks nothing, and a mask of a client is zero. */
const message =
  (isMasked: boolean): Encode =>
  ({ tag, bytes }) => {
    if ((tag & sending.raw) !== 0) return bytes;
    const size = bytes.length < 126 ? 0 : 2;
    const head = Buffer.alloc(2 + size + (isMasked ? 4 : 0));
    head[0] = 0x80 | ((tag & sending.text) === 0 ? 2 : tag >> 4);
    head[1] = (isMasked ? 0x80 : 0) | (size === 0 ? bytes.length : 126);
    if (size === 2) head.writeUInt16BE(bytes.length, 2);
    return Buffer.concat([head, bytes]);
  };

/** @throws Error when it takes too long: something waits forever */
async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} is not over`)), patienceMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when the socket has ended, however it has. */
function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on("error", () => {}).once("close", () => resolve());
  });
}

async function say(socket: Socket, parts: readonly Part[], encode: Encode): Promise<void> {
  for (const part of parts) {
    if (!socket.writable) return;
    socket.write(encode(part));
    if ((part.tag & sending.atOnce) === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What the two transports differ in. */
interface Transport {
  readonly scheme: "tcp" | "ws";
  readonly encode: (from: "client" | "server") => Encode;
  /** Brings a socket to where frames may be sent. */
  readonly open: (socket: Socket) => Promise<void>;
  readonly accept: (socket: Socket) => Promise<void>;
}

const transports: Readonly<Record<"tcp" | "websocket", Transport>> = {
  tcp: { scheme: "tcp", encode: () => framed, open: async () => {}, accept: async () => {} },
  websocket: {
    scheme: "ws",
    encode: (from) => message(from === "client"),
    async open(socket) {
      const key = randomBytes(16).toString("base64");
      socket.write(
        `GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n\r\n`,
      );
      await new Promise((resolve) => socket.once("data", resolve));
    },
    async accept(socket) {
      const request = await new Promise<Buffer>((resolve) => socket.once("data", resolve));
      const key = /sec-websocket-key: (\S+)/i.exec(request.toString("latin1"))?.[1] ?? "";
      const answer = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: ${answer}\r\n\r\n`,
      );
    },
  },
};

class TransportTarget implements Target {
  readonly corpus: readonly Uint8Array[] = recordedPeers();
  readonly mutate = mutateParts;
  readonly isQuick = true;
  readonly #transport: Transport;
  readonly #server: Server;
  readonly #bystander: GoldenClient;
  readonly #listener: Listener;
  /** Messages for the next connections. */
  #waiting: (readonly Part[])[] = [];

  private constructor(transport: Transport, server: Server, bystander: GoldenClient, listener: Listener) {
    this.#transport = transport;
    this.#server = server;
    this.#bystander = bystander;
    this.#listener = listener.on("connection", (socket: Socket) => this.#serve(socket));
  }

  static async start(transport: Transport): Promise<TransportTarget> {
    const server = await serve(`${transport.scheme}://127.0.0.1:0`, recordedService(), {
      limits,
      observer: silent,
    });
    const listener = createServer().listen(0, "127.0.0.1");
    await once(listener, "listening");
    return new TransportTarget(transport, server, await connect(server.url, Golden), listener);
  }

  check(input: Uint8Array): Promise<void> {
    return this.checkAll([input]);
  }

  async checkAll(inputs: readonly Uint8Array[]): Promise<void> {
    this.#waiting = [];
    await Promise.all(inputs.map((input) => this.#attack(input)));
    await within(this.#isAlone(), "a session whose client has left");
    if ((await within(this.#bystander.add(20, 22), "the bystander's call")) !== 42)
      throw new Error("42 is another");
  }

  async close(): Promise<void> {
    await this.#bystander.$close();
    await this.#server.close();
    this.#listener.close();
  }

  #attack(input: Uint8Array): Promise<void> {
    const [head, ...parts] = unpackParts(input);
    const bits = head?.tag ?? 0;
    return (bits & roles.client) === 0 ? this.#attackServer(parts) : this.#attackClient(parts, bits);
  }

  async #attackServer(parts: readonly Part[]): Promise<void> {
    const { address } = this.#server;
    const { open, encode } = this.#transport;
    const socket = dial({ ...address, noDelay: true });
    const closed = ended(socket);
    await within(once(socket, "connect"), "a connection");
    await Promise.race([open(socket), closed]);
    socket.resume();
    await say(socket, parts, encode("client"));
    socket.end();
    await within(closed, "a connection whose client has left");
  }

  /** The sessions of attackers have ended; that of the bystander has not. */
  async #isAlone(): Promise<void> {
    while (this.#server.sessionCount !== 1) {
      if (this.#server.sessionCount === 0) throw new Error("the bystander's session has ended");
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #attackClient(parts: readonly Part[], bits: number): Promise<void> {
    this.#waiting.push(parts);
    const { port } = this.#listener.address() as { readonly port: number };
    const working = async (): Promise<void> => {
      const session = await connectSession(`${this.#transport.scheme}://127.0.0.1:${port}`, {
        service: "Golden",
        limits,
        reconnect: false,
        observer: silent,
      });
      if ((bits & roles.quiet) === 0) await callEverything(session.client(Golden));
      session.abort();
      await session.closed;
    };
    try {
      await within(working(), "a client whose server has left");
    } catch (error) {
      if (!(error instanceof VoxError)) throw error;
    }
  }

  #serve(socket: Socket): void {
    const { accept, encode } = this.#transport;
    const closed = ended(socket);
    const parts = this.#waiting.shift() ?? [];
    const speaking = async (): Promise<void> => {
      await Promise.race([accept(socket), closed]);
      socket.resume();
      await say(socket, parts, encode("server"));
      socket.end();
    };
    void speaking();
  }
}

/** Sessions over TCP. */
export const tcp = (): Promise<Target> => TransportTarget.start(transports.tcp);
/** Sessions over WebSocket. */
export const webSocket = (): Promise<Target> => TransportTarget.start(transports.websocket);
