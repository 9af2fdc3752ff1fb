/** The examples of `docs/surviving-reconnects.md`, as they stand there, over TCP. */
import { readFileSync } from "node:fs";
import { connect, connectSession, serve } from "@voxrpc/runtime/node";
import { describe, expect, it, vi } from "vitest";
import { Streams, streamsDispatcher } from "../interop/gen/streams.vox.js";
import { streamsHandler } from "../interop/stream-handlers.js";
import { startTap } from "../interop/tap.js";

const { handler } = streamsHandler();

describe("docs/surviving-reconnects.md", () => {
  it("shows code that this file runs", () => {
    const page = readFileSync(new URL("../../docs/surviving-reconnects.md", import.meta.url), "utf8");
    const examples = [...page.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ""]) => code);
    expect(examples.length).toBe(4);
    const source = readFileSync(new URL(import.meta.url), "utf8").replaceAll(/^ +/gm, "");
    for (const example of examples) expect(source).toContain(example.replaceAll(/^ +/gm, ""));
  });

  it("a client goes on after its connection was cut", async () => {
    await using server = await serve("tcp://127.0.0.1:0", streamsDispatcher(handler), { resumable: true });
    await using tap = await startTap(server.url);
    const { url } = tap;
    await using streams = await connect(url, Streams, { reconnect: true });
    for (let round = 1; round <= 3; round++) {
      expect(await streams.running()).toBe(0);
      tap.cut();
    }
    expect(await streams.running()).toBe(0);
    expect(server.sessionCount).toBe(1);
  });

  it("the state of a session tells of it", async () => {
    await using server = await serve("tcp://127.0.0.1:0", streamsDispatcher(handler), { resumable: true });
    await using tap = await startTap(server.url);
    const { url } = tap;
    const session = await connectSession(url, { service: Streams.name, reconnect: true });
    const seen: string[] = [session.state.kind];
    const stop = session.onStateChanged((state) => seen.push(state.kind));
    // A server knows a session from the end of its handshake on, which a client does not see.
    await session.client(Streams).running();
    tap.cut();
    await vi.waitFor(() => expect(session.state).toEqual({ kind: "open", reconnects: 1, isResumed: true }));
    stop();
    await session.close();
    expect(seen[0]).toBe("open");
    expect(seen.at(-1)).toBe("open");
    expect(new Set(seen)).toEqual(new Set(["open", "recovering"]));
    expect(session.state).toMatchObject({ kind: "closed", reason: "Local" });
  });

  it("times of one's own, and a signal", async () => {
    await using server = await serve("tcp://127.0.0.1:0", streamsDispatcher(handler), { resumable: true });
    await using tap = await startTap(server.url);
    const { url } = tap;
    const controller = new AbortController();
    await using streams = await connect(url, Streams, {
      reconnect: { minDelayMs: 50, maxDelayMs: 2000, totalMs: 60_000, signal: controller.signal },
    });
    expect(await streams.running()).toBe(0);
    tap.cut();
    expect(await streams.running()).toBe(0);
    controller.abort();
    expect(await streams.running()).toBe(0);
    await server.close();
    await expect(streams.running()).rejects.toMatchObject({ code: "SessionShutdown" });
  });
});
