/** The reference over its other transports, in both directions: Unix sockets with their lock, and WebSockets. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { channel, router } from "@voxrpc/runtime";
import { openSession } from "@voxrpc/runtime/link";
import { connect, linkOf, serve } from "@voxrpc/runtime/node";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { streamsHandler } from "../support/stream-handlers.js";
import { Everything, everythingDispatcher } from "./gen/everything.vox.js";
import { probeDispatcher } from "./gen/probe.vox.js";
import { Streams, streamsDispatcher } from "./gen/streams.vox.js";
import { recordingHandlers } from "./handlers.js";
import {
  buildPeer,
  buildTimeoutMs,
  isCargoFound,
  type PeerCheck,
  type PeerRun,
  runPeerChecks,
  runStreamChecks,
  skipNote,
  startPeer,
  startPeerOn,
} from "./peer.js";
import { echoed } from "./samples.js";

const isReady = isCargoFound() && process.platform !== "win32";
let folder = "";

beforeAll(async () => {
  if (!isReady) return;
  folder = mkdtempSync(join(tmpdir(), "vox-"));
  await buildPeer();
}, buildTimeoutMs);

afterAll(() => {
  if (isReady) rmSync(folder, { recursive: true, force: true });
});

beforeEach(({ skip }) => skip(!isReady, skipNote));

const transports = ["local", "ws"] as const;

/** Where a server of ours listens. */
const placeOf = (transport: (typeof transports)[number], name: string): string =>
  transport === "ws" ? "ws://127.0.0.1:0" : `local://${join(folder, name)}`;

function expectAllGood({ lines, code, errors }: PeerRun<PeerCheck>): void {
  expect(lines.filter(({ ok }) => !ok)).toEqual([]);
  expect(lines.length).toBeGreaterThan(10);
  expect(code, errors).toBe(0);
}

it("a client that lists no schemas of messages calls the Rust server", async () => {
  await using peer = await startPeer();
  const { hostname, port } = new URL(peer.url);
  const socket = createConnection(Number(port), hostname);
  // The session of a small client: its code is not that of `connect`.
  await using session = await openSession(linkOf(socket, { role: "initiator" }), {
    service: Everything.name,
  });
  const everything = session.client(Everything);
  for (const value of echoed.echoString) expect(await everything.echoString(value as string)).toBe(value);
});

describe.each(transports)("the Rust server over %s", (transport) => {
  it("answers calls with every kind of value, and streams both ways", async () => {
    await using peer = await startPeerOn(transport, join(folder, "rust"));
    await using everything = await connect(peer.url, Everything);
    type Echo = (value: unknown) => Promise<unknown>;
    for (const [name, values] of Object.entries(echoed)) {
      const echo = everything[name as keyof typeof echoed].bind(everything) as Echo;
      for (const value of values) expect(await echo(value)).toEqual(value);
    }
    await using streams = await connect(peer.url, Streams, {
      serve: streamsDispatcher(streamsHandler().handler),
    });
    const numbers = channel<number>();
    const counting = streams.count(5, 10_000, numbers.tx);
    let seen = 0;
    for await (const each of numbers.rx) seen += each >= 5 ? 1 : 0;
    await counting;
    expect(seen).toBe(10_000);
    expect(await streams.callBack(100)).toBe(4950n);
  });

  it("takes messages of a megabyte", async () => {
    await using peer = await startPeerOn(transport, join(folder, "rust"));
    await using everything = await connect(peer.url, Everything);
    const bytes = Uint8Array.from({ length: 1 << 20 }, (_, at) => at * 7);
    expect(Buffer.compare(await everything.echoBytes(bytes), bytes)).toBe(0);
  });
});

describe.each(transports)("the Rust client at a server over %s", (transport) => {
  it("passes its checks of calls", async () => {
    const { everything, probe } = recordingHandlers();
    await using server = await serve(
      placeOf(transport, "calls"),
      router([everythingDispatcher(everything), probeDispatcher(probe)]),
    );
    expectAllGood(await runPeerChecks(server.url));
  }, 60_000);

  it("passes its checks of streams", async () => {
    // The WebSocket client of 0.8.2 leaves Nagle's algorithm on: with a small window, each round trip costs 40 ms.
    const initialChannelCredit = transport === "ws" ? 1024 : 16;
    const services = router([streamsDispatcher(streamsHandler().handler)]);
    await using server = await serve(placeOf(transport, "streams"), services, { initialChannelCredit });
    expectAllGood(await runStreamChecks(server.url, 16));
  }, 60_000);
});

describe("the lock of a Unix socket", () => {
  it("of a Rust server keeps ours out, which sees that it answers", async () => {
    const path = join(folder, "lock");
    await using peer = await startPeerOn("local", path);
    await expect(serve(peer.url, streamsDispatcher(streamsHandler().handler))).rejects.toMatchObject({
      code: "Io",
    });
    await using everything = await connect(peer.url, Everything);
    expect(await everything.ping()).toBeUndefined();
  });

  it("of ours keeps a Rust server out, which goes again when ours has closed", async () => {
    const path = join(folder, "ours");
    const server = await serve(`local://${path}`, streamsDispatcher(streamsHandler().handler));
    await expect(startPeerOn("local", path)).rejects.toThrow(path);
    await server.close();
    expect(existsSync(path)).toBe(false);
    await using peer = await startPeerOn("local", path);
    await using everything = await connect(peer.url, Everything);
    expect(await everything.ping()).toBeUndefined();
  });
});
