/** Channels over two connected sessions. */
import { ChannelError, channel, withMiddleware } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import type { Session } from "@voxrpc/runtime/link";
import { connectPair, FakeClock, type PairOptions, type SessionPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it, vi } from "vitest";
import { Driver } from "../../packages/runtime/src/driver/driver.js";
import { Golden, type GoldenClient } from "../support/gen/session.vox.js";
import { add, count, crash, echo, first, sum } from "../support/golden-service.js";
import { expectNothingUnheard } from "../support/unheard.js";

const unheard = expectNothingUnheard();

const counting = count.handled(async ([from, n, out]) => {
  for (let i = 0; i < n; i++) await out.send(from + i);
});

const summing = sum.handled(async ([items]) => {
  let total = 0n;
  for await (const value of items) total += BigInt(value);
  return total;
});

const takingOne = first.handled(async ([items]) => (await items.next()).value);

const echoing = echo.handled(async ([input, output]) => {
  let texts = 0;
  for await (const value of input) {
    await output.send(value.toUpperCase());
    texts += 1;
  }
  return texts;
});

const crashing = crash.handled(async ([out]) => {
  await out.send(1);
  throw new Error("boom");
});

const golden = (...more: $.HandledMethod[]): $.Dispatcher => {
  const replaced = new Set(more.map(({ id }) => id));
  const all = [counting, summing, takingOne, echoing, crashing].filter(({ id }) => !replaced.has(id));
  return $.dispatcher("Golden", [...all, ...more]);
};

const withCredit = (credit: number): PairOptions => ({
  client: { initialChannelCredit: credit },
  server: { initialChannelCredit: credit },
});

const callerOf = (session: Session): GoldenClient => session.client(Golden);

const loadOf = (session: Session) => {
  const { driver } = session;
  if (!(driver instanceof Driver)) throw new Error("no driver");
  return driver.load;
};

