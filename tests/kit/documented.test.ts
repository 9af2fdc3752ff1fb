/** The examples of `docs/testing-your-service.md`, unchanged. */
import { readFileSync } from "node:fs";
import { channel } from "@voxrpc/runtime";
import { connectPair, FakeClock, settle, simulatedPair } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Streams, streamsDispatcher } from "../interop/gen/streams.vox.js";
import { streamsHandler } from "../support/stream-handlers.js";

const { handler } = streamsHandler();

describe("docs/testing-your-service.md", () => {
  it("shows code that this file runs", () => {
    const page = readFileSync(new URL("../../docs/testing-your-service.md", import.meta.url), "utf8");
    const examples = [...page.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ""]) => code);
    expect(examples.length).toBeGreaterThan(5);
    const source = readFileSync(new URL(import.meta.url), "utf8").replaceAll(/^ +/gm, "");
    for (const example of examples) expect(source).toContain(example.replaceAll(/^ +/gm, ""));
  });

  it("calls a handler", async () => {
    await using pair = await connectPair(streamsDispatcher(handler));
    const streams = pair.client.client(Streams);

    const { tx, rx } = channel<number>();
    const total = streams.sum(rx);
    for (const item of [1, 2, 3]) await tx.send(item);
    await tx.close();
    expect(await total).toBe(6n);
  });

  it("runs out of time", async () => {
    const clock = new FakeClock();
    await using pair = await connectPair(streamsDispatcher(handler), { clock });
    const streams = pair.client.client(Streams);

    const call = streams.sum(channel<number>().rx, { timeoutMs: 500 });
    const failed = expect(call).rejects.toMatchObject({ code: "Cancelled" });
    await clock.elapse(500);
    await failed;
  });

  it("waits for a network", async () => {
    const clock = new FakeClock();
    const network = simulatedPair({ clock, both: { latencyMs: 40 } });
    const pair = await clock.until(connectPair(streamsDispatcher(handler), { clock, links: network.links }));

    const before = clock.now();
    await clock.until(pair.client.client(Streams).running());
    expect(clock.now() - before).toBe(80);

    await clock.until(pair.client.close());
    expect(clock.armed).toBe(0);
  });

  it("loses its link", async () => {
    const clock = new FakeClock();
    const network = simulatedPair({ clock });
    const pair = await connectPair(streamsDispatcher(handler), { clock, links: network.links });
    const { tx, rx } = channel<number>();
    const call = pair.client.client(Streams).count(0, 1000, tx);
    const failed = expect(call).rejects.toMatchObject({ code: "ConnectionClosed", retryable: true });

    network.toClient.configure({ cutAfterBytes: network.toClient.acceptedBytes + 100 });
    const seen: number[] = [];
    const reading = (async () => {
      for await (const item of rx) seen.push(item);
    })();
    await expect(reading).rejects.toMatchObject({ code: "ConnectionClosed" });
    await failed;
    expect(seen).toEqual(seen.map((_, index) => index));
  });

  it("is not answered any more", async () => {
    const clock = new FakeClock();
    const network = simulatedPair({ clock });
    const keepalive = { intervalMs: 10_000, timeoutMs: 3000 };
    const pair = await connectPair(streamsDispatcher(handler), {
      clock,
      links: network.links,
      client: { keepalive },
    });

    network.toClient.silence();
    await clock.elapse(10_000 + 3000);
    expect(pair.client.isOpen).toBe(false);

    network.cut();
    await settle();
    expect(pair.server.isOpen).toBe(false);
  });

  it("has a slow reader", async () => {
    const clock = new FakeClock();
    const network = simulatedPair({ clock, toClient: { bytesPerMs: 10 } });
    const pair = await clock.until(connectPair(streamsDispatcher(handler), { clock, links: network.links }));
    const { tx, rx } = channel<number>();
    const call = pair.client.client(Streams).count(0, 100, tx);
    let items = 0;
    await clock.until(
      (async () => {
        for await (const _ of rx) items += 1;
      })(),
    );
    expect(items).toBe(100);
    await clock.until(call);
    await clock.until(pair.client.close());
  });
});
