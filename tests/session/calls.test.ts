/** Calls over two connected sessions, driven with a clock that is wound by hand. */
import {
  CallError,
  DeclaredError,
  type Failure,
  fail,
  Metadata,
  type Observer,
  type ObserverEvents,
} from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { connectPair, FakeClock, type PairOptions, type SessionPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Back, Golden, type GoldenClient, Missing } from "../support/gen/session.vox.js";
import { loadModel, modelOf } from "../support/generated.js";
import {
  divide,
  hello,
  type MathError,
  type Point,
  serveBack,
  serveGolden,
  wait,
} from "../support/golden-service.js";
import { expectNothingUnheard } from "../support/unheard.js";

expectNothingUnheard();

/** A promise that is settled from outside. */
function gate<T>(): { readonly promise: Promise<T>; open(value: T): void; shut(error: unknown): void } {
  let [open, shut]: [(value: T) => void, (error: unknown) => void] = [() => {}, () => {}];
  const promise = new Promise<T>((resolve, reject) => {
    [open, shut] = [resolve, reject];
  });
  return { promise, open: (value) => open(value), shut: (error) => shut(error) };
}

/** A handler of `wait` whose calls are answered by the test, in the order in which it likes. */
class Waiting {
  readonly contexts = new Map<number, $.CallContext>();
  readonly gates = new Map<number, ReturnType<typeof gate<number>>>();
  readonly handled: $.HandledMethod = wait.handled(([id], context) => {
    const own = gate<number>();
    this.contexts.set(id, context);
    this.gates.set(id, own);
    return own.promise;
  });
  answer(id: number): void {
    this.gates.get(id)?.open(id * 10);
  }
}

/** A client of another version of `Golden`. */
interface OtherClient {
  add(a: Point, b: Point): Promise<number>;
  hello(): Promise<number>;
}

const serve = (...methods: $.HandledMethod[]): $.Dispatcher => $.dispatcher("Golden", methods);
const caller = (session: SessionPair["client"]): GoldenClient => session.client(Golden);

async function pairOf(
  dispatcher: $.Dispatcher,
  options: PairOptions = {},
): Promise<SessionPair & { clock: FakeClock }> {
  const clock = new FakeClock();
  const pair = await connectPair(dispatcher, { clock, ...options });
  return { ...pair, [Symbol.asyncDispose]: pair[Symbol.asyncDispose], clock };
}

/** Watches both ends. */
class Watch implements Observer {
  readonly events: string[] = [];
  readonly failures: unknown[] = [];
  readonly finished: ObserverEvents["onRequestFinished"][] = [];
  onRequestFinished(event: ObserverEvents["onRequestFinished"]): void {
    this.finished.push(event);
  }
  onHandlerError({ error }: { readonly error: unknown }): void {
    this.failures.push(error);
  }
  onProtocolError({ origin, text }: { readonly origin: string; readonly text: string }): void {
    this.events.push(`protocol error of ${origin}: ${text}`);
  }
  onConnectionClosed({ reason }: { readonly reason: string }): void {
    this.events.push(`closed ${reason}`);
  }
}

