/**
 * Every way in which a stream can end, for both who may send on it and both ends of it: the table of `docs/streams.md`.
 * A stream that was given up never looks finished, and leaving is heard at once.
 */
import { Readable } from "node:stream";
import { channel, fail, type Rx, type Tx } from "@voxrpc/runtime";
import { connectPair, FakeClock, type SessionPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import {
  type StreamError,
  Streams,
  type StreamsClient,
  type StreamsHandler,
  streamsDispatcher,
} from "../interop/gen/streams.vox.js";
import { streamsHandler } from "../support/stream-handlers.js";
import { expectNothingUnheard } from "../support/unheard.js";

expectNothingUnheard();

/** The sending side. */
type Sender = "caller" | "handler";

/** A source of 1 and 2 that has nothing more to give, like one that waits for events. */
class IdleSource implements AsyncIterableIterator<number> {
  isLetGo = false;
  private given = 0;
  private wake: ((step: IteratorResult<number>) => void) | undefined = undefined;

  next(): Promise<IteratorResult<number>> {
    this.given += 1;
    if (this.given <= 2) return Promise.resolve({ done: false, value: this.given });
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  return(): Promise<IteratorResult<number>> {
    this.isLetGo = true;
    this.wake?.({ done: true, value: undefined });
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** One stream that has carried two items, with everything that may end it. */
class Stage {
  readonly clock = new FakeClock();
  readonly abort = new AbortController();
  readonly failures: unknown[] = [];
  tx!: Tx<number>;
  rx!: Rx<number>;
  /** What became of the call: `Ok`, or a code. */
  call!: Promise<string>;
  answer!: (value?: bigint) => void;
  answerError!: (error: StreamError) => void;
  crash!: (error: unknown) => void;
  pair!: SessionPair;
  /** Ends the connection of the call, and no other. */
  closeConnection!: () => void;

  /** @param serve what the handler does with its end; until the test answers for it when absent */
  async start(sender: Sender, serve?: (stage: Stage, signal: AbortSignal) => Promise<bigint>): Promise<this> {
    const answered = new Promise<bigint | ReturnType<typeof fail<StreamError>>>((resolve, reject) => {
      this.answer = (value = 0n) => resolve(value);
      this.answerError = (error) => resolve(fail(error));
      this.crash = reject;
    });
    answered.catch(() => {});
    const { handler } = streamsHandler();
    const handled: Partial<StreamsHandler> = {
      sum: async (items, { signal }) => {
        this.rx = items;
        return (await (serve?.(this, signal) ?? answered)) as bigint;
      },
      failAfter: async (_n, out, { signal }) => {
        this.tx = out;
        const value = await (serve?.(this, signal) ?? answered);
        return typeof value === "bigint" ? undefined : (value as never);
      },
    };
    this.pair = await connectPair(streamsDispatcher({ ...handler, ...handled }), {
      clock: this.clock,
      server: { observer: { onHandlerError: ({ error }) => this.failures.push(error) } },
    });
    const client = await this.pair.client.open(Streams);
    this.closeConnection = () => this.pair.client.closeConnection(client.$caller.connection.id);
    const { tx, rx } = channel<number>();
    this.call = this.make(client, sender, tx, rx).then(
      () => "Ok",
      (error: { readonly code?: string }) => error.code ?? String(error),
    );
    if (sender === "caller") this.tx = tx;
    else this.rx = rx;
    await settle();
    return this;
  }

  private make(client: StreamsClient, sender: Sender, tx: Tx<number>, rx: Rx<number>): Promise<unknown> {
    const options = { signal: this.abort.signal, timeoutMs: 1000 };
    return sender === "caller" ? client.sum(rx, options) : client.failAfter(0, tx, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.pair.client.abort();
    this.pair.server.abort();
    await settle();
  }
}

/** Reads until the end: `end`, or the code of what the loop throws. */
async function readAll(rx: Rx<number>, items: number[]): Promise<string> {
  try {
    for await (const item of rx) items.push(item);
    return "end";
  } catch (error) {
    return codeOf(error);
  }
}

const codeOf = (error: unknown): string => (error as { readonly code?: string }).code ?? String(error);

interface Ending {
  readonly how: string;
  readonly act: (stage: Stage) => unknown;
  /** By who sends: how the reader's loop ends, and what a send rejects with. */
  readonly caller?: Ends;
  readonly handler?: Ends;
}

interface Ends {
  readonly reader: string;
  readonly sender: string;
  /** How many items `sendAll` says have left, or the code of what it rejects with; as `sender` when absent. */
  readonly sendAll?: number;
  readonly call: string;
}

const reason = new Error("of no use any more");
const cut: Ends = { reader: "ConnectionClosed", sender: "ConnectionClosed", call: "ConnectionClosed" };
const shut: Ends = { ...cut, call: "SessionShutdown" };
const givenUpByCaller = {
  caller: { reader: "ChannelReset", sender: "ChannelClosed", call: "Cancelled" },
  handler: { reader: "ChannelClosed", sender: "ChannelReset", sendAll: 2, call: "Cancelled" },
};

const endings: readonly Ending[] = [
  {
    how: "the sender closes",
    act: ({ tx, answer }) => tx.close().then(() => answer()),
    caller: { reader: "end", sender: "ChannelClosed", call: "Ok" },
    handler: { reader: "end", sender: "ChannelClosed", call: "Ok" },
  },
  {
    how: "the sender aborts",
    act: ({ tx, answer }) => tx.abort(reason).then(() => answer()),
    caller: { reader: "ChannelReset", sender: "ChannelClosed", call: "Ok" },
    handler: { reader: "ChannelReset", sender: "ChannelClosed", call: "Ok" },
  },
  {
    how: "the sender aborts its stream",
    act: async ({ tx, answer }) => {
      await tx.toWritableStream().abort(reason);
      answer();
    },
    caller: { reader: "ChannelReset", sender: "ChannelClosed", call: "Ok" },
    handler: { reader: "ChannelReset", sender: "ChannelClosed", call: "Ok" },
  },
  {
    how: "a pipe into the sender fails",
    act: async ({ tx, answer }) => {
      const failing = new ReadableStream<number>({ pull: (controller) => controller.error(reason) });
      await expect(failing.pipeTo(tx.toWritableStream())).rejects.toBe(reason);
      answer();
    },
    caller: { reader: "ChannelReset", sender: "ChannelClosed", call: "Ok" },
    handler: { reader: "ChannelReset", sender: "ChannelClosed", call: "Ok" },
  },
  {
    how: "another sendAll has a source that throws",
    act: async ({ tx, answer }) => {
      const failing = (function* (): Generator<number> {
        yield 3;
        throw reason;
      })();
      await expect(tx.sendAll(failing)).rejects.toBe(reason);
      answer();
    },
    caller: { reader: "ChannelReset", sender: "ChannelClosed", call: "Ok" },
    handler: { reader: "ChannelReset", sender: "ChannelClosed", call: "Ok" },
  },
  {
    how: "another sendAll has an item that does not fit",
    act: async ({ tx, answer }) => {
      await expect(tx.sendAll([3, -1])).rejects.toMatchObject({ code: "EncodeFailed" });
      answer();
    },
    caller: { reader: "ChannelReset", sender: "ChannelClosed", call: "Ok" },
    handler: { reader: "ChannelReset", sender: "ChannelClosed", call: "Ok" },
  },
  {
    how: "the receiver leaves",
    act: async ({ rx, answer }) => {
      rx.cancel();
      await settle();
      answer();
    },
    caller: { reader: "end", sender: "ChannelReset", sendAll: 2, call: "Ok" },
    handler: { reader: "end", sender: "ChannelReset", sendAll: 2, call: "Ok" },
  },
  {
    how: "the handler returns",
    act: ({ answer }) => answer(),
    caller: { reader: "ChannelClosed", sender: "ChannelReset", sendAll: 2, call: "Ok" },
    handler: { reader: "end", sender: "ChannelClosed", call: "Ok" },
  },
  {
    how: "the handler throws",
    act: ({ crash }) => crash(new Error("boom")),
    caller: { reader: "ChannelReset", sender: "ChannelClosed", sendAll: 2, call: "Indeterminate" },
    handler: { reader: "ChannelReset", sender: "ChannelClosed", call: "Indeterminate" },
  },
  {
    how: "the handler answers with its declared error",
    act: ({ answerError }) => answerError({ kind: "Refused" }),
    handler: { reader: "ChannelReset", sender: "ChannelClosed", call: "User" },
  },
  {
    how: "the handler closes and answers with its declared error",
    act: ({ tx, answerError }) => tx.close().then(() => answerError({ kind: "Refused" })),
    handler: { reader: "end", sender: "ChannelClosed", call: "User" },
  },
  { how: "the caller aborts its signal", act: ({ abort }) => abort.abort(reason), ...givenUpByCaller },
  { how: "the caller's time is over", act: ({ clock }) => clock.advance(1000), ...givenUpByCaller },
  {
    how: "the connection is closed by the caller",
    act: ({ closeConnection }) => closeConnection(),
    caller: { ...shut, call: "ConnectionClosed" },
    handler: { ...shut, call: "ConnectionClosed" },
  },
  { how: "the caller's session ends", act: ({ pair }) => pair.client.abort(), caller: shut, handler: shut },
  { how: "the handler's session ends", act: ({ pair }) => pair.server.abort(), caller: cut, handler: cut },
  { how: "the link is lost", act: ({ pair }) => pair.serverLink.abort(), caller: cut, handler: cut },
];

const rows = endings.flatMap((ending) =>
  (["caller", "handler"] as const).flatMap((sender) => {
    const ends = ending[sender];
    return ends === undefined ? [] : [{ ...ending, sender, ends }];
  }),
);

describe("a stream ends", () => {
  it.each(rows)("when $how and the $sender sends", async ({ act, sender, ends }) => {
    await using stage = await new Stage().start(sender);
    const items: number[] = [];
    const reading = readAll(stage.rx, items);
    await Promise.all([stage.tx.send(1), stage.tx.send(2)]);
    await settle();
    const { closed, signal } = stage.tx;
    await act(stage);
    await closed;
    expect(await stage.tx.send(9).catch(codeOf)).toBe(ends.sender);
    expect(stage.tx.trySend(9)).toBe("closed");
    expect(await reading).toBe(ends.reader);
    expect(items.slice(0, 2)).toEqual([1, 2]);
    expect(await stage.call).toBe(ends.call);
    expect([signal.aborted, stage.tx.signal]).toEqual([true, signal]);
  });

  it.each(rows)("for an idle source when $how and the $sender sends", async ({ act, sender, ends }) => {
    await using stage = await new Stage().start(sender);
    const source = new IdleSource();
    const reading = readAll(stage.rx, []);
    const sending = stage.tx.sendAll(source).catch(codeOf);
    await settle();
    await act(stage);
    expect(await sending).toBe(ends.sendAll ?? ends.sender);
    expect(source.isLetGo).toBe(true);
    await reading;
    await stage.call;
  });

  it.each(rows.filter(({ ends }) => ends.reader !== "end"))(
    "and never looks finished to who reads late, when $how and the $sender sends",
    async ({ act, sender, ends }) => {
      await using stage = await new Stage().start(sender);
      await Promise.all([stage.tx.send(1), stage.tx.send(2)]);
      await settle();
      await act(stage);
      await stage.call;
      await settle();
      const items: number[] = [];
      // A handler that has returned reads no more, whatever its caller has done.
      const hasReturned = sender === "caller" && ends.call === "Ok";
      expect(await readAll(stage.rx, items)).toBe(hasReturned ? "ChannelClosed" : ends.reader);
      expect([1, 2, 3].slice(0, items.length)).toEqual(items);
    },
  );
});

/** Never settles. */
const never = new Promise<never>(() => {});
const cleanupFault = new Error("a bug in the clean-up");

/** An iteration without an end, whose `return` is what a test says. */
const endless = (leave: () => unknown): AsyncIterable<number> => ({
  [Symbol.asyncIterator]: () => ({
    next: () => Promise.resolve({ done: false, value: 1 }),
    return: leave as () => Promise<IteratorResult<number>>,
  }),
});
const endlessStream = (cancel: () => Promise<void>): ReadableStream<number> =>
  new ReadableStream({ pull: (controller) => controller.enqueue(1), cancel });

/** Sources that are hard to leave, and what the sender gets when its receiver leaves. */
const awkward: readonly (readonly [
  what: string,
  source: () => Iterable<number | Promise<number>> | AsyncIterable<number>,
  outcome?: unknown,
])[] = [
  ["a list with a promise that never settles", () => [1, 2, never]],
  ["a list of promises that never settle", () => [never, never]],
  [
    "a generator of promises that never settle",
    function* () {
      for (;;) yield never;
    },
  ],
  ["an iteration whose return never settles", () => endless(() => never)],
  [
    "a generator that never ends its clean-up",
    async function* () {
      try {
        for (;;) yield 1;
      } finally {
        await never;
      }
    },
  ],
  ["an iteration without return", () => endless(undefined as never)],
  ["an iteration whose return gives nothing", () => endless(() => undefined)],
  ["a ReadableStream whose cancel never settles", () => endlessStream(() => never)],
  ["an idle ReadableStream whose cancel never settles", () => new ReadableStream({ cancel: () => never })],
  [
    "a Node stream that never closes",
    () => new Readable({ objectMode: true, read: () => {}, destroy: () => {} }),
  ],
  [
    "an iteration whose return throws",
    () =>
      endless(() => {
        throw cleanupFault;
      }),
    cleanupFault,
  ],
  ["an iteration whose return rejects", () => endless(() => Promise.reject(cleanupFault)), cleanupFault],
  [
    "a ReadableStream whose cancel rejects",
    () => endlessStream(() => Promise.reject(cleanupFault)),
    cleanupFault,
  ],
];

describe.each(["caller", "handler"] as const)(
  "when its receiver leaves, a sendAll of the %s lets go of",
  (sender) => {
    it.each(awkward.map(([what, ...rest]) => ({ what, rest })))(
      "$what",
      async ({ rest: [source, outcome] }) => {
        await using stage = await new Stage().start(sender);
        const sending = stage.tx.sendAll(source() as AsyncIterable<number>).catch((error: unknown) => error);
        await settle();
        if (sender === "handler") stage.rx.cancel();
        else stage.answer();
        const got = await sending;
        if (outcome === undefined) expect(got).toEqual(expect.any(Number));
        else expect(got).toBe(outcome);
        if (sender === "handler") stage.answer();
        expect(await stage.call).toBe("Ok");
      },
    );
  },
);

it.each([undefined, null, 5])(
  "a sendAll of an iteration whose next gives %s resets the stream",
  async (step) => {
    await using stage = await new Stage().start("handler");
    const reading = readAll(stage.rx, []);
    const source = { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(step) }) };
    await expect(stage.tx.sendAll(source as never)).rejects.toBeInstanceOf(TypeError);
    expect(await reading).toBe("ChannelReset");
    stage.answer();
  },
);

describe("a sendAll that is over", () => {
  it("has closed, and a pipe whose source is idle fails when the receiver leaves", async () => {
    await using stage = await new Stage().start("handler");
    let isCancelled = false;
    const idle = new ReadableStream<number>({
      cancel: () => {
        isCancelled = true;
      },
    });
    const piping = idle.pipeTo(stage.tx.toWritableStream()).catch(codeOf);
    await settle();
    stage.rx.cancel();
    expect(await piping).toBe("ChannelReset");
    expect(isCancelled).toBe(true);
    stage.answer();
    expect(await stage.call).toBe("Ok");
  });

  it("cancels a ReadableStream that has nothing to give", async () => {
    await using stage = await new Stage().start("handler");
    let isCancelled = false;
    const idle = new ReadableStream<number>({
      cancel: () => {
        isCancelled = true;
      },
    });
    const sending = stage.tx.sendAll(idle);
    await settle();
    stage.rx.cancel();
    expect(await sending).toBe(0);
    expect(isCancelled).toBe(true);
    stage.answer();
  });

  it("does not wait for a generator that waits for something else, which ends with its next item", async () => {
    await using stage = await new Stage().start("handler");
    let isOver = false;
    let wake: () => void = () => {};
    async function* waiting(): AsyncGenerator<number> {
      try {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        yield 1;
      } finally {
        isOver = true;
      }
    }
    const sending = stage.tx.sendAll(waiting());
    await settle();
    stage.rx.cancel();
    expect([await sending, isOver]).toEqual([0, false]);
    wake();
    await settle();
    expect(isOver).toBe(true);
    stage.answer();
  });
});

/** How a handler may sit when its caller leaves. */
const styles: Readonly<Record<string, (stage: Stage, signal: AbortSignal) => Promise<bigint>>> = {
  async send({ tx }) {
    for (let item = 0; ; item++) {
      await tx.send(item);
      await settle();
    }
  },
  sendAll: async ({ tx }) => BigInt(await tx.sendAll(new IdleSource())),
  async ended({ tx }) {
    await tx.closed;
    return 0n;
  },
  signal: ({ tx }, signal) =>
    new Promise((_, reject) => {
      for (const heard of [signal, tx.signal]) heard.addEventListener("abort", () => reject(heard.reason));
    }),
};

const leavings: readonly Pick<Ending, "how" | "act">[] = [
  {
    how: "leaves its loop",
    act: async ({ rx }) => {
      for await (const _ of rx) break;
    },
  },
  { how: "cancels", act: ({ rx }) => rx.cancel() },
  ...endings.filter(({ how }) => /signal|time is over|caller's session|link|closed by/.test(how)),
];

describe("a caller that leaves is an ordinary end for its handler", () => {
  const cases = Object.entries(styles).flatMap(([style, serve]) =>
    leavings
      .filter(({ how }) => how !== "leaves its loop" || /send/.test(style))
      .map((leaving) => ({ ...leaving, style, serve })),
  );

  it.each(cases)("that sits in $style, when: $how", async ({ act, serve }) => {
    let isThrough = false;
    await using stage = await new Stage().start("handler", async (own, signal) => {
      try {
        return await serve(own, signal);
      } finally {
        isThrough = true;
      }
    });
    await settle();
    await act(stage);
    await stage.call;
    await settle();
    await settle();
    expect(isThrough).toBe(true);
    expect(stage.failures).toEqual([]);
  });

  it("and a handler that reads hears of it, too", async () => {
    await using stage = await new Stage().start("caller", async ({ rx }) => {
      let sum = 0n;
      for await (const item of rx) sum += BigInt(item);
      return sum;
    });
    await stage.tx.send(1);
    await stage.tx.abort();
    expect(await stage.call).toBe("Indeterminate");
    expect(stage.failures).toEqual([]);
  });

  it("but what a handler makes of it is a failure", async () => {
    const own = new Error("half an upload");
    await using stage = await new Stage().start("caller", async ({ rx }) => {
      for await (const _ of rx);
      throw own;
    });
    await stage.tx.close();
    expect(await stage.call).toBe("Indeterminate");
    expect(stage.failures).toEqual([own]);
  });
});