/** Nothing is left on either side. */
async function expectIdle(pair: SessionPair): Promise<void> {
  await settle();
  const idle = { outgoing: 0, incoming: 0, timed: 0, channels: 0 };
  expect([loadOf(pair.client), loadOf(pair.server)]).toEqual([idle, idle]);
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe.each([1, 2, 4, 16])("with a window of %i", (credit) => {
  it("channeling_generate_server_to_client: items in order, then the end", async () => {
    await using pair = await connectPair(golden(), withCredit(credit));
    const { tx, rx } = channel<number>();
    const call = callerOf(pair.client).count(0, 100, tx);
    expect(await collect(rx)).toEqual(numbers(100));
    await call;
    await expectIdle(pair);
  });

  it("channeling_sum_client_to_server, rpc_channeling_sum_large", async () => {
    await using pair = await connectPair(golden(), withCredit(credit));
    const { tx, rx } = channel<number>();
    const call = callerOf(pair.client).sum(rx);
    for (const value of numbers(100)) await tx.send(value);
    await tx.close();
    expect(await call).toBe(4950n);
    await expectIdle(pair);
  });

  it("channeling_transform: both directions at once", async () => {
    await using pair = await connectPair(golden(), withCredit(credit));
    const input = channel<string>();
    const output = channel<string>();
    const call = callerOf(pair.client).echo(input.rx, output.tx);
    const texts = collect(output.rx);
    for (const text of ["hello", "world", "test"]) await input.tx.send(text);
    await input.tx.close();
    expect(await call).toBe(3);
    expect(await texts).toEqual(["HELLO", "WORLD", "TEST"]);
    await expectIdle(pair);
  });
});

describe("a stream to the caller", () => {
  it("waits for the reader: no more than the window is under way", async () => {
    let sent = 0;
    const eager = count.handled(async ([from, n, out]) => {
      for (let i = 0; i < n; i++) {
        await out.send(from + i);
        sent += 1;
      }
    });
    await using pair = await connectPair(golden(eager), withCredit(4));
    const { tx, rx } = channel<number>();
    const call = callerOf(pair.client).count(0, 50, tx);
    await settle();
    expect(sent).toBe(4);
    await rx.next();
    await settle();
    expect(sent).toBe(4);
    await rx.next();
    await settle();
    expect(sent).toBe(6);
    expect(await collect(rx)).toEqual(numbers(50).slice(2));
    await call;
  });

  it("dropping_bound_rx_makes_peer_tx_send_fail: ends for the handler when the caller leaves the loop", async () => {
    let error: unknown;
    const endless = count.handled(async ([from, , out]) => {
      try {
        for (let i = from; ; i++) {
          await out.send(i);
          await settle();
        }
      } catch (thrown) {
        error = thrown;
      }
    });
    await using pair = await connectPair(golden(endless));
    const { tx, rx } = channel<number>();
    const call = callerOf(pair.client).count(0, 0, tx);
    for await (const value of rx) if (value === 20) break;
    await call;
    expect(error).toMatchObject({ code: "ChannelReset" });
    await expectIdle(pair);
  });

  it("tells the handler that the caller has left, though nothing is sent", async () => {
    const waiting = count.handled(async ([, , out]) => {
      await out.closed;
    });
    await using pair = await connectPair(golden(waiting));
    const { tx, rx } = channel<number>();
    const call = callerOf(pair.client).count(0, 0, tx);
    rx.cancel();
    await call;
    await expectIdle(pair);
  });

  it("is given up when the handler fails: what has come can be read, then the loop throws", async () => {
    await using pair = await connectPair(golden());
    const { tx, rx } = channel<number>();
    const call = callerOf(pair.client).crash(tx);
    await expect(call).rejects.toMatchObject({ code: "Indeterminate" });
    expect(await rx.next()).toEqual({ done: false, value: 1 });
    await expect(collect(rx)).rejects.toMatchObject({ code: "ChannelReset" });
    await expectIdle(pair);
  });

  it("channeling_post_reply_generate_server_to_client: goes on after the answer when it is kept open", async () => {
    const later = count.handled(([from, n, out]) => {
      out.keepOpen();
      void (async () => {
        await settle();
        for (let i = 0; i < n; i++) await out.send(from + i);
        await out.close();
      })();
    });
    await using pair = await connectPair(golden(later));
    const { tx, rx } = channel<number>();
    await callerOf(pair.client).count(0, 5, tx);
    expect(await collect(rx)).toEqual(numbers(5));
    await expectIdle(pair);
  });

  it("is cancelled with its call", async () => {
    let handlerError: unknown;
    const endless = count.handled(async ([from, , out]) => {
      try {
        for (let i = from; ; i++) await out.send(i);
      } catch (thrown) {
        handlerError = thrown;
      }
    });
    await using pair = await connectPair(golden(endless));
    const { tx, rx } = channel<number>();
    const controller = new AbortController();
    const call = callerOf(pair.client).count(0, 0, tx, { signal: controller.signal });
    await rx.next();
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "Cancelled" });
    await expect(rx.next()).rejects.toMatchObject({ code: "ChannelClosed" });
    await settle();
    expect(handlerError).toBeInstanceOf(ChannelError);
    await expectIdle(pair);
  });
});