describe("calls", () => {
  it("go both ways on one session", async () => {
    await using pair = await pairOf(
      serveGolden({
        add: (a, b) => a + b,
        bounds: async (points) => {
          const [first] = points;
          return first === undefined ? undefined : { min: first, max: points.at(-1) ?? first };
        },
        translate: (point, by) => ({ x: point.x + by.x, y: point.y + by.y }),
      }),
      { client: { serve: serveBack({ name: (id) => `client-${id}` }) } },
    );
    const client = caller(pair.client);
    const [p, q] = [
      { x: 1, y: -2 },
      { x: -30, y: 4000 },
    ];
    expect(await client.add(3, 5)).toBe(8);
    expect(await client.bounds([])).toBeUndefined();
    expect(await client.bounds([p, q])).toEqual({ min: p, max: q });
    expect(await client.translate(p, q)).toEqual({ x: -29, y: 3998 });
    expect(await pair.server.client(Back).name(7)).toBe("client-7");
  });

  it("share what one client is made of", async () => {
    await using pair = await pairOf(serveGolden({ add: (a, b) => a + b }));
    const [one, other] = [pair.client.client(Golden), pair.client.client(Golden)];
    expect(await Promise.all([one.add(20, 22), other.add(1, 2)])).toEqual([42, 3]);
  });

  it("that are made together leave in one write, and so do their answers", async () => {
    await using pair = await pairOf(serveGolden({ add: (a, b) => a + b }));
    const writes = { client: 0, server: 0 };
    for (const side of ["client", "server"] as const) {
      const link = pair[`${side}Link`];
      const send = link.send.bind(link);
      link.send = (...args) => {
        writes[side] += 1;
        return send(...args);
      };
    }
    const client = caller(pair.client);
    const sums = await Promise.all(Array.from({ length: 50 }, (_, n) => client.add(n, n)));
    expect(sums).toEqual(Array.from({ length: 50 }, (_, n) => 2 * n));
    expect(writes).toEqual({ client: 1, server: 1 });
  });

  it("are answered in the order in which handlers return", async () => {
    const waiting = new Waiting();
    await using pair = await pairOf(serve(waiting.handled));
    const order: number[] = [];
    const calls = [1, 2, 3].map((id) =>
      caller(pair.client)
        .wait(id)
        .then((value) => order.push(value)),
    );
    await settle();
    for (const id of [3, 1, 2]) {
      waiting.answer(id);
      await settle();
    }
    await Promise.all(calls);
    expect(order).toEqual([30, 10, 20]);
  });

  it("reject with the declared error, thrown or returned; or give it as a Result", async () => {
    await using pair = await pairOf(
      serveGolden({
        divide: (a, b): bigint | Failure<MathError> => {
          if (b === 0n) return fail({ kind: "DivideByZero" });
          if (b === 1n) throw fail({ kind: "Overflow", a, b });
          return a / b;
        },
      }),
    );
    const client = caller(pair.client);
    expect(await client.divide(9n, 2n)).toBe(4n);
    const error = await client.divide(9n, 0n).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DeclaredError);
    expect(divide.method.isError(error) && error.value).toEqual({ kind: "DivideByZero" });
    const result = await client.$try.divide(9n, 1n);
    expect(result).toMatchObject({
      ok: false,
      error: { code: "User", value: { kind: "Overflow", a: 9n, b: 1n } },
    });
    expect(await client.$try.divide(8n, 2n)).toEqual({ ok: true, value: 4n });
  });

  it("handler_panic_returns_error_response_instead_of_hanging: Cancelled; only our own observer learns what it was", async () => {
    const watch = new Watch();
    const failure = new Error("secret database password");
    await using pair = await pairOf(
      serveGolden({
        wait: () => {
          throw failure;
        },
        hello: async () => 5 as never,
      }),
      { server: { observer: watch } },
    );
    const client = caller(pair.client);
    const error = await client.wait(1).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "Cancelled",
      detail: "the handler failed or gave up, see the other side's log",
    });
    await expect(client.hello()).rejects.toMatchObject({ code: "Cancelled" });
    expect(watch.failures[0]).toBe(failure);
    expect(watch.failures[1]).toMatchObject({ code: "EncodeFailed" });
  });

  it("unit_handler_is_noop: of unknown methods fail without harm, and so does a peer without handlers", async () => {
    await using pair = await pairOf(serveGolden({ hello: () => "hi" }));
    const client = caller(pair.client);
    await expect(pair.client.client(Missing).nothing(1)).rejects.toMatchObject({
      code: "UnknownMethod",
      message: expect.stringContaining("Missing.nothing: unknown vox method call"),
    });
    expect(await client.hello()).toBe("hi");
    await expect(pair.server.client(Missing).nothing(1)).rejects.toMatchObject({ code: "Cancelled" });
  });

  it("with types that differ from the peer's are refused with a text, both ways", async () => {
    const { Golden } = loadModel(
      modelOf({
        "/golden.vox": `
          package golden.session
          struct Point { x: i32, y: i32 }
          service Golden { add(a: Point, b: Point) -> u32  hello() -> u32 }`,
      }),
    );
    await using pair = await pairOf(serveGolden({ hello: () => "hi", add: (a, b) => a + b }));
    const other = pair.client.client(Golden as $.Service<OtherClient>);
    const here = { x: 1, y: 1 };
    await expect(other.add(here, here)).rejects.toMatchObject({
      code: "InvalidPayload",
      detail: expect.stringMatching(
        /translation plan failed: arguments of Golden\.add: .*remote is .*Point.*local is .*u32/,
      ),
    });
    await expect(other.hello()).rejects.toMatchObject({
      code: "InvalidPayload",
      detail: expect.stringMatching(/result of Golden\.hello/),
    });
    expect(await caller(pair.client).hello()).toBe("hi");
  });

  it("whose arguments do not fit reject before anything is sent", async () => {
    await using pair = await pairOf(serveGolden({ add: (a, b) => a + b }));
    const client = caller(pair.client);
    await expect(client.add(1, -1)).rejects.toMatchObject({
      code: "EncodeFailed",
      message: expect.stringMatching(/^Golden\.add.* -1 /),
    });
    expect(pair.clientLink.bufferedBytes).toBe(0);
    expect(await client.add(1, 1)).toBe(2);
  });

  it("carry metadata beside arguments and answer", async () => {
    let seen: Metadata | undefined;
    await using pair = await pairOf(
      serveGolden({
        hello: (context) => {
          seen = context.metadata;
          context.responseMetadata.set("cost", 12).append("note", "cheap", { sensitive: true });
          return "hi";
        },
      }),
    );
    let answered: Metadata | undefined;
    const metadata = new Metadata({ tenant: "blue", trace: Uint8Array.of(1, 2) }).append("tenant", "green");
    await caller(pair.client).hello({
      metadata,
      onMetadata: (received) => {
        answered = received;
      },
    });
    expect([...(seen ?? [])].slice(0, 3)).toEqual([...metadata]);
    expect(seen?.getU64("vox-operation-id")).toBe(1n);
    expect([...(answered ?? [])].map(({ key, value, flags }) => [key, value, flags])).toEqual([
      ["cost", 12n, 0n],
      ["note", "cheap", 1n],
    ]);
  });
});

