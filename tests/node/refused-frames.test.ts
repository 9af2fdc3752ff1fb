/** The side that refuses a frame says why before the link closes: the peer gets it although it is still sending. */
import type { Observer } from "@voxrpc/runtime";
import { connectSession, serve } from "@voxrpc/runtime/node";
import { describe, expect, it } from "vitest";
import { goldenDispatcher } from "../support/golden-client.js";
import { closeAfterEach, dial, drain, opens, stranger, until } from "../support/opened.js";
import { handshakeFrames } from "../support/raw-peer.js";

closeAfterEach();

function framed(body: Uint8Array): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32LE(body.length);
  return Buffer.concat([header, body]);
}

/** A header that announces a frame, and the beginning of its body. */
function oversized(bytes: number): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32LE(bytes);
  return Buffer.concat([header, Buffer.alloc(200_000)]);
}

const limits = { maxFrameBytes: 64 * 1024, maxHandshakeBytes: 32 * 1024 };
const text = "was announced and may have";

describe("a server", () => {
  it.each([
    ["in the handshake", 1, 40_000, "limit of the handshake"],
    ["in a session", 3, 1_000_000, "limit maxFrameBytes"],
  ])("says why it refuses a frame, %s", async (_, frames, bytes, limit) => {
    const ends: unknown[] = [];
    const observer: Observer = {
      onLinkClosed: ({ error }) => ends.push(error?.message),
      onHandshakeFailed: ({ error }) => ends.push(error.message),
    };
    const server = opens(await serve("tcp://127.0.0.1:0", goldenDispatcher(), { limits, observer }));
    const socket = await dial(server.address);
    const said = drain(socket);
    for (const frame of handshakeFrames("initiator").slice(0, frames)) socket.write(framed(frame));
    socket.end(oversized(bytes));
    const answer = (await said).toString("latin1");
    expect(answer).toContain(text);
    expect(answer).toContain(limit);
    await until(() => ends.length > 0);
    expect(ends).toEqual([expect.stringContaining(text)]);
  });
});

describe("a client", () => {
  it("says why it refuses a frame", async () => {
    let said: Promise<Buffer> | undefined;
    const address = await stranger((socket) => {
      said = drain(socket);
      for (const frame of handshakeFrames("acceptor")) socket.write(framed(frame));
      socket.end(oversized(1_000_000));
    });
    const session = await connectSession(address, { limits });
    expect((await session.closed).error?.message).toContain(text);
    expect((await said)?.toString("latin1")).toContain(text);
  });
});
