/**
 * A call that links die of is suspected and fails; no other call is hurt, and the client does not reconnect for ever.
 */
import { settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Golden } from "../support/gen/session.vox.js";
import { serveGolden } from "../support/golden-service.js";
import { Gate, type Resumable, resumable } from "../support/resumable.js";

const large = "x".repeat(100_000);

function service() {
  const gate = new Gate<number>();
  const dispatcher = serveGolden({
    add: (a, b) => a + b,
    lookup: (text) => `${text.length}`,
    wait: (_a, { signal }) => gate.wait(signal),
  });
  return { gate, dispatcher };
}

/** Lets time pass, and everything happen in it. */
async function pass(own: Resumable, ms: number): Promise<void> {
  for (let step = 0; step < ms / 50; step++) {
    own.clock.advance(50);
    await settle();
    await settle();
  }
}

describe("a call that something between does not let through", () => {
  it.each([
    ["alone", 0],
    ["between other calls", 2],
  ])("fails with the reason after a few links, %s", async (_, others) => {
    const { gate, dispatcher } = service();
    // The handshake and small calls pass.
    const own = await resumable(dispatcher, {
      network: () => ({ toServer: { cutAfterBytes: 60_000 } }),
      reconnect: { minDelayMs: 10, maxDelayMs: 50 },
    });
    const caller = own.client.client(Golden);
    const bystander = caller.wait(1);
    await pass(own, 50);
    const before = Array.from({ length: others }, (_each, index) => caller.add(index, 1));
    const poison = caller.lookup(large).catch((error: Error) => error);
    const after = Array.from({ length: others }, (_each, index) => caller.add(index, 2));
    await pass(own, 6000);
    expect(await poison).toMatchObject({
      code: "Indeterminate",
      message: expect.stringMatching(
        /right after this call of 100\d\d\d bytes was sent; it is not sent again/,
      ),
    });
    expect(own.networks.length).toBeLessThan(12);
    expect(own.client.state.kind).toBe("open");
    gate.open(7);
    expect(await bystander).toBe(7);
    expect(gate.runs).toBe(1);
    expect(await Promise.all([...before, ...after])).toEqual([
      ...before.map((_each, index) => index + 1),
      ...after.map((_each, index) => index + 2),
    ]);
    expect(await caller.add(2, 3)).toBe(5);
    await own.close();
  });
});

describe("a wire that dies whatever is sent", () => {
  it("sees the call again at once on the second new link, as a client of 0.8.2 does", async () => {
    const { gate, dispatcher } = service();
    // The links die right after they have taken the call.
    const own = await resumable(dispatcher, { reconnect: { minDelayMs: 10, maxDelayMs: 20 } });
    const call = own.client.client(Golden).wait(1);
    for (let cuts = 0; cuts < 2; cuts++) {
      await settle();
      await own.cut();
      await own.recover(10);
    }
    gate.open(7);
    await settle();
    // No time has passed on the last link.
    expect(await call).toBe(7);
    expect(own.networks.length).toBe(3);
    await own.close();
  });

  it("is not blamed on the call that waits", async () => {
    const { gate, dispatcher } = service();
    const own = await resumable(dispatcher, { reconnect: { minDelayMs: 10, maxDelayMs: 20 } });
    const call = own.client.client(Golden).wait(1);
    for (let cuts = 0; cuts < 20; cuts++) {
      await pass(own, 100);
      await own.cut();
    }
    await pass(own, 3000);
    gate.open(7);
    expect(await call).toBe(7);
    expect(gate.runs).toBe(1);
    await own.close();
    expect(own.clock.armed).toBe(0);
  });

  it("is not blamed on a call that waited long for its answer", async () => {
    const { gate, dispatcher } = service();
    const own = await resumable(dispatcher, { reconnect: { minDelayMs: 10, maxDelayMs: 20 } });
    const call = own.client.client(Golden).wait(1);
    for (let cuts = 0; cuts < 5; cuts++) {
      await pass(own, 10_000);
      await own.cut();
    }
    await pass(own, 100);
    gate.open(7);
    await settle();
    expect(await call).toBe(7);
    await own.close();
  });
});

describe("a server that takes links and drops them", () => {
  it("gets fewer and fewer attempts, until a link has lived", async () => {
    const { dispatcher } = service();
    const own = await resumable(dispatcher, {
      reconnect: { minDelayMs: 100, maxDelayMs: 1600, maxElapsedMs: 60_000 },
    });
    const counts: number[] = [];
    for (let second = 0; second < 8; second++) {
      const before = own.networks.length;
      for (let step = 0; step < 20; step++) {
        if (own.client.state.kind === "open") await own.cut();
        await pass(own, 50);
      }
      counts.push(own.networks.length - before);
    }
    // Pauses of 100, 200, 400, 800, then 1600 ms.
    expect(counts[0]).toBeLessThanOrEqual(4);
    expect(counts.slice(3).reduce((sum, count) => sum + count)).toBeLessThanOrEqual(4);
    await own.recover();
    await pass(own, 1700);
    const before = own.networks.length;
    await own.cut();
    await pass(own, 200);
    expect(own.networks.length).toBe(before + 1);
    await own.close();
  });
});