describe("giving up", () => {
  it("cancels by signal: the caller at once, the handler through its own signal", async () => {
    const waiting = new Waiting();
    await using pair = await pairOf(
      serve(
        waiting.handled,
        hello.handled(() => "hi"),
      ),
    );
    const controller = new AbortController();
    const call = caller(pair.client).wait(1, { signal: controller.signal });
    await settle();
    const signal = waiting.contexts.get(1)?.signal;
    expect(signal?.aborted).toBe(false);
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(call).rejects.toMatchObject({ code: "Cancelled", cause: reason });
    await settle();
    expect(signal?.aborted).toBe(true);
    // What the handler says after all goes nowhere.
    waiting.answer(1);
    expect(await caller(pair.client).hello()).toBe("hi");
  });

  it("rejects a call whose signal is aborted already", async () => {
    const waiting = new Waiting();
    await using pair = await pairOf(serve(waiting.handled));
    const call = caller(pair.client).wait(1, { signal: AbortSignal.abort("no") });
    await expect(call).rejects.toMatchObject({ code: "Cancelled", cause: "no" });
    await settle();
    expect(waiting.contexts.size).toBe(0);
  });

  it("does not wait past timeoutMs, and leaves no timer behind", async () => {
    const waiting = new Waiting();
    await using pair = await pairOf(serve(waiting.handled));
    const { clock } = pair;
    const slow = caller(pair.client).wait(1, { timeoutMs: 100 });
    const fast = caller(pair.client).wait(2, { timeoutMs: 100 });
    await settle();
    waiting.answer(2);
    expect(await fast).toBe(20);
    clock.advance(99);
    expect(clock.armed).toBe(1);
    clock.advance(1);
    await expect(slow).rejects.toMatchObject({
      code: "Cancelled",
      message:
        "Golden.wait: vox request cancelled: no answer within 100 ms; the handler may have run, in whole or in part",
      cause: { name: "CallTimeoutError", timeoutMs: 100 },
    });
    expect(clock.armed).toBe(0);
    await settle();
    expect(waiting.contexts.get(1)?.signal.aborted).toBe(true);
  });

  it("does not stop a persist method", async () => {
    const done = gate<bigint>();
    let signal: AbortSignal | undefined;
    await using pair = await pairOf(
      serveGolden({
        commit: (_a, context) => {
          signal = context.signal;
          return done.promise;
        },
      }),
    );
    const controller = new AbortController();
    const call = caller(pair.client).commit(1, { signal: controller.signal });
    await settle();
    controller.abort();
    await expect(call).rejects.toBeInstanceOf(CallError);
    await settle();
    expect(signal?.aborted).toBe(false);
    done.open(1n);
  });
});

