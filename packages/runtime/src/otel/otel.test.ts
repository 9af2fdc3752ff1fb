/** Traces and metrics over a real TCP pair, with the real SDK. */
import { AsyncLocalStorage } from "node:async_hooks";
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from "node:net";
import {
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { channel, fail, Metadata, withMiddleware } from "@voxrpc/runtime";
import { connectSession, type ServeOptions, serve } from "@voxrpc/runtime/node";
import { otel, traceContext } from "@voxrpc/runtime/otel";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Golden, MissingClient } from "../../../../tests/support/gen/session.vox.js";
import { add, count, divide, hello, sum, wait } from "../../../../tests/support/golden-service.js";
import type { HandledMethod } from "../call/dispatcher.js";
import { dispatcher } from "../driver/dispatcher.js";
import { metadataGetter } from "./trace-context.js";

/** What applications get from the SDK for Node. */
class AsyncContexts implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    active: Context,
    run: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#storage.run(active, () => run.call(thisArg as never, ...args));
  }

  bind<T>(_active: Context, target: T): T {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }
}

beforeAll(() => {
  context.setGlobalContextManager(new AsyncContexts());
});
afterAll(() => {
  context.disable();
});

/** Of the test that runs: providers shut theirs down. */
let spanExporter: InMemorySpanExporter;
let metricExporter: InMemoryMetricExporter;
let closers: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  spanExporter = new InMemorySpanExporter();
  metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  closers = [];
});

/** A client and a server that are connected over TCP, both traced and measured. */
async function tracedPair(handled: readonly HandledMethod[], options: ServeOptions = {}) {
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spanExporter)] });
  const reader = new PeriodicExportingMetricReader({
    exporter: metricExporter,
    exportIntervalMillis: 3_600_000,
  });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const telemetry = otel({ tracerProvider, meterProvider });
  const { observer } = telemetry;
  const golden = withMiddleware(dispatcher("Golden", handled), [telemetry.server]);
  const server = await serve("tcp://127.0.0.1:0", golden, { ...options, observer, keepalive: false });
  const session = await connectSession(server.url, { observer, keepalive: false });
  telemetry.track(session);
  telemetry.track(server);
  closers.push(
    () => meterProvider.shutdown(),
    () => tracerProvider.shutdown(),
    () => server.close(),
    () => session.close(),
  );
  const collect = async () => {
    await reader.forceFlush();
    const last = metricExporter.getMetrics().at(-1);
    return new Map(
      last?.scopeMetrics.flatMap(({ metrics }) => metrics.map((metric) => [metric.descriptor.name, metric])),
    );
  };
  const caller = Golden.create(withMiddleware(session.holdCaller(), [telemetry.client]));
  return { caller, session, server, collect, observer, tracer: tracerProvider.getTracer("test") };
}

/** Spans that have ended, once there are as many as there should be. */
async function spansOf(size: number): Promise<Record<"client" | "server", ReadableSpan>[]> {
  await expect.poll(() => spanExporter.getFinishedSpans()).toHaveLength(size);
  const spans = spanExporter.getFinishedSpans();
  const servers = spans.filter(({ kind }) => kind === SpanKind.SERVER);
  return servers.map((server) => {
    const client = spans.find((each) => each.spanContext().spanId === server.parentSpanContext?.spanId);
    if (client === undefined) throw new Error("a server's span without its client's");
    return { client, server };
  });
}

const adding = add.handled(([a, b]) => a + b);

