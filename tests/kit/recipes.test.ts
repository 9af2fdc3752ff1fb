/** The examples of `docs/recipes.md`, unchanged. */
import { setImmediate as pause } from "node:timers/promises";
import { type ConnectionRequest, channel, Metadata, RejectedError, router } from "@voxrpc/runtime";
import { connect, serve } from "@voxrpc/runtime/node";
import { describe, expect, it } from "vitest";
import { Streams, type StreamsHandler, streamsDispatcher } from "../interop/gen/streams.vox.js";
import { streamsHandler } from "../support/stream-handlers.js";
import { examplesMissing } from "./page.js";

const { handler } = streamsHandler();
const handlerFor = (name: string): StreamsHandler => ({ ...handler, running: () => name.length });

describe("docs/recipes.md", () => {
  it("shows code that this file runs", () => {
    expect(examplesMissing("recipes.md", import.meta.url)).toEqual([]);
  });

  it("refuses a client, and takes one with a fresh token", async () => {
    const users = new Map([["secret", "ann"]]);

    function authenticate({ peerMetadata }: ConnectionRequest): { readonly name: string } {
      const name = users.get(peerMetadata.getString("token") ?? "");
      if (name === undefined) throw new RejectedError("unknown token");
      return { name };
    }

    await using server = await serve(
      "tcp://127.0.0.1:0",
      router(
        { Streams: (_request, user) => streamsDispatcher(handlerFor(user.name)) },
        { context: authenticate },
      ),
    );

    const connecting = connect(server.url, Streams, {
      metadata: new Metadata().set("token", "wrong", { sensitive: true }),
    });
    const error = await connecting.catch((thrown: unknown) => thrown);
    if (!(error instanceof RejectedError)) throw error;
    expect(error.metadata.getString("error")).toBe("unknown token");

    const freshToken = async (signal: AbortSignal) => (signal.aborted ? "" : "secret");
    await using streams = await connect(server.url, Streams, {
      metadata: async ({ signal }) =>
        new Metadata().set("token", await freshToken(signal), { sensitive: true }),
      reconnect: true,
    });
    expect(await streams.running()).toBe(3);
  });

  it("stops with subscribers", async () => {
    const nextTick = (_signal: AbortSignal) => pause();

    const subscriptions: Pick<StreamsHandler, "endless"> = {
      endless: async (out, { draining }) => {
        for (let count = 0; !draining.aborted && out.isOpen; count++) {
          await out.send(count);
          await nextTick(draining);
        }
        return 0;
      },
    };
    const server = await serve("tcp://127.0.0.1:0", streamsDispatcher({ ...handler, ...subscriptions }));
    process.once("SIGTERM", () => server.close({ timeoutMs: 5000 }));

    await using streams = await connect(server.url, Streams);
    const { tx, rx } = channel<number>();
    const call = streams.endless(tx);
    await rx.next();
    process.emit("SIGTERM");
    for await (const item of rx) expect(item).toBeGreaterThan(0);
    expect(await call).toBe(0);
    await server.closed;
  });

  it("keeps large transfers apart", async () => {
    await using server = await serve("tcp://127.0.0.1:0", streamsDispatcher(handler));

    await using streams = await connect(server.url, Streams);
    await using bulk = await connect(server.url, Streams);
    const { tx, rx } = channel<number>();
    const total = bulk.sum(rx);
    const [running] = await Promise.all([streams.running(), tx.sendAll(Array(10_000).keys())]);
    expect([running, await total]).toEqual([0, 49_995_000n]);
  });

  it("knows its sessions", async () => {
    const since = new WeakMap<object, number>();
    await using server = await serve(
      "tcp://127.0.0.1:0",
      streamsDispatcher({
        ...handler,
        running: (context) => since.get(context.session) ?? -1,
      }),
      { onSession: (session) => void since.set(session, 7) },
    );
    await using streams = await connect(server.url, Streams);
    expect(await streams.running()).toBe(7);
  });
});