describe("a stream to the handler", () => {
  it("items that arrive before the handler starts are kept, and not lost behind a Close", async () => {
    let release: () => void = () => {};
    const blocking = add.handled(() => new Promise<number>((resolve) => (release = () => resolve(0))));
    await using pair = await connectPair(golden(blocking), { server: { maxConcurrentRequests: 1 } });
    const caller = callerOf(pair.client);
    // The peer's limit is 1 for us as well: a caller that does not keep to it is played by a raised limit.
    const blocker = caller.add(1, 2);
    await settle();
    const { tx, rx } = channel<number>();
    const call = caller.sum(rx);
    const sends = Promise.all([tx.send(40), tx.send(2), tx.close()]);
    release();
    await blocker;
    await sends;
    expect(await call).toBe(42n);
    await expectIdle(pair);
  });

  it("ends for the caller when the handler has had enough", async () => {
    await using pair = await connectPair(golden(), withCredit(2));
    const { tx, rx } = channel<number>();
    const call = callerOf(pair.client).first(rx);
    await tx.send(7);
    expect(await call).toBe(7);
    await settle();
    await expect(tx.send(8)).rejects.toMatchObject({ code: "ChannelReset" });
    expect(tx.isOpen).toBe(false);
    await expectIdle(pair);
  });

  it("an item that does not fit is refused alone", async () => {
    await using pair = await connectPair(golden());
    const { tx, rx } = channel<number>();
    const call = callerOf(pair.client).sum(rx);
    await tx.send(1);
    await expect(tx.send(-1)).rejects.toMatchObject({ code: "EncodeFailed" });
    expect(() => tx.trySend(1.5)).toThrow(/expected an integer/);
    await tx.send(2);
    await tx.close();
    expect(await call).toBe(3n);
  });

  it("trySend says when the window is full", async () => {
    await using pair = await connectPair(golden(), withCredit(2));
    const { tx, rx } = channel<number>();
    expect(tx.trySend(1)).toBe("full");
    const never = first.method;
    const hold = new AbortController();
    const call = callerOf(pair.client).$caller.call(never, [rx], { signal: hold.signal });
    expect([tx.trySend(1), tx.trySend(2), tx.trySend(3)]).toEqual(["sent", "sent", "full"]);
    expect(await call).toBe(1);
  });

  it("is piped from a `ReadableStream` and into a `WritableStream`", async () => {
    await using pair = await connectPair(golden());
    const input = channel<string>();
    const output = channel<string>();
    const call = callerOf(pair.client).echo(input.rx, output.tx);
    const source = new ReadableStream<string>({
      start(controller) {
        for (const text of ["a", "b", "c"]) controller.enqueue(text);
        controller.close();
      },
    });
    const piped = source.pipeTo(input.tx.toWritableStream());
    const seen: string[] = [];
    await output.rx.toReadableStream().pipeTo(
      new WritableStream<string>({
        write(text) {
          seen.push(text);
        },
      }),
    );
    await piped;
    expect([await call, seen]).toEqual([3, ["A", "B", "C"]]);
  });
});

describe("the end of the connection", () => {
  it("fails senders, and receivers behind what is buffered", async () => {
    const pair = await connectPair(
      golden(
        count.handled(async ([, , out]) => {
          await out.send(1);
          await new Promise(() => {});
        }),
      ),
    );
    const down = channel<number>();
    const up = channel<number>();
    const calls = [callerOf(pair.client).count(0, 0, down.tx), callerOf(pair.client).sum(up.rx)].map((call) =>
      call.catch((error: unknown) => error),
    );
    await up.tx.send(1);
    await settle();
    pair.server.abort();
    await Promise.all(calls);
    expect(await down.rx.next()).toEqual({ done: false, value: 1 });
    await expect(down.rx.next()).rejects.toMatchObject({ code: "ConnectionClosed", retryable: true });
    await expect(up.tx.send(2)).rejects.toMatchObject({ code: "ConnectionClosed" });
    await up.tx.close();
    await pair.client.close();
    await pair.server.close();
    await expectIdle(pair);
  });
});

describe("a channel that belongs to no call", () => {
  it("ends when its call is never made", async () => {
    await using pair = await connectPair(golden());
    const made = channel<number>();
    const call = callerOf(pair.client).count(0, -1, made.tx);
    const next = made.rx.next();
    await expect(call).rejects.toMatchObject({ code: "EncodeFailed" });
    await expect(next).rejects.toMatchObject({ code: "ChannelUnbound" });
    const aborted = channel<number>();
    const gone = callerOf(pair.client).sum(aborted.rx, { signal: AbortSignal.abort() });
    await expect(gone).rejects.toMatchObject({ code: "Cancelled" });
    await expect(aborted.tx.send(1)).rejects.toMatchObject({ code: "ChannelUnbound" });
    await expectIdle(pair);
  });

  it("is refused a second time, and in place of something else", async () => {
    await using pair = await connectPair(golden());
    const { tx, rx } = channel<number>();
    await Promise.all([callerOf(pair.client).count(0, 1, tx), collect(rx)]);
    await expect(callerOf(pair.client).count(0, 1, tx)).rejects.toThrow(/used already/);
    const wrong = callerOf(pair.client).count(0, 1, 5 as never);
    await expect(wrong).rejects.toThrow(/expected the tx of a channel\(\), got/);
    await expect(tx.send(1)).rejects.toMatchObject({ code: "ChannelUnbound" });
    await expectIdle(pair);
  });
});

