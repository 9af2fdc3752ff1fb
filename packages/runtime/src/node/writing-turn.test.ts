import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Link } from "../link/link.js";
import { SocketLink } from "./socket-link.js";
import { type NodeWebSocket, WsLink } from "./ws-link.js";

afterEach(() => vi.restoreAllMocks());

/** A stream whose far end takes all bytes within the same turn. */
const hungry = (): Duplex =>
  new Duplex({ read() {}, write: (_chunk, _encoding, taken) => process.nextTick(taken) });

function overWebSocket(): Link {
  const methods = { pause() {}, resume() {}, close() {}, terminate() {}, binaryType: "" };
  const ws = Object.assign(new EventEmitter(), methods) as unknown as NodeWebSocket;
  const socket = Object.assign(hungry(), { setNoDelay() {}, bytesRead: 0 }) as unknown as Socket;
  return new WsLink(ws, { role: "acceptor", description: "ws://hungry", socket });
}

const links: Readonly<Record<string, () => Link>> = {
  "over a stream": () => new SocketLink(hungry(), { role: "acceptor", description: "hungry" }),
  "over a WebSocket": overWebSocket,
};

describe("a peer that takes all bytes within one turn", () => {
  it.each(Object.entries(links))("does not keep the turn for its link: %s", async (_name, make) => {
    // Each look at the clock is a millisecond.
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => now++);
    const link = make();
    const large = new Uint8Array(1 << 20);
    const many = 64;
    let sent = 0;
    const send = (): void => {
      sent += 1;
      link.send(large, 0, [large.length], 1);
    };
    const onDrain = (): void => {
      if (sent < many) send();
    };
    link.start({ onFrame() {}, onIdle() {}, onClosed() {}, onDrain });
    send();
    let turns = 0;
    while (sent < many && turns < 10_000) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    expect(sent).toBe(many);
    expect(turns).toBeGreaterThan(4);
    link.abort();
  });
});
