/** The events of a link that is full: one for each change, whatever fills the link and however it ends. */
import { channel, type Limits, type Observer } from "@voxrpc/runtime";
import type { Session } from "@voxrpc/runtime/link";
import { connectPair, type SessionPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Golden, type GoldenClient } from "../support/gen/session.vox.js";
import { serveGolden } from "../support/golden-service.js";
import { resumable } from "../support/resumable.js";

const large = "x".repeat(80 * 1024);
const golden = serveGolden({
  add: (a, b) => a + b,
  lookup: (key) => (key === "large" ? large : String(key.length)),
  echo: async (items, out) => {
    for await (const item of items) await out.send(item);
    return 0;
  },
});

/** What a session has said about its link, each time with what its snapshot says at that moment. */
class Pressure {
  readonly said: string[] = [];
  session: Session | undefined = undefined;
  readonly observer: Observer = {
    onBackpressure: ({ bufferedBytes }) => this.#note("full", bufferedBytes > 0),
    // A link that has ended may have kept what it held.
    onBackpressureReleased: ({ bufferedBytes }) =>
      this.#note("released", bufferedBytes === 0 || this.session === undefined),
  };

  #note(event: "full" | "released", isPlausible: boolean): void {
    const isFull = this.session?.snapshot().outbound.isFull;
    const contradicts = isFull !== undefined && isFull !== (event === "full");
    this.said.push(isPlausible && !contradicts ? event : `${event} at a wrong moment`);
  }
}

interface Load {
  readonly name: string;
  /** The side whose link is full. */
  readonly at: "client" | "server";
  readonly maxBufferedBytes?: number;
  readonly send: (caller: GoldenClient) => readonly Promise<unknown>[];
}

const loads: readonly Load[] = [
  {
    name: "many small calls",
    at: "client",
    send: (caller) => Array.from({ length: 1000 }, (_, i) => caller.add(i, 1)),
  },
  {
    name: "large arguments",
    at: "client",
    maxBufferedBytes: 200_000,
    send: (caller) => Array.from({ length: 5 }, () => caller.lookup(large)),
  },
  {
    name: "large arguments, all larger than the link may hold",
    at: "client",
    send: (caller) => Array.from({ length: 2 }, () => caller.lookup(large)),
  },
  {
    name: "one call that is larger than the link may hold",
    at: "client",
    send: (caller) => [caller.lookup(large)],
  },
  {
    name: "large answers",
    at: "server",
    maxBufferedBytes: 200_000,
    send: (caller) => Array.from({ length: 5 }, () => caller.lookup("large")),
  },
  {
    name: "large answers, one after the other",
    at: "server",
    maxBufferedBytes: 200_000,
    send: (caller) =>
      Array.from({ length: 5 }, async (_, i) => {
        for (let turn = 0; turn < i; turn++) await settle();
        return caller.lookup("large");
      }),
  },
  {
    name: "one answer that is larger than the link may hold",
    at: "server",
    send: (caller) => [caller.lookup("large")],
  },
  {
    name: "large items of a stream",
    at: "client",
    maxBufferedBytes: 200_000,
    send: (caller) => {
      const [items, out] = [channel<string>(), channel<string>()];
      const sent = async (): Promise<void> => {
        for (let i = 0; i < 5; i++) await items.tx.send(large);
        await items.tx.close();
      };
      const read = async (): Promise<void> => {
        for await (const _ of out.rx);
      };
      return [caller.echo(items.rx, out.tx), sent(), read()];
    },
  },
];

/** Runs a load while the other side does not read. */
async function underLoad({ at, maxBufferedBytes = 8000, send }: Load) {
  const pressure = new Pressure();
  const limits: Partial<Limits> = { maxBufferedBytes };
  const wide = { maxConcurrentRequests: 1024 };
  const watched = { ...wide, limits, observer: pressure.observer };
  const pair: SessionPair = await connectPair(golden, {
    client: at === "client" ? watched : wide,
    server: at === "server" ? watched : wide,
  });
  const caller = pair.client.client(Golden);
  // The schemas go before the load.
  await Promise.all([caller.add(1, 1), caller.lookup("a")]);
  await settle();
  pressure.session = pair[at];
  expect(pressure.said).toEqual([]);
  const reader = at === "client" ? pair.serverLink : pair.clientLink;
  reader.pause();
  const calls = send(caller);
  const ended = Promise.allSettled(calls);
  for (let turn = 0; turn < 8; turn++) await settle();
  expect(pressure.said).toEqual(["full"]);
  expect(pair[at].snapshot().outbound.isFull).toBe(true);
  return { pair, pressure, reader, calls, ended };
}

const alternating = (said: readonly string[]): string[] =>
  said.map((_, i) => (i % 2 === 0 ? "full" : "released"));

describe.each(loads)("a link that is full of $name", (load) => {
  it("says so once, and once that it has drained", async () => {
    const { pair, pressure, reader, calls } = await underLoad(load);
    reader.resume();
    await Promise.all(calls);
    await settle();
    expect(pressure.said.slice(0, 2)).toEqual(["full", "released"]);
    expect(pressure.said).toEqual(alternating(pressure.said));
    expect(pressure.said.at(-1)).toBe("released");
    expect(pair[load.at].snapshot().outbound).toMatchObject({ bufferedBytes: 0, isFull: false });
    await Promise.all([pair.client.close(), pair.server.close()]);
    expect(pressure.said.at(-1)).toBe("released");
  });

  it.each<[string, (pair: SessionPair) => void]>([
    ["the session that is full is cut short", (pair) => pair[load.at].abort()],
    ["the other side is cut short", (pair) => pair[load.at === "client" ? "server" : "client"].abort()],
    ["its link is cut", (pair) => pair[`${load.at}Link`].abort()],
  ])("is released once when %s", async (_name, end) => {
    const { pair, pressure, ended } = await underLoad(load);
    pressure.session = undefined;
    end(pair);
    await Promise.all([pair.client.closed, pair.server.closed, ended]);
    await settle();
    expect(pressure.said).toEqual(["full", "released"]);
  });
});

describe("a session that lives on", () => {
  it("is released by the loss of its link, and can be full again", async () => {
    const pressure = new Pressure();
    const pair = await resumable(golden, {
      client: { limits: { maxBufferedBytes: 8000 }, observer: pressure.observer },
      server: { maxConcurrentRequests: 1024 },
    });
    const caller = pair.client.client(Golden);
    for (let round = 0; round < 3; round++) {
      const before = pressure.said.length;
      pair.networks.at(-1)?.toServer.silence();
      const call = caller.lookup(large).catch(() => {});
      await settle();
      expect(pressure.said.slice(before)).toEqual(["full"]);
      await pair.cut();
      expect(pressure.said.slice(before)).toEqual(["full", "released"]);
      await pair.recover();
      await pair.clock.until(call);
      expect(pressure.said).toEqual(alternating(pressure.said));
    }
    await pair.close();
    expect(pressure.said.at(-1)).toBe("released");
  });
});