describe("traces", () => {
  it("go through client and server; the handler runs inside the span", async () => {
    let active: string | undefined;
    const greeting = hello.handled(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      active = trace.getActiveSpan()?.spanContext().spanId;
      return "hello";
    });
    const { caller, tracer } = await tracedPair([greeting]);
    const outer = tracer.startSpan("outer");
    const call = context.with(trace.setSpan(context.active(), outer), () => caller.hello());
    expect(await call).toBe("hello");
    const [pair] = await spansOf(2);
    outer.end();
    const common = { "rpc.system": "vox", "rpc.service": "Golden", "rpc.method": "hello" };
    expect(pair?.client).toMatchObject({ name: "Golden/hello", kind: SpanKind.CLIENT, attributes: common });
    expect(pair?.server).toMatchObject({ name: "Golden/hello", kind: SpanKind.SERVER, attributes: common });
    expect(pair?.server.spanContext().traceId).toBe(outer.spanContext().traceId);
    expect(pair?.client.parentSpanContext?.spanId).toBe(outer.spanContext().spanId);
    expect(pair?.server.parentSpanContext).toMatchObject({ isRemote: true });
    expect(active).toBe(pair?.server.spanContext().spanId);
    expect(pair?.client.status.code).toBe(SpanStatusCode.UNSET);
  });

  it("of calls that a handler makes are children of its own", async () => {
    const relaying = wait.handled(async ([n]) => n + (await pair.caller.add(1, 2)));
    const pair = await tracedPair([adding, relaying]);
    expect(await pair.caller.wait(10)).toBe(13);
    const spans = await spansOf(4);
    const outer = spans.find(({ server }) => server.name === "Golden/wait");
    const nested = spans.find(({ server }) => server.name === "Golden/add");
    expect(nested?.client.parentSpanContext?.spanId).toBe(outer?.server.spanContext().spanId);
    expect(new Set(spanExporter.getFinishedSpans().map((each) => each.spanContext().traceId)).size).toBe(1);
  });

  it("end with the call of a stream, at both sides", async () => {
    const counting = count.handled(async ([from, n, out]) => {
      for (let i = 0; i < n; i++) await out.send(from + i);
    });
    const { caller } = await tracedPair([counting]);
    const { tx, rx } = channel<number>();
    const call = caller.count(0, 40, tx);
    for (let i = 0; i < 20; i++) await rx.next();
    expect(spanExporter.getFinishedSpans()).toEqual([]);
    let rest = 0;
    for await (const _ of rx) rest += 1;
    await call;
    expect(rest).toBe(20);
    expect(await spansOf(2)).toHaveLength(1);
  });

  it("tell of errors: declared ones, failed handlers, unknown methods", async () => {
    const dividing = divide.handled(() => fail({ kind: "DivideByZero" }));
    const failing = add.handled(() => Promise.reject(new TypeError("boom")));
    const { caller } = await tracedPair([dividing, failing]);
    await expect(caller.divide(1n, 0n)).rejects.toMatchObject({ code: "User" });
    await expect(caller.add(1, 2)).rejects.toMatchObject({ code: "Cancelled" });
    const [declared, failed] = await spansOf(4);
    expect(declared?.client.attributes["error.type"]).toBe("User");
    expect(declared?.client.status.code).toBe(SpanStatusCode.ERROR);
    expect(declared?.server.attributes["error.type"]).toBe("User");
    expect(declared?.server.status.code).toBe(SpanStatusCode.UNSET);
    expect(failed?.client.attributes["error.type"]).toBe("Cancelled");
    expect(failed?.server.attributes["error.type"]).toBe("TypeError");
    expect(failed?.server.status).toEqual({ code: SpanStatusCode.ERROR, message: "boom" });
    expect(failed?.server.events).toMatchObject([
      { name: "exception", attributes: { "exception.type": "TypeError", "exception.message": "boom" } },
    ]);
    await expect(new MissingClient(caller.$caller).nothing(1)).rejects.toMatchObject({
      code: "UnknownMethod",
    });
    const last = spanExporter.getFinishedSpans().at(-1);
    expect(last).toMatchObject({ name: "Missing/nothing", attributes: { "error.type": "UnknownMethod" } });
  });

  it("end at the server when the caller gives up, whatever its handler does", async () => {
    let started: () => void = () => {};
    const isRunning = new Promise<void>((resolve) => {
      started = resolve;
    });
    const waiting = wait.handled(() => {
      started();
      return new Promise<number>(() => {});
    });
    const { caller } = await tracedPair([waiting]);
    const controller = new AbortController();
    const call = caller.$try.wait(1, { signal: controller.signal });
    await isRunning;
    controller.abort();
    expect(await call).toMatchObject({ ok: false, error: { code: "Cancelled" } });
    const [pair] = await spansOf(2);
    expect(pair?.client.attributes["error.type"]).toBe("Cancelled");
    expect(pair?.server.attributes["error.type"]).toBe("Cancelled");
  });
});

