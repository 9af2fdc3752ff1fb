/** Sockets for the tests of this folder: pairs, listeners and connections made by hand, all closed by `closeAll`. */
import { connect, createServer, type Server, type Socket } from "node:net";
import type { SessionError } from "../errors.js";
import type { Link, LinkSink } from "../link/link.js";

const sockets = new Set<Socket>();
const listeners = new Set<Server>();

/** Closes everything that was opened here. */
export async function closeAll(): Promise<void> {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await Promise.all([...listeners].map((each) => new Promise((resolve) => each.close(resolve))));
  listeners.clear();
}

function keep(socket: Socket): Socket {
  sockets.add(socket);
  socket.on("error", () => {});
  return socket;
}

/** A plain listener on a free port. @returns the port */
export async function listenWith(onSocket: (socket: Socket) => void): Promise<number> {
  const listener = createServer({ allowHalfOpen: true }, (socket) => onSocket(keep(socket)));
  listeners.add(listener);
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  return portOf(listener);
}

function portOf(listener: Server): number {
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("not listening");
  return address.port;
}

/** A plain connection to a port of this machine, or to a Unix socket. */
export async function dial(place: number | string, allowHalfOpen = true): Promise<Socket> {
  const address = typeof place === "number" ? { port: place, host: "127.0.0.1" } : { path: place };
  const socket = keep(connect({ ...address, allowHalfOpen }));
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  return socket;
}

/** A port on which no server listens. */
export async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const port = portOf(listener);
  await new Promise((resolve) => listener.close(resolve));
  return port;
}

/**
 * Two connected sockets: the one that dialled and the one that was taken.
 * @param path of a Unix socket. Default TCP
 */
export async function socketPair(path?: string): Promise<[dialled: Socket, taken: Socket]> {
  let take: (socket: Socket) => void = () => {};
  const taken = new Promise<Socket>((resolve) => {
    take = resolve;
  });
  // As a server of this package takes them: half-open sockets are closed.
  const listener = createServer((socket) => take(keep(socket)));
  listeners.add(listener);
  const place = path === undefined ? { port: 0, host: "127.0.0.1" } : { path };
  await new Promise<void>((resolve) => listener.listen(place, resolve));
  const dialled = await dial(path ?? portOf(listener));
  return [dialled, await taken];
}

/** Records everything that a link reports, in order, as texts; frames as their bytes. */
export class Recorder implements LinkSink {
  readonly frames: Uint8Array[] = [];
  readonly events: string[] = [];
  error: SessionError | undefined = undefined;
  /** Resolves when the link has ended. */
  readonly closed: Promise<SessionError | undefined>;
  /** Called with each frame. */
  onEach: (frame: Uint8Array) => void = () => {};
  #resolveClosed: (error: SessionError | undefined) => void = () => {};

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  onFrame(bytes: Uint8Array, start: number, end: number): void {
    const frame = bytes.subarray(start, end);
    this.frames.push(frame);
    this.events.push(`frame of ${frame.length}`);
    this.onEach(frame);
  }

  onIdle(): void {
    this.events.push("idle");
  }

  onDrain(): void {
    this.events.push("drain");
  }

  onClosed(error: SessionError | undefined): void {
    this.events.push(error === undefined ? "closed" : `closed: ${error.code}`);
    this.error = error;
    this.#resolveClosed(error);
  }
}

/** Frames in the form that they have on the wire. */
export function framed(...bodies: readonly Uint8Array[]): Uint8Array {
  const pieces = bodies.map((body) => {
    const piece = Buffer.alloc(4 + body.length);
    piece.writeUInt32LE(body.length);
    piece.set(body, 4);
    return piece;
  });
  return Buffer.concat(pieces);
}

/** Sends frames in one batch. @returns what `send` returns */
export function sendFrames(link: Link, ...bodies: readonly Uint8Array[]): boolean {
  let end = 0;
  const ends = bodies.map((body) => {
    end += 4 + body.length;
    return end;
  });
  return link.send(framed(...bodies), 0, ends, ends.length);
}

/** Waits until something holds; a test that waits in vain fails by its own timeout. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}
