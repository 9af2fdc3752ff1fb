/** A reader that stops while 1 GB of stream is offered: what the sender holds is bounded on each transport. */
import { mkdtempSync, rmSync } from "node:fs";
import { connect as connectSocket, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MessageChannel } from "node:worker_threads";
import { channel, type Tx } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { acceptSession, openSession, type Session } from "@voxrpc/runtime/link";
import { connectSession, serve } from "@voxrpc/runtime/node";
import { type MessageEndpoint, MessagePortLink } from "@voxrpc/runtime/web";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closeAfterEach, opens } from "../support/opened.js";
import { VoxService } from "../support/vox-types.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vox-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
closeAfterEach();

const big = new VoxService(`
  package big
  service Big { offer(out: Tx<bytes>) }
`);
const Big = $.service("Big", (caller) => new $.ClientBase(caller), {});

const itemBytes = 64 * 1024;
const items = (1 << 30) / itemBytes;
const mostBytes = 64 << 20;
/** More than there are items, so that it is not the credit that stops the sender. */
const credit = { initialChannelCredit: 2 * items };

/** A service that makes each item when `next` is called, and counts the items. */
function offering(): { readonly dispatcher: $.Dispatcher; readonly made: () => number } {
  let made = 0;
  function* offer(): Generator<Uint8Array> {
    for (; made < items; made++) yield new Uint8Array(itemBytes).fill(made);
  }
  const handled = big.handled("offer", ([out]) => (out as Tx<Uint8Array>).sendAll(offer()));
  return { dispatcher: $.dispatcher("Big", [handled]), made: () => made };
}

/** A transport with a reader that can be stopped. */
interface Stoppable {
  readonly client: Session;
  stop(): void;
}

/** A client behind a forwarder, which stops reading. */
async function forwarded(place: string, dispatcher: $.Dispatcher): Promise<Stoppable> {
  const server = await serve(place, dispatcher);
  opens({
    [Symbol.asyncDispose]() {
      // The peer does not read: there is nothing to wait for.
      server.abort();
      return server.closed;
    },
  });
  const { address } = server;
  const far: Socket[] = [];
  const all: Socket[] = [];
  const relay = createServer((near) => {
    const socket = connectSocket(
      "path" in address ? { path: address.path } : { port: address.port, host: "127.0.0.1" },
    );
    far.push(socket.on("error", () => near.destroy()));
    all.push(near, socket);
    near.on("error", () => socket.destroy()).on("close", () => socket.destroy());
    near.pipe(socket).pipe(near);
  });
  const path = join(folder, "relay");
  await new Promise<void>((resolve) =>
    "path" in address ? relay.listen({ path }, resolve) : relay.listen(0, "127.0.0.1", resolve),
  );
  opens({
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        for (const socket of all) socket.destroy();
        relay.close(() => resolve());
      }),
  });
  const { port } = (relay.address() ?? {}) as { port?: number };
  const url = "path" in address ? `local://${path}` : `${place.split(":")[0]}://127.0.0.1:${port}`;
  const client = await connectSession(url, { service: "Big", ...credit });
  const stop = (): void => {
    for (const socket of far) socket.unpipe().pause();
  };
  return { client, stop };
}

/** Two message ports, of which one keeps to itself what arrives. */
async function messagePorts(dispatcher: $.Dispatcher): Promise<Stoppable> {
  const { port1, port2 } = new MessageChannel();
  let isStopped = false;
  const stoppable: MessageEndpoint = {
    postMessage: (message, transfer) => port1.postMessage(message, transfer),
    addEventListener: (type, listener) =>
      port1.addEventListener(type as "message", (event: object) => {
        if (!isStopped) listener(event);
      }),
    removeEventListener: () => {},
    start: () => port1.start(),
    close: () => port1.close(),
  };
  const serving = acceptSession(
    new MessagePortLink(port2 as unknown as MessageEndpoint, { role: "acceptor" }),
    dispatcher,
  );
  const link = new MessagePortLink(stoppable, { role: "initiator" });
  const client = await openSession(link, { service: "Big", ...credit });
  const server = await serving;
  opens({
    async [Symbol.asyncDispose]() {
      server.abort();
      port1.close();
    },
  });
  return {
    client,
    stop() {
      isStopped = true;
    },
  };
}

/** The memory of the process that holds bytes. */
function heldBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Resolves when the sender makes nothing more: not in many turns of the event loop. */
async function untilStill(made: () => number): Promise<void> {
  for (let last = -1; last !== made(); ) {
    last = made();
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

const transports: Readonly<Record<string, (dispatcher: $.Dispatcher) => Promise<Stoppable>>> = {
  TCP: (dispatcher) => forwarded("tcp://127.0.0.1:0", dispatcher),
  "a Unix socket": (dispatcher) => forwarded(`local://${join(folder, "s")}`, dispatcher),
  WebSocket: (dispatcher) => forwarded("ws://127.0.0.1:0", dispatcher),
  "a message port": messagePorts,
};

describe("a reader that stops while 1 GB is offered", () => {
  it.each(Object.entries(transports))("leaves the sender's memory bounded on %s", async (_, start) => {
    const { dispatcher, made } = offering();
    const { client, stop } = await start(dispatcher);
    const caller = client.client(Big).$caller;
    const { tx, rx } = channel<Uint8Array>();
    const before = heldBytes();
    const offer = caller.tryCall(big.method("offer"), [tx]);
    expect((await rx.next()).done).toBe(false);
    stop();
    await untilStill(made);
    expect(made()).toBeLessThan(items);
    // All that was made is somewhere: with the sender, or in the buffers of the system, or it has arrived.
    expect(made() * itemBytes).toBeLessThan(mostBytes);
    expect(heldBytes() - before).toBeLessThan(mostBytes);
    client.abort();
    await offer;
  });
});