describe("limits", () => {
  it("holds calls back at the peer's max_concurrent_requests, first come first served", async () => {
    const waiting = new Waiting();
    await using pair = await pairOf(serve(waiting.handled), { server: { maxConcurrentRequests: 2 } });
    const controller = new AbortController();
    const call = (id: number, signal?: AbortSignal): Promise<unknown> =>
      caller(pair.client)
        .wait(id, { signal })
        .catch((error: CallError) => error.code);
    const calls = [call(1), call(2), call(3, controller.signal), call(4)];
    await settle();
    expect([...waiting.contexts.keys()]).toEqual([1, 2]);
    controller.abort();
    waiting.answer(2);
    await settle();
    expect([...waiting.contexts.keys()]).toEqual([1, 2, 4]);
    waiting.answer(1);
    waiting.answer(4);
    expect(await Promise.all(calls)).toEqual([10, 20, "Cancelled", 40]);
  });

  it("counts the time that a call waits for its turn", async () => {
    const waiting = new Waiting();
    await using pair = await pairOf(serve(waiting.handled), { server: { maxConcurrentRequests: 1 } });
    const first = caller(pair.client).wait(1);
    const second = caller(pair.client).wait(2, { timeoutMs: 50 });
    await settle();
    pair.clock.advance(50);
    await expect(second).rejects.toMatchObject({ code: "Cancelled" });
    waiting.answer(1);
    expect(await first).toBe(10);
    expect(waiting.contexts.has(2)).toBe(false);
  });

  it("stops sending to a peer that does not read, and goes on when it does", async () => {
    const text = "x".repeat(10_000);
    await using pair = await pairOf(serveGolden({ lookup: (key) => key }), {
      client: { limits: { maxBufferedBytes: 50_000 } },
    });
    expect(await caller(pair.client).lookup("warm")).toBe("warm");
    pair.serverLink.pause();
    const calls: Promise<string | undefined>[] = [];
    for (let count = 0; count < 40; count++) {
      calls.push(caller(pair.client).lookup(text));
      await settle();
    }
    expect(pair.clientLink.bufferedBytes).toBeGreaterThan(50_000);
    expect(pair.clientLink.bufferedBytes).toBeLessThan(65_000);
    pair.serverLink.resume();
    expect(new Set(await Promise.all(calls))).toEqual(new Set([text]));
    expect(pair.clientLink.bufferedBytes).toBe(0);
  });

  it("stops running calls of a peer that does not read its answers", async () => {
    let runs = 0;
    const text = "y".repeat(10_000);
    await using pair = await pairOf(
      serveGolden({
        hello: () => {
          runs += 1;
          return text;
        },
      }),
      { server: { limits: { maxBufferedBytes: 50_000 } } },
    );
    await caller(pair.client).hello();
    pair.clientLink.pause();
    const calls: Promise<string>[] = [];
    for (let count = 0; count < 40; count++) {
      calls.push(caller(pair.client).hello());
      await settle();
    }
    expect(runs).toBeLessThan(10);
    pair.clientLink.resume();
    expect(await Promise.all(calls)).toHaveLength(40);
    expect(runs).toBe(41);
  });

  it("refuses a message that is larger than a frame may be", async () => {
    await using pair = await pairOf(serveGolden({ lookup: (key) => key }), {
      client: { limits: { maxFrameBytes: 20_000 } },
    });
    const client = caller(pair.client);
    await expect(client.lookup("x".repeat(20_000))).rejects.toMatchObject({
      code: "EncodeFailed",
      message: expect.stringMatching(/limit maxFrameBytes/),
    });
    expect(await client.lookup("small")).toBe("small");
  });
});

