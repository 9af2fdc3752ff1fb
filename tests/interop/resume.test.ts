/** Sessions that outlive their links, between TypeScript and Rust, in both directions. */
import { connect, connectSession, serve } from "@voxrpc/runtime/node";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startTap } from "../support/tap.js";
import { Probe, probeDispatcher } from "./gen/probe.vox.js";
import { recordingHandlers } from "./handlers.js";
import {
  buildPeer,
  buildTimeoutMs,
  isCargoFound,
  type PeerServer,
  skipNote,
  startPeer,
  startSlowCall,
} from "./peer.js";

const isReady = isCargoFound();
let peer: PeerServer;

beforeAll(async () => {
  if (!isReady) return;
  await buildPeer();
  peer = await startPeer({ isResumable: true });
}, buildTimeoutMs);

afterAll(async () => {
  await peer?.[Symbol.asyncDispose]();
});

beforeEach(({ skip }) => skip(!isReady, skipNote));

describe("a TypeScript client of a Rust server", () => {
  it("resumes: a call in flight is answered by the handler that ran already", async () => {
    await using tap = await startTap(peer.url);
    await using watch = await connect(peer.url, Probe);
    await using probe = await connect(tap.url, Probe, { reconnect: { assumeResumed: true } });
    const before = await watch.abandoned();
    const answer = probe.slow(2000, 7);
    await vi.waitFor(async () => expect(await watch.running()).toBe(1), { timeout: 10_000, interval: 5 });
    tap.cut();
    expect(await answer).toBe(7);
    expect(tap.count).toBe(2);
    expect(await watch.running()).toBe(0);
    expect(await watch.abandoned()).toBe(before);
    expect(await probe.slow(1, 8)).toBe(8);
  });

  it("keeps a virtual connection, on which nothing is announced twice", async () => {
    await using tap = await startTap(peer.url);
    await using watch = await connect(peer.url, Probe);
    await using session = await connectSession(tap.url, {
      service: Probe.name,
      reconnect: { assumeResumed: true },
    });
    const probe = await session.open(Probe);
    expect(await probe.slow(1, 6)).toBe(6);
    const answer = probe.slow(2000, 7);
    await vi.waitFor(async () => expect(await watch.running()).toBe(1), { timeout: 10_000, interval: 5 });
    tap.cut();
    expect(await answer).toBe(7);
    expect(tap.count).toBe(2);
    expect(await watch.running()).toBe(0);
    // Announced before the cut, and a method that was not.
    expect(await probe.slow(1, 8)).toBe(8);
    expect(await probe.running()).toBe(0);
  });

  it("learns that a call may have run, as the server does not say whether it still knows it", async () => {
    await using tap = await startTap(peer.url);
    await using watch = await connect(peer.url, Probe);
    await using probe = await connect(tap.url, Probe, { reconnect: true });
    const answer = probe.$try.slow(2000, 7);
    await vi.waitFor(async () => expect(await watch.running()).toBe(1), { timeout: 10_000, interval: 5 });
    tap.cut();
    expect(await answer).toMatchObject({ ok: false, error: { code: "Indeterminate" } });
    expect(await probe.slow(1, 8)).toBe(8);
  });

  it("goes on again and again", async () => {
    await using tap = await startTap(peer.url);
    await using probe = await connect(tap.url, Probe, { reconnect: true });
    const waiting = { timeout: 10_000, interval: 5 };
    for (let round = 1; round <= 4; round++) {
      expect(await probe.slow(1, round)).toBe(round);
      tap.cut();
      await vi.waitFor(
        () => expect(probe.$session.state).toMatchObject({ kind: "open", reconnects: round }),
        waiting,
      );
    }
    expect(await probe.slow(1, 9)).toBe(9);
  });
});

describe("a Rust client of a TypeScript server", () => {
  it("resumes: a call in flight is answered by the handler that ran already", async () => {
    const { load, probe } = recordingHandlers();
    await using server = await serve("tcp://127.0.0.1:0", probeDispatcher(probe), { resumable: true });
    await using tap = await startTap(server.url);
    await using call = await startSlowCall(tap.url, 2000, true);
    await vi.waitFor(() => expect(load.running).toBe(1), { timeout: 10_000, interval: 5 });
    tap.cut();
    await vi.waitFor(() => expect(tap.count).toBe(2), { timeout: 10_000, interval: 5 });
    expect(server.sessionCount).toBe(1);
    expect(await call.outcome).toBe("Ok(42)");
    expect(load).toEqual({ running: 0, abandoned: 0 });
  });
});
