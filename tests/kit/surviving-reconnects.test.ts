/** The examples of `docs/surviving-reconnects.md`, unchanged, over TCP. */
import { readFileSync } from "node:fs";
import { channel, VoxError } from "@voxrpc/runtime";
import { connect, connectSession, serve } from "@voxrpc/runtime/node";
import { describe, expect, it, vi } from "vitest";
import {
  Streams,
  type StreamsClient,
  type StreamsHandler,
  streamsDispatcher,
} from "../interop/gen/streams.vox.js";
import { streamsHandler } from "../support/stream-handlers.js";
import { startTap } from "../support/tap.js";
import { examplesMissing } from "./page.js";

const { handler } = streamsHandler();

/** Gives every number to `take` until `signal` is aborted or the session is over, across all links. */
async function follow(
  streams: StreamsClient,
  take: (item: number) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && streams.$caller.connection.isOpen) {
    const { tx, rx } = channel<number>();
    const call = streams.endless(tx, { signal });
    try {
      for await (const item of rx) take(item);
      await call;
      // A graceful end: the server stops. The next call waits for the next server.
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof VoxError) || !error.retryable) throw error;
    }
  }
}

describe("docs/surviving-reconnects.md", () => {
  it("shows code that this file runs", () => {
    const page = readFileSync(new URL("../../docs/surviving-reconnects.md", import.meta.url), "utf8");
    const examples = [...page.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ""]) => code);
    expect(examples.length).toBe(7);
    expect(examplesMissing("surviving-reconnects.md", import.meta.url)).toEqual([]);
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

  it("the application decides whose session it is", async () => {
    const asked: boolean[] = [];
    {
      await using server = await serve("tcp://127.0.0.1:0", streamsDispatcher(handler), {
        resumable: {
          onResume: ({ request, isSameIdentity }) => isSameIdentity || request.link.startsWith("local:"),
        },
      });
      await using tap = await startTap(server.url);
      await using streams = await connect(tap.url, Streams, { reconnect: true });
      const session = streams.$caller.session;
      expect(await streams.running()).toBe(0);
      tap.cut();
      expect(await streams.running()).toBe(0);
      asked.push(session.state.kind === "open" && session.state.isResumed);
    }
    expect(asked).toEqual([true]);
  });

  it("the state of a session shows it", async () => {
    await using server = await serve("tcp://127.0.0.1:0", streamsDispatcher(handler), { resumable: true });
    await using tap = await startTap(server.url);
    const { url } = tap;
    const session = await connectSession(url, { service: Streams.name, reconnect: true });
    const seen: string[] = [session.state.kind];
    const stop = session.onStateChanged((state) => seen.push(state.kind));
    // A server has a session from the end of its handshake on, which a client does not see.
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
      reconnect: { minDelayMs: 50, maxDelayMs: 2000, maxElapsedMs: 60_000, signal: controller.signal },
    });
    expect(await streams.running()).toBe(0);
    tap.cut();
    expect(await streams.running()).toBe(0);
    controller.abort();
    expect(await streams.running()).toBe(0);
    await server.close();
    await expect(streams.running()).rejects.toMatchObject({ code: "SessionShutdown" });
  });

  it("subscriptions are made again on each link, until they are given up or the session is over", async () => {
    await using server = await serve("tcp://127.0.0.1:0", streamsDispatcher(handler), { resumable: true });
    await using tap = await startTap(server.url);
    const streams = await connect(tap.url, Streams, { reconnect: true });
    const seen: number[] = [];
    const controller = new AbortController();
    const following = follow(streams, (item) => seen.push(item), controller.signal);
    const starts = (): number => seen.filter((item) => item === 0).length;
    for (let links = 1; links <= 3; links++) {
      await vi.waitFor(() => expect(starts()).toBe(links), { timeout: 10_000 });
      if (links < 3) tap.cut();
    }
    controller.abort();
    await following;
    const again = follow(streams, () => {}, new AbortController().signal);
    await streams.running();
    await streams.$close({ timeoutMs: 0 });
    await expect(again).resolves.toBeUndefined();
  });

  it("subscriptions go on at the next server after one that has stopped gracefully", async () => {
    const untilDraining: Pick<StreamsHandler, "endless"> = {
      async endless(out, { draining }) {
        await out.send(0);
        await new Promise((resolve) => draining.addEventListener("abort", resolve));
        return 1;
      },
    };
    const startServer = (url: string) =>
      serve(url, streamsDispatcher({ ...handler, ...untilDraining }), { resumable: true });
    let server = await startServer("tcp://127.0.0.1:0");
    const { url } = server;
    await using streams = await connect(url, Streams, { reconnect: { maxDelayMs: 50 } });
    let starts = 0;
    const controller = new AbortController();
    const following = follow(streams, () => starts++, controller.signal);
    for (let servers = 1; servers <= 3; servers++) {
      await vi.waitFor(() => expect(starts).toBe(servers), { timeout: 10_000 });
      await server.close();
      server = await startServer(url);
    }
    controller.abort();
    await following;
    await server.close();
  });
});