describe("the end", () => {
  it("close lets calls and handlers finish, and refuses new ones", async () => {
    const waiting = new Waiting();
    const pair = await pairOf(serve(waiting.handled));
    const call = caller(pair.client).wait(1);
    await settle();
    const closing = pair.client.close();
    expect(pair.client.isOpen).toBe(false);
    await expect(caller(pair.client).wait(2)).rejects.toMatchObject({
      code: "SessionShutdown",
    });
    await settle();
    expect(waiting.contexts.has(2)).toBe(false);
    waiting.answer(1);
    expect(await call).toBe(10);
    await closing;
    await pair.client.close();
    expect(await pair.client.closed).toEqual({ reason: "Local", error: undefined });
    expect(await pair.server.closed).toEqual({ reason: "Remote", error: undefined });
    expect(pair.clock.armed).toBe(0);
  });

  it("close waits for handlers of our own, but not for ever", async () => {
    const waiting = new Waiting();
    const pair = await pairOf(serve(waiting.handled));
    const call = caller(pair.client).wait(1);
    await settle();
    const closing = pair.server.close({ timeoutMs: 1000 });
    await settle();
    pair.clock.advance(999);
    await settle();
    expect(pair.client.isOpen).toBe(true);
    pair.clock.advance(1);
    await closing;
    await expect(call).rejects.toMatchObject({ code: "ConnectionClosed", retryable: true });
    expect(waiting.contexts.get(1)?.signal.aborted).toBe(true);
    expect(pair.clock.armed).toBe(0);
  });

  it("abort fails what is in flight at once", async () => {
    const waiting = new Waiting();
    const pair = await pairOf(serve(waiting.handled));
    const call = caller(pair.client).wait(1);
    await settle();
    pair.client.abort();
    pair.client.abort();
    await expect(call).rejects.toMatchObject({ code: "SessionShutdown" });
    expect((await pair.client.closed).reason).toBe("Local");
    expect((await pair.server.closed).reason).toBe("Transport");
    expect(waiting.contexts.get(1)?.signal.aborted).toBe(true);
    await pair.client.close();
    await expect(caller(pair.client).wait(2)).rejects.toMatchObject({
      code: "SessionShutdown",
    });
    expect(pair.clock.armed).toBe(0);
  });

  it("tells observers what happened to each request", async () => {
    const watch = new Watch();
    const waiting = new Waiting();
    const pair = await pairOf(
      serve(
        waiting.handled,
        hello.handled(() => "hi"),
      ),
      { client: { observer: watch } },
    );
    await caller(pair.client).hello();
    const call = caller(pair.client).wait(1);
    await settle();
    pair.serverLink.abort();
    await expect(call).rejects.toMatchObject({ code: "ConnectionClosed" });
    await pair.client.closed;
    expect(
      watch.finished.map(({ side, requestId, method, outcome }) => [side, requestId, method?.name, outcome]),
    ).toEqual([
      ["client", 1, "hello", "Ok"],
      ["client", 3, "wait", "ConnectionClosed"],
    ]);
    expect(watch.events).toEqual(["closed Transport"]);
  });
});