describe("closing", () => {
  it("does not wait for ever when the reader does not read", async () => {
    const clock = new FakeClock();
    let closed = false;
    const hoarding = sum.handled(async () => new Promise<bigint>(() => {}));
    const pair = await connectPair(golden(hoarding), { ...withCredit(1), clock });
    const { tx, rx } = channel<number>();
    const call = callerOf(pair.client)
      .sum(rx)
      .catch(() => "ended");
    await tx.send(1);
    void tx.close().then(() => (closed = true));
    await settle();
    expect(closed).toBe(false);
    clock.advance(5000);
    await settle();
    expect(closed).toBe(true);
    pair.client.abort();
    pair.server.abort();
    expect(await call).toBe("ended");
    expect(clock.armed).toBe(0);
  });
});

describe("sendAll", () => {
  async function* numbers(seen: { ended: boolean }): AsyncGenerator<number> {
    try {
      for (let i = 1; ; i++) {
        yield i;
        await settle();
      }
    } finally {
      seen.ended = true;
    }
  }

  it("sends every item and closes", async () => {
    const pair = await connectPair(golden(), withCredit(2));
    const { tx, rx } = channel<number>();
    const call = callerOf(pair.client).sum(rx);
    expect(await Promise.all([call, tx.sendAll([1, 2, 3, 4, 5])])).toEqual([15n, 5]);
    expect(tx.isOpen).toBe(false);
    await expectIdle(pair);
  });

  it("stops when the receiver has enough, and ends the iteration", async () => {
    const pair = await connectPair(golden(), withCredit(2));
    const { tx, rx } = channel<number>();
    const seen = { ended: false };
    const call = callerOf(pair.client).first(rx);
    const [value, sent] = await Promise.all([call, tx.sendAll(numbers(seen))]);
    expect(value).toBe(1);
    expect(sent).toBeGreaterThanOrEqual(1);
    expect(seen.ended).toBe(true);
    await expectIdle(pair);
  });

  it("gives on what the iteration throws, also an error of another channel, and gives the stream up", async () => {
    const pair = await connectPair(golden(), withCredit(2));
    const { tx, rx } = channel<number>();
    const call = callerOf(pair.client).sum(rx);
    const reset = new ChannelError("ChannelReset", "channel reset by peer");
    const failing = (function* (): Generator<number> {
      yield 1;
      throw reset;
    })();
    const failed = expect(call).rejects.toMatchObject({ code: "Indeterminate" });
    await expect(tx.sendAll(failing)).rejects.toBe(reset);
    await failed;
    await expectIdle(pair);
  });

  it("rejects when the connection ends", async () => {
    const pair = await connectPair(golden(), withCredit(2));
    const { tx, rx } = channel<number>();
    const call = callerOf(pair.client).sum(rx);
    const sending = tx.sendAll(numbers({ ended: false }));
    await settle();
    pair.serverLink.abort();
    await expect(sending).rejects.toMatchObject({ code: "ConnectionClosed" });
    await expect(call).rejects.toMatchObject({ code: "ConnectionClosed" });
  });
});

describe("a call with channels that is not awaited", () => {
  const forever = count.handled(async ([from, , out]) => {
    for (let i = from; ; i++) await out.send(i);
  });

  it("ends quietly with its connection: the channel says so", async () => {
    const pair = await connectPair(golden(forever), withCredit(2));
    for (const caller of [
      callerOf(pair.client),
      Golden.create(withMiddleware(pair.client.holdCaller(), [(_call, next) => next()])),
    ]) {
      const { tx, rx } = channel<number>();
      void caller.count(0, 0, tx);
      expect((await rx.next()).value).toBe(0);
      void (async () => {
        for await (const item of rx) expect(item).toBeGreaterThan(0);
      })().catch((error: unknown) => expect(error).toMatchObject({ code: "ConnectionClosed" }));
    }
    pair.serverLink.abort();
    await pair.client.closed;
  });

  it("is an unhandled rejection when it fails otherwise: nothing else says so", async () => {
    const pair = await connectPair(golden());
    const { tx } = channel<number>();
    void callerOf(pair.client).crash(tx);
    await vi.waitFor(() => expect(unheard.errors).toMatchObject([{ code: "Indeterminate" }]));
    unheard.errors.length = 0;
    await pair.client.close();
  });
});
