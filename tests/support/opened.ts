/** What tests of this folder have opened: closed after each of them, and nothing may have gone wrong unheard. */
import { connect as connectSocket, createServer, type Server as Listener, type Socket } from "node:net";
import type { Observer } from "@voxrpc/runtime";
import type { Address, Server } from "@voxrpc/runtime/node";
import { expectNothingUnheard } from "./unheard.js";

const opened: (() => Promise<unknown> | unknown)[] = [];

/** Closes something when the test is over. */
export function opens<T extends AsyncDisposable>(thing: T): T {
  opened.push(() => thing[Symbol.asyncDispose]());
  return thing;
}

/** Hooks of a test file; call it once at its top. */
export function closeAfterEach(): void {
  expectNothingUnheard(async () => {
    await Promise.all(opened.splice(0).map((close) => close()));
    // Sockets leave the event loop a turn after they are closed.
    await new Promise((resolve) => setImmediate(resolve));
  });
}

/** A server that does not speak Vox. @returns its address */
export async function stranger(onSocket: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    onSocket(socket);
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  opened.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => listener.close(resolve));
  });
  return `tcp://127.0.0.1:${portOf(listener)}`;
}

/** A connection that is driven by hand. */
export async function dial(address: Address): Promise<Socket> {
  const socket = connectSocket({ ...address });
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  socket.on("error", () => {});
  socket.setNoDelay(true);
  opened.push(() => socket.destroy());
  return socket;
}

/** Resolves with all that a socket receives, when it has ended. */
export function drain(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  return new Promise((resolve) => socket.once("close", () => resolve(Buffer.concat(chunks))));
}

/** Port of a server over TCP. */
export function tcpPort({ address }: Server): number {
  if ("path" in address) throw new Error("not over TCP");
  return address.port;
}

/** A port without a listener. */
export async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const port = portOf(listener);
  await new Promise((resolve) => listener.close(resolve));
  return port;
}

function portOf(listener: Listener): number {
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("not listening");
  return address.port;
}

/** Waits until something holds; a test that waits in vain fails by its own timeout. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** An observer that opens a gate with the second attempt to connect: the first has failed. */
export function secondAttempt(): { readonly failed: Promise<void>; readonly observer: Observer } {
  const failed = gate<void>();
  const observer: Observer = {
    onStateChanged: ({ state }) => {
      if (state.kind === "connecting" && state.attempt === 2) failed.open();
    },
  };
  return { failed: failed.promise, observer };
}

/** A promise that is settled from outside. */
export interface Gate<T> {
  readonly promise: Promise<T>;
  open(value: T): void;
}

export function gate<T>(): Gate<T> {
  let open: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { promise, open: (value) => open(value) };
}