describe("metrics", () => {
  it("count links that took the place of lost ones", async () => {
    const sockets: Socket[] = [];
    const { server, collect, observer } = await tracedPair([adding], { resumable: true });
    const relay = createServer((near) => {
      const far = connectSocket({ ...server.address });
      for (const socket of [near.on("error", () => {}), far.on("error", () => {})]) sockets.push(socket);
      near.pipe(far);
      far.pipe(near);
    });
    await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
    const { port } = relay.address() as AddressInfo;
    const session = await connectSession(`tcp://127.0.0.1:${port}`, {
      observer,
      keepalive: false,
      reconnect: true,
    });
    closers.push(
      async () => void relay.close(),
      () => session.close(),
    );
    // An answer says that the server has the session, too.
    expect(await session.client(Golden).add(1, 2)).toBe(3);
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => session.state).toMatchObject({ kind: "open", reconnects: 1 });
    const counted = async () => (await collect()).get("vox.session.reconnects")?.dataPoints;
    await expect.poll(counted).toMatchObject([{ attributes: { "vox.resumed": true }, value: 2 }]);
  });

  it("count calls, errors, stalls, bytes and buffers", async () => {
    let resume: () => void = () => {};
    const mayRead = new Promise<void>((resolve) => {
      resume = resolve;
    });
    const summing = sum.handled(async ([items]) => {
      await mayRead;
      let total = 0n;
      for await (const item of items) total += BigInt(item);
      return total;
    });
    const { caller, collect } = await tracedPair([adding, summing]);
    for (let i = 0; i < 3; i++) await caller.add(i, i);
    await new MissingClient(caller.$caller).$try.nothing(1);
    const { tx, rx } = channel<number>();
    const call = caller.sum(rx);
    const sends = Array.from({ length: 18 }, (_, item) => tx.send(item));
    await sends[15];
    let metrics = await collect();
    expect(measured(metrics, "vox.channel.credit_stalls", { "rpc.method": "sum" })).toBe(2);
    expect(measured(metrics, "vox.connections", {})).toBe(2);
    expect(measured(metrics, "vox.channels", {})).toBeGreaterThanOrEqual(1);
    resume();
    await tx.close();
    await call;
    metrics = await collect();
    const added = { "rpc.system": "vox", "rpc.service": "Golden", "rpc.method": "add" };
    expect(measured(metrics, "vox.calls", { ...added, "vox.side": "client" })).toBe(3);
    expect(measured(metrics, "vox.calls", { ...added, "vox.side": "server" })).toBe(3);
    expect(
      measured(metrics, "vox.call.errors", { "error.type": "UnknownMethod", "vox.side": "client" }),
    ).toBe(1);
    for (const side of ["client", "server"]) {
      const duration = measured(metrics, `rpc.${side}.call.duration`, added) as unknown as Histogram;
      expect(duration.count).toBe(3);
      expect(duration.sum).toBeGreaterThan(0);
      expect(duration.sum).toBeLessThan(30);
    }
    // Both sides are in one process: what one has written the other has read.
    const read = measured(metrics, "vox.link.io", { "network.io.direction": "receive" });
    const written = measured(metrics, "vox.link.io", { "network.io.direction": "transmit" });
    expect(read).toBeGreaterThan(10_000);
    expect(read).toBeLessThanOrEqual(written ?? 0);
    expect(measured(metrics, "vox.link.buffered", {})).toBe(0);
  });
});

/** The value of a metric under these attributes. */
function measured(
  metrics: Awaited<ReturnType<Awaited<ReturnType<typeof tracedPair>>["collect"]>>,
  name: string,
  attributes: Record<string, string>,
): number | undefined {
  const points = (metrics.get(name)?.dataPoints ?? []) as readonly DataPoint<number>[];
  return points.find((point) =>
    Object.entries(attributes).every(([key, value]) => point.attributes[key] === value),
  )?.value;
}

describe("the trace context", () => {
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const spanId = "00f067aa0ba902b7";
  const extracted = (entries: Record<string, string>) =>
    trace.getSpanContext(traceContext.extract(ROOT_CONTEXT, new Metadata(entries), metadataGetter));

  it("is read as its specification says, unknown versions included", () => {
    const parent = `00-${traceId}-${spanId}-01`;
    const common = { traceId, spanId, isRemote: true };
    expect(extracted({ traceparent: parent })).toEqual({ ...common, traceFlags: 1 });
    expect(extracted({ traceparent: `cc-${traceId}-${spanId}-00-what-comes` })).toMatchObject(common);
    const withState = extracted({ traceparent: parent, tracestate: "rojo=00f067aa0ba902b7,congo=t61" });
    expect(withState?.traceState?.get("congo")).toBe("t61");
    expect(traceContext.fields()).toEqual(["traceparent", "tracestate"]);
  });

  it.each([
    ["nothing", ""],
    ["the forbidden version", `ff-${traceId}-${spanId}-01`],
    ["more than version 00 has", `00-${traceId}-${spanId}-01-x`],
    ["capital letters", `00-${traceId.toUpperCase()}-${spanId}-01`],
    ["a trace of zeros", `00-${"0".repeat(32)}-${spanId}-01`],
    ["a span of zeros", `00-${traceId}-${"0".repeat(16)}-01`],
  ])("is none for %s", (_what, traceparent) => {
    expect(extracted({ traceparent })).toBeUndefined();
  });

  it("is written beside the call, with its state", () => {
    const sent = { traceparent: `00-${traceId}-${spanId}-01`, tracestate: "a=1" };
    const remote = traceContext.extract(ROOT_CONTEXT, new Metadata(sent), metadataGetter);
    const carrier: Record<string, string> = {};
    traceContext.inject(remote, carrier, {
      set: (target: Record<string, string>, key, value) => {
        target[key] = value;
      },
    });
    expect(carrier).toEqual(sent);
    traceContext.inject(ROOT_CONTEXT, carrier, { set: () => expect.unreachable() });
  });
});
