/** How many handlers run at once is what was announced, whatever callers do with their calls and connections. */
import { connectPair, FakeClock, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Golden, type GoldenClient } from "../support/gen/session.vox.js";
import { serveGolden } from "../support/golden-service.js";
import { resumable } from "../support/resumable.js";

const limit = 4;

/** Handlers that ignore their signals and end when the test says so. */
function stubborn() {
  const enders: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const dispatcher = serveGolden({
    wait: async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => enders.push(resolve));
      running -= 1;
      return 1;
    },
  });
  const endAll = async (): Promise<void> => {
    while (enders.length > 0) {
      for (const end of enders.splice(0)) end();
      await settle();
    }
  };
  return { dispatcher, endAll, most: () => most, running: () => running };
}

const ignored = (): void => {};

describe("handlers that run at once", () => {
  it.each<[string, (caller: GoldenClient, clock: FakeClock) => void]>([
    [
      "cancelled",
      (caller) => {
        const controller = new AbortController();
        caller.wait(1, { signal: controller.signal }).catch(ignored);
        queueMicrotask(() => controller.abort());
      },
    ],
    ["timed out", (caller) => void caller.wait(1, { timeoutMs: 1 }).catch(ignored)],
  ])("stay within the limit when calls are %s", async (_, make) => {
    const clock = new FakeClock();
    const { dispatcher, endAll, most, running } = stubborn();
    const pair = await connectPair(dispatcher, { clock, server: { maxConcurrentRequests: limit } });
    for (let made = 0; made < 50; made++) {
      make(pair.client.client(Golden), clock);
      await settle();
      clock.advance(2);
      await settle();
    }
    expect(most()).toBe(limit);
    await endAll();
    expect([most(), running()]).toEqual([limit, 0]);
    const call = pair.client.client(Golden).wait(1);
    await settle();
    await endAll();
    expect(await call).toBe(1);
    pair.client.abort();
    await settle();
  });

  it("stay within the limit when links are lost and sessions are new", async () => {
    const { dispatcher, endAll, most } = stubborn();
    const own = await resumable(dispatcher, { server: { maxConcurrentRequests: limit } });
    for (let cuts = 0; cuts < 10; cuts++) {
      for (let made = 0; made < limit; made++) own.client.client(Golden).wait(1).catch(ignored);
      await settle();
      await own.cut();
      await own.recover();
    }
    expect(most()).toBe(limit);
    await endAll();
    await own.close();
    await endAll();
  });

  it("count for the connections of a session although their own have been closed", async () => {
    const { dispatcher, endAll, most, running } = stubborn();
    const limits = { maxConnections: 3 };
    const pair = await connectPair(dispatcher, {
      clock: new FakeClock(),
      server: { maxConcurrentRequests: limit, limits },
    });
    let refused = 0;
    for (let made = 0; made < 10; made++) {
      const caller = await pair.client
        .open(Golden, { maxConcurrentRequests: limit })
        .catch((error: Error) => error);
      if (caller instanceof Error) {
        refused += 1;
        expect(caller.message).toBe("connection rejected: too many connections");
        continue;
      }
      for (let calls = 0; calls < limit; calls++) caller.wait(1).catch(ignored);
      await settle();
      pair.client.closeConnection(Number(pair.client.snapshot().connections.at(-1)?.id));
      await settle();
    }
    expect(refused).toBe(8);
    expect(most()).toBe(2 * limit);
    await endAll();
    expect(running()).toBe(0);
    const again = await pair.client.open(Golden);
    const call = again.wait(1);
    await settle();
    await endAll();
    expect(await call).toBe(1);
    pair.client.abort();
    await settle();
  });
});
