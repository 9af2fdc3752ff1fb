/**
 * Every option that an application can give is checked where it comes in. The table names all sets of options and all
 * of their members: a new one without a case fails here, and does not compile.
 */
import { readdirSync, readFileSync } from "node:fs";
import { Socket } from "node:net";
import {
  attachBearerToken,
  type CallOptions,
  channel,
  defaultLimits,
  enforceDeadline,
  logClientCalls,
  Metadata,
  partialDispatcher,
  router,
  verifyBearerToken,
  virtualConnections,
  withMiddleware,
} from "@voxrpc/runtime";
import { reconnecting, SessionRegistry, systemClock } from "@voxrpc/runtime/link";
import { type ConnectSessionOptions, connect, connectSession, serve } from "@voxrpc/runtime/node";
import { memoryOperationStore } from "@voxrpc/runtime/store";
import { connectPair, FakeClock, memoryLinkPair, simulatedPair } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { proxyThroughChecks } from "../../packages/runtime/src/acceptor/proxy.js";
import { routerChecks } from "../../packages/runtime/src/acceptor/router.js";
import { callChecks, closeChecks, roundTripChecks } from "../../packages/runtime/src/call/option-checks.js";
import { channelChecks } from "../../packages/runtime/src/channel/pair.js";
import { acceptChecks } from "../../packages/runtime/src/establish/accept.js";
import { initiateChecks } from "../../packages/runtime/src/establish/initiate.js";
import { establishChecks } from "../../packages/runtime/src/establish/option-checks.js";
import { limitChecks } from "../../packages/runtime/src/limits.js";
import { memoryLinkChecks } from "../../packages/runtime/src/link/memory-link.js";
import { clientChecks } from "../../packages/runtime/src/middleware/client-options.js";
import { loggingChecks } from "../../packages/runtime/src/middleware/logging.js";
import { previewChecks } from "../../packages/runtime/src/middleware/preview.js";
import { attachChecks } from "../../packages/runtime/src/node/attach.js";
import { connectChecks, connectSessionChecks } from "../../packages/runtime/src/node/connect.js";
import { linkOfChecks } from "../../packages/runtime/src/node/link-of.js";
import { webSocketChecks } from "../../packages/runtime/src/node/open-websocket.js";
import { serveChecks } from "../../packages/runtime/src/node/serve.js";
import { socketLinkChecks } from "../../packages/runtime/src/node/socket-link.js";
import { wsLinkChecks } from "../../packages/runtime/src/node/ws-link.js";
import { memoryOperationStoreChecks } from "../../packages/runtime/src/operations/memory-operation-store.js";
import { checkOptions, type OptionChecks } from "../../packages/runtime/src/options/checks.js";
import { telemetryChecks } from "../../packages/runtime/src/otel/telemetry.js";
import { reconnectChecks } from "../../packages/runtime/src/resume/option-checks.js";
import { reconnectingChecks } from "../../packages/runtime/src/resume/reconnector.js";
import { resumableChecks } from "../../packages/runtime/src/resume/resumable-options.js";
import { registryChecks } from "../../packages/runtime/src/resume/session-registry.js";
import { openChecks } from "../../packages/runtime/src/session/connection-opener.js";
import { keepaliveChecks } from "../../packages/runtime/src/session/option-checks.js";
import { sqliteStoreChecks } from "../../packages/runtime/src/sqlite/sqlite-store.js";
import { pairChecks } from "../../packages/runtime/src/testing/pair.js";
import { simulatedPairChecks } from "../../packages/runtime/src/testing/simulated-pair.js";
import { streamChecks } from "../../packages/runtime/src/testing/simulated-stream.js";
import { webConnectChecks } from "../../packages/runtime/src/web/connect.js";
import { messagePortLinkChecks } from "../../packages/runtime/src/web/message-port-link.js";
import { webSocketLinkChecks } from "../../packages/runtime/src/web/websocket-link.js";
import { Shop, type ShopHandler, shopDispatcher } from "./gen/shop.vox.js";

const handler = (own: Partial<ShopHandler> = {}) =>
  ({ add: (a: number, b: number) => a + b, ...own }) as ShopHandler;

/** What an option takes, and what it refuses. */
interface Values {
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
}

const notNumbers = ["5", 5n, null, {}, [], true];
const durations: Values = {
  good: [0, 0.5, 2 ** 31, 2 ** 53, Infinity],
  bad: [NaN, -1, -Infinity, ...notNumbers],
};
const periods: Values = { good: [0.5, 2 ** 31, Infinity], bad: [0, NaN, -1, -Infinity, ...notNumbers] };
const bounds: Values = { good: [0, 1, 2 ** 40, Infinity], bad: [NaN, -1, -Infinity, ...notNumbers] };
const u32s: Values = { good: [0, 1, 2 ** 32 - 1], bad: [NaN, -1, 1.5, 2 ** 32, Infinity, ...notNumbers] };
const texts: Values = { good: ["", "a"], bad: [1, null, {}, new URL("tcp://a:1")] };
const flags: Values = { good: [true, false], bad: [0, "true", null, {}] };
const functions: Values = { good: [() => {}, async () => {}], bad: [1, "f", null, {}] };
const objects: Values = { good: [{}], bad: [1, "o", null] };
const strings: Values = { good: [[], ["a", "b"]], bad: ["a", [1], null, {}] };
const origins: Values = {
  good: [[], ["*"], ["https://shop.example", "http://localhost:5173"]],
  bad: ["*", [1], ["shop.example"], ["https://shop.example/"], null, {}],
};
const signals: Values = { good: [new AbortController().signal], bad: [new AbortController(), 1, null, {}] };
const clocks: Values = { good: [systemClock, new FakeClock()], bad: [Date, 1, null, {}, { now: Date.now }] };
const metadata: Values = { good: [new Metadata()], bad: [1, "m", null, {}, new Map()] };
const features: Values = { good: [virtualConnections], bad: [1, null, true, {}] };
const servables: Values = {
  good: [shopDispatcher(handler()), router([shopDispatcher(handler())]), { accept() {} }],
  bad: [1, null, {}, { add: () => 1 }, () => {}, Shop],
};
const sessionStore = { find() {}, save() {}, remove() {} };
const operationStore = memoryOperationStore();
const among = (...good: readonly unknown[]): Values => ({ good, bad: ["none of them", 1, null, {}] });
const orFunction = ({ good, bad }: Values): Values => ({ good: [...good, () => 1], bad });
const switched = (set: Values): Values => ({
  good: [true, false, ...set.good],
  bad: [1, "on", null, ...set.bad],
});
const setOf = (name: string, good: object, bad: unknown): Values => ({
  good: [{}, good],
  bad: [1, null, { ...good, [name]: bad }],
});

type Cases<T> = { readonly [K in keyof Required<T>]: Values };
function cases<T>(checks: OptionChecks<T>, values: Cases<T>): readonly [OptionChecks<T>, Cases<T>] {
  return [checks, values];
}
/** Of the interface that a table is of. */
type Set<C> = C extends OptionChecks<infer T> ? T : never;

const limits = setOf("maxFrameBytes", { maxFrameBytes: 9 }, NaN);
const keepalive = setOf("intervalMs", { intervalMs: 1, timeoutMs: 1 }, 0);
const reconnect = setOf("maxElapsedMs", { maxElapsedMs: Infinity, jitter: Math.random }, -1);
const recovering: Cases<Set<typeof reconnectChecks>> = {
  minDelayMs: durations,
  maxDelayMs: durations,
  maxElapsedMs: durations,
  maxAttempts: bounds,
  jitter: functions,
  signal: signals,
  assumeResumed: flags,
};
const establish: Cases<Set<typeof establishChecks>> = {
  maxConcurrentRequests: u32s,
  initialChannelCredit: u32s,
  metadata,
  service: texts,
  limits,
  clock: clocks,
  keepalive,
  operationStore: { good: [operationStore], bad: [1, null, {}, sessionStore] },
  observer: objects,
  onUnhandledError: functions,
  signal: signals,
  requireResumable: flags,
  timeoutMs: durations,
};
/** Of the side that connects: asked at each attempt. */
const askedMetadata: Values = { good: [...metadata.good, () => undefined], bad: metadata.bad };
const open = () => Promise.reject(new Error("no link"));
const stream = setOf("latencyMs", { latencyMs: 5 }, NaN);
const { timeoutMs: _timeoutMs, ...establishWithoutTime } = establish;
const { service: _service, ...establishForPages } = establishWithoutTime;

const resumableCases = {
  maxSessions: bounds,
  expiryMs: durations,
  store: { good: [sessionStore], bad: [1, null, {}, operationStore] },
  onResume: functions,
} satisfies Cases<typeof resumableChecks>;

const middleware: Values = { good: [[], [() => Promise.resolve()]], bad: [1, null, {}, [1]] };
const client: Cases<Set<typeof clientChecks>> = { middleware, callTimeoutMs: durations };

const connecting: Cases<Set<typeof connectSessionChecks>> = {
  ...establishWithoutTime,
  metadata: askedMetadata,
  keepalive: { good: [false, ...keepalive.good], bad: [true, ...keepalive.bad] },
  reconnect: switched(reconnect),
  connectTimeoutMs: durations,
  connectRetryMs: durations,
  serve: servables,
  webSocket: {
    good: [{}, { headers: { cookie: "a" }, protocols: ["a"] }],
    bad: [1, null, { headers: 1 }, { headers: { a: 1 } }, { protocols: "a" }],
  },
  tls: objects,
};

const sets = {
  Limits: cases(limitChecks, {
    ...(Object.fromEntries(Object.keys(defaultLimits).map((name) => [name, bounds])) as Cases<
      typeof defaultLimits
    >),
    handshakeTimeoutMs: durations,
    openTimeoutMs: durations,
    storeTimeoutMs: durations,
    idleTimeoutMs: periods,
  }),
  CloseOptions: cases(closeChecks, { timeoutMs: durations }),
  RoundTripOptions: cases(roundTripChecks, { signal: signals, timeoutMs: durations }),
  CallOptions: cases(callChecks, { signal: signals, timeoutMs: durations, metadata, onMetadata: functions }),
  ChannelOptions: cases(channelChecks, { label: texts }),
  KeepaliveOptions: cases(keepaliveChecks, { intervalMs: periods, timeoutMs: periods }),
  OpenOptions: cases(openChecks, {
    metadata,
    serve: { good: [shopDispatcher(handler())], bad: [1, null, {}, { add: () => 1 }] },
    maxConcurrentRequests: u32s,
    initialChannelCredit: u32s,
    parity: among("Odd", "Even"),
    reopen: flags,
    signal: signals,
  }),
  ProxyThroughOptions: cases(proxyThroughChecks, { service: texts, metadata, signal: signals }),
  RouterOptions: cases(routerChecks, { context: functions, identity: functions }),
  ReconnectOptions: cases(reconnectChecks, recovering),
  ResumableOptions: cases(resumableChecks, resumableCases),
  SessionRegistryOptions: cases(registryChecks, {
    ...resumableCases,
    clock: clocks,
    observer: objects,
    onUnhandledError: functions,
  }),
  SessionOptions: cases(establishChecks, establish),
  OpenSessionOptions: cases(initiateChecks, {
    ...establish,
    metadata: askedMetadata,
    serve: servables,
    virtualConnections: features,
    reconnect: { good: [reconnecting({ open })], bad: [1, null, true, {}, { open }] },
  }),
  ReconnectingOptions: cases(reconnectingChecks, { ...recovering, open: functions, onWake: functions }),
  AcceptSessionOptions: cases(acceptChecks, {
    ...establish,
    registry: { good: [new SessionRegistry()], bad: [1, null, {}, true] },
    onSession: functions,
  }),
  ClientOptions: cases(clientChecks, client),
  ConnectSessionOptions: cases(connectSessionChecks, connecting),
  ConnectOptions: cases(connectChecks, { ...connecting, ...client }),
  ServeOptions: cases(serveChecks, {
    middleware,
    ...establishWithoutTime,
    keepalive: { good: [false, ...keepalive.good], bad: [true, ...keepalive.bad] },
    maxConnections: bounds,
    maxPendingHandshakes: bounds,
    resumable: switched(setOf("expiryMs", { expiryMs: Infinity, store: sessionStore }, NaN)),
    onSession: functions,
    origins,
    tls: objects,
  }),
  AttachOptions: cases(attachChecks, {
    middleware,
    ...establishWithoutTime,
    keepalive: { good: [false, ...keepalive.good], bad: [true, ...keepalive.bad] },
    maxConnections: bounds,
    maxPendingHandshakes: bounds,
    resumable: switched(setOf("expiryMs", { expiryMs: Infinity, store: sessionStore }, NaN)),
    onSession: functions,
    origins,
    path: { good: ["/", "/vox"], bad: ["", "vox", "/a b", "/a?b", 1, null, {}] },
  }),
  WebConnectOptions: cases(webConnectChecks, {
    ...client,
    ...establishForPages,
    metadata: askedMetadata,
    connectTimeoutMs: durations,
    protocols: strings,
    virtualConnections: features,
    reconnect: functions,
    serve: servables,
  }),
  WebSocketOptions: cases(webSocketChecks, { headers: objects, protocols: strings }),
  SocketLinkOptions: cases(socketLinkChecks, {
    role: among("initiator", "acceptor"),
    address: objects,
    description: texts,
    limits,
  }),
  LinkOfOptions: cases(linkOfChecks, {
    role: among("initiator", "acceptor"),
    description: texts,
    limits,
  }),
  WsLinkOptions: cases(wsLinkChecks, {
    role: among("initiator", "acceptor"),
    description: texts,
    socket: { good: [new Socket()], bad: [1, null, {}] },
    upgrade: objects,
    limits,
  }),
  WebSocketLinkOptions: cases(webSocketLinkChecks, {
    role: among("initiator", "acceptor"),
    limits,
    clock: clocks,
  }),
  MessagePortLinkOptions: cases(messagePortLinkChecks, {
    role: among("initiator", "acceptor"),
    description: texts,
    limits,
    maxWaitingBytes: bounds,
  }),
  MemoryLinkOptions: cases(memoryLinkChecks, { description: texts, maxWaitingBytes: bounds }),
  MemoryOperationStoreOptions: cases(memoryOperationStoreChecks, {
    maxEntries: bounds,
    maxBytes: bounds,
    ttlMs: durations,
    clock: clocks,
    observer: objects,
  }),
  SqliteStoreOptions: cases(sqliteStoreChecks, {
    maxEntries: bounds,
    maxBytes: bounds,
    maxSessions: bounds,
    ttlMs: durations,
    synchronous: among("normal", "full"),
    lockTimeoutMs: durations,
    nowMs: functions,
    observer: objects,
  }),
  LoggingOptions: cases(loggingChecks, {
    metadata: flags,
    payloads: switched(setOf("depth", { depth: 3 }, -1)),
    clock: clocks,
  }),
  PreviewLimits: cases(previewChecks, { depth: bounds, text: bounds, items: bounds }),
  TelemetryOptions: cases(telemetryChecks, {
    tracerProvider: { good: [{ getTracer() {} }], bad: [1, null, {}] },
    meterProvider: { good: [{ getMeter() {} }], bad: [1, null, {}] },
    propagator: { good: [{ inject() {}, extract() {} }], bad: [1, null, {}, { inject() {} }] },
  }),
  StreamOptions: cases(streamChecks, {
    latencyMs: orFunction(durations),
    chunkBytes: orFunction(bounds),
    bytesPerMs: periods,
    cutAfterBytes: bounds,
    cutAs: among("end", "error"),
    silentAfterBytes: bounds,
  }),
  SimulatedPairOptions: cases(simulatedPairChecks, {
    clock: clocks,
    both: stream,
    toServer: stream,
    toClient: stream,
    description: texts,
    maxFrameBytes: bounds,
  }),
  PairOptions: cases(pairChecks, {
    client: setOf("timeoutMs", { timeoutMs: 5 }, NaN),
    server: setOf("timeoutMs", { timeoutMs: 5 }, NaN),
    clock: clocks,
    observer: objects,
    link: setOf("maxWaitingBytes", { maxWaitingBytes: 5 }, -1),
    links: { good: [memoryLinkPair()], bad: [1, [], memoryLinkPair().slice(1), [{}, {}]] },
  }),
};

/** Sets that no application gives, or that hold nothing but flags. */
const others: Readonly<Record<string, string>> = {
  OpenSocketOptions: "given by connect",
  OpenWebSocketOptions: "given by connect",
  OpenLinkOptions: "given by connect",
  ListenOptions: "given by serve",
  ListenWebSocketOptions: "given by serve",
  AdoptOptions: "given by serve",
  UpgradeOptions: "part of ServeOptions and AttachOptions",
  IncomingOptions: "given by the driver",
  DriverOptions: "given by the session",
  StoreFileOptions: "given by sqliteStore",
  BackoffOptions: "given by connect and reconnecting",
  LinkPumpOptions: "given by initiate and accept",
  VirtualConnectionsOptions: "given by the session",
  SessionCoreOptions: "given by the session",
  ReadingOptions: "given by the session",
  HandshakeOptions: "given by the session",
  InitiatorOptions: "given by initiate",
  AcceptorOptions: "given by accept",
  ConnectSessionOptions: "ConnectOptions and a name, in one table",
  KeepaliveSetting: "part of ConnectOptions and ServeOptions",
  FrameSizeLimits: "part of Limits",
  FrameLimits: "given by a link",
  PlanLimits: "given by the driver",
  CborLimits: "given by the session",
  SchemaLimits: "given by the session",
  OperationStoreContractOptions: "given by a test of a store",
  LinkContractOptions: "given by a test of a link",
  MetadataOptions: "flags",
  DecodeOptions: "a flag",
  VoxErrorOptions: "a flag and a cause",
};

const source = new URL("../../packages/runtime/src/", import.meta.url);
const declared = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .flatMap((file) => {
    const text = readFileSync(new URL(file, source), "utf8");
    return [...text.matchAll(/^export interface (\w*(?:Options|Choice|Limits))\b/gm)].map(
      ([, name = ""]) => name,
    );
  });

describe("the table of options", () => {
  it("has every set that there is", () => {
    expect(declared.filter((name) => !(name in sets) && !(name in others))).toEqual([]);
    // Nor one that is gone.
    expect(Object.keys(sets).filter((name) => !declared.includes(name))).toEqual([]);
  });

  it.each(Object.entries(sets))("has every option of %s", (_name, [checks, values]) => {
    expect(Object.keys(values).sort()).toEqual(Object.keys(checks).sort());
  });
});

const rows = Object.entries(sets).flatMap(([set, [checks, values]]) =>
  Object.entries<Values>(values as Readonly<Record<string, Values>>).map(
    ([option, { good, bad }]) => [`${set}.${option}`, option, checks, good, bad] as const,
  ),
);

describe("an option", () => {
  it.each(rows)("%s takes what it can mean", (_title, option, checks, good) => {
    for (const value of [undefined, ...good])
      expect(() => checkOptions<object>({ [option]: value }, checks)).not.toThrow();
  });

  it.each(rows)("%s refuses the rest, with its name", (_title, option, checks, _good, bad) => {
    for (const value of bad) {
      const given = { [option]: value };
      expect(() => checkOptions<object>(given, checks), String(value)).toThrow(
        expect.objectContaining({
          name: expect.stringMatching(/^(TypeError|RangeError)$/),
          message: expect.stringMatching(new RegExp(`^${option}\\b`)),
        }),
      );
    }
  });
});

describe("an entry point checks", () => {
  const dispatcher = shopDispatcher(handler());
  const range = (name: string) =>
    expect.objectContaining({ name: "RangeError", message: expect.stringContaining(name) });
  const type = (name: string) =>
    expect.objectContaining({ name: "TypeError", message: expect.stringContaining(name) });
  const nobody = "tcp://127.0.0.1:1";

  it.each<[string, () => unknown, unknown]>([
    ["channel", () => channel({ label: 5 as never }), type("label")],
    ["memoryLinkPair", () => memoryLinkPair({ maxWaitingBytes: NaN }), range("maxWaitingBytes")],
    ["memoryOperationStore", () => memoryOperationStore({ ttlMs: -1 }), range("ttlMs")],
    ["SessionRegistry", () => new SessionRegistry({ expiryMs: NaN }), range("expiryMs")],
    ["simulatedPair", () => simulatedPair({ both: { latencyMs: NaN } }), range("both.latencyMs")],
    ["router, its routes", () => router({ Shop: {} as never }), type("routes.Shop")],
    ["router, no routes", () => router(undefined as never), type("routes")],
    ["router, null for routes", () => router(null as never), type("routes")],
    ["router, a number for routes", () => router(5 as never), type("routes")],
    ["router, a list of nothing", () => router([undefined as never]), type("routes[0]")],
    [
      "router, nothing in a context",
      () => router({ context: () => 1, routes: [null as never] }),
      type("routes[0]"),
    ],
    ["Metadata, null", () => new Metadata(null as never), type("metadata")],
    ["Metadata, a text", () => new Metadata("x" as never), type("metadata")],
    ["router, its options", () => router([], { context: 5 as never }), type("context")],
    ["withMiddleware, what it wraps", () => withMiddleware({} as never, []), type("caller")],
    ["withMiddleware, the list", () => withMiddleware(dispatcher, [5 as never]), type("middleware[0]")],
    ["withMiddleware", () => withMiddleware({} as never, []), type("caller")],
    ["logging", () => logClientCalls(5 as never), type("write")],
    ["attachBearerToken", () => attachBearerToken(undefined as never), type("token")],
    ["verifyBearerToken", () => verifyBearerToken(5 as never, {} as never), type("verify")],
    ["enforceDeadline", () => enforceDeadline({} as never), type("clock")],
    [
      "connect, its address",
      () => connect(undefined as never, Shop),
      type("address must be a string, got undefined"),
    ],
    ["connect, an address as URL", () => connect(new URL(nobody) as never, Shop), type("give its href")],
    ["connect, its service", () => connect(nobody, undefined as never), type("service must be a service")],
    [
      "connectSession, its options",
      () => connectSession(nobody, null as never),
      type("options must be an object"),
    ],
    [
      "connect",
      () => connect(nobody, Shop, { reconnect: { maxElapsedMs: NaN } }),
      range("reconnect.maxElapsedMs"),
    ],
    [
      "connectSession",
      () => connectSession(nobody, { limits: { maxFrameBytes: -1 } }),
      range("limits.maxFrameBytes"),
    ],
    [
      "serve, its address",
      () => serve(4000 as never, dispatcher),
      type("address must be a string, or a server of node:net, node:tls, node:http or node:https, got 4000"),
    ],
    [
      "serve, its handler",
      () => serve("tcp://127.0.0.1:0", { add: () => 1 } as never),
      type("catalogDispatcher(handler)"),
    ],
    [
      "serve, nothing",
      () => serve("tcp://127.0.0.1:0", undefined as never),
      type("servable must be a dispatcher"),
    ],
    [
      "serve",
      () => serve("tcp://127.0.0.1:0", dispatcher, { keepalive: { intervalMs: 0, timeoutMs: 1 } }),
      range("keepalive.intervalMs"),
    ],
    ["connectPair", () => connectPair(dispatcher, { client: { timeoutMs: NaN } }), range("client.timeoutMs")],
  ])("%s", async (_title, act, expected) => {
    await expect((async () => act())()).rejects.toEqual(expected);
  });

  const notHandlers: readonly [string, unknown][] = [
    ["undefined", undefined],
    ["null", null],
    ["a number", NaN],
    ["a text", "handler"],
    ["a bigint", 1n],
    ["a symbol", Symbol("handler")],
    ["true", true],
    ["a function", () => 1],
    ["a class in place of its instance", class Handler {}],
    ["a function with a getter", Object.defineProperty(() => {}, "add", { get: () => bug() })],
  ];
  const bug = (): never => {
    throw new Error("a getter was run");
  };
  it.each(notHandlers)("a handler: %s", (_name, value) => {
    const expected = type("handler must be an object with methods") as never;
    expect(() => shopDispatcher(value as never)).toThrow(expected);
    expect(() => partialDispatcher(shopDispatcher, value as never)).toThrow(expected);
  });

  it.each<[string, unknown]>([
    ["a frozen object", Object.freeze(handler())],
    ["an object without a prototype", Object.assign(Object.create(null), handler())],
    ["a proxy", new Proxy(handler(), {})],
    ["a function with methods, like a class with static ones", Object.assign(() => {}, handler())],
    [
      "an instance",
      new (class {
        add(a: number, b: number): number {
          return a + b;
        }
      })(),
    ],
  ])("no good handler away: %s", async (_name, value) => {
    for (const served of [
      shopDispatcher(value as never),
      partialDispatcher(shopDispatcher, value as never),
    ]) {
      await using pair = await connectPair(served);
      expect(await pair.client.client(Shop).add(1, 2)).toBe(3);
    }
  });

  it.each<[string, CallOptions, unknown]>([
    ["a NaN", { timeoutMs: NaN }, range("timeoutMs")],
    ["a negative number", { timeoutMs: -1 }, range("timeoutMs")],
    ["a text", { timeoutMs: "5" as never }, type("timeoutMs")],
    ["a controller for its signal", { signal: new AbortController() as never }, type("give its signal")],
    ["an object for metadata", { metadata: {} as never }, type("metadata")],
    ["an object for a function", { onMetadata: {} as never }, type("onMetadata")],
  ])("a call: %s, which leaves other calls alone", async (_title, options, expected) => {
    const clock = new FakeClock();
    await using pair = await connectPair(
      shopDispatcher(
        handler({ add: (a, b) => new Promise((resolve) => clock.setTimer(50, () => resolve(a + b))) }),
      ),
      { clock },
    );
    const shop = pair.client.client(Shop);
    const others = [shop.add(1, 2, { timeoutMs: 60 }), shop.add(3, 4, { timeoutMs: 2 ** 40 })];
    await expect(shop.add(5, 6, options)).rejects.toEqual(expected);
    await expect(shop.$try.add(5, 6, options)).rejects.toEqual(expected);
    await clock.until(Promise.all(others));
    expect(await Promise.all(others)).toEqual([3, 7]);
  });

  it("each way to close", async () => {
    await using pair = await connectPair(dispatcher);
    const shop = pair.client.client(Shop);
    const virtual = await pair.client.open(Shop);
    const wrong = { timeoutMs: NaN };
    for (const close of [
      () => shop.$close(wrong),
      () => virtual.$close(wrong),
      () => pair.client.close(wrong),
      () => pair.client.closeWhenIdle(wrong),
      () => virtual.$caller.connection.close(wrong),
    ])
      await expect(close()).rejects.toEqual(range("timeoutMs"));
    expect(await shop.add(1, 2)).toBe(3);
    expect(await virtual.add(1, 2)).toBe(3);
    await virtual.$close();
    await shop.$close();
  });

  it("each way to open a connection", async () => {
    await using pair = await connectPair(dispatcher);
    const { client } = pair;
    await expect(client.open(Shop, { maxConcurrentRequests: -1 })).rejects.toEqual(
      range("maxConcurrentRequests"),
    );
    await expect(client.open(Shop, { initialChannelCredit: 2 ** 32 })).rejects.toEqual(
      range("initialChannelCredit"),
    );
    await expect(client.openRaw("Shop", { maxConcurrentRequests: 1.5 })).rejects.toEqual(
      range("maxConcurrentRequests"),
    );
    await expect(client.open({} as never)).rejects.toEqual(type("service"));
    await expect(client.open(Shop, { serve: {} as never })).rejects.toEqual(type("serve"));
    expect(() => client.client(undefined as never)).toThrow(type("service") as never);
    const again = await client.open(Shop);
    expect(await again.add(1, 2)).toBe(3);
    await again.$close();
  });

  it("before a connection is made, or a port is taken", async () => {
    const wrong: ConnectSessionOptions = { limits: { openTimeoutMs: NaN } };
    await using server = await serve("tcp://127.0.0.1:0", dispatcher);
    await expect(connectSession(server.url, wrong)).rejects.toEqual(range("limits.openTimeoutMs"));
    expect(server.snapshot().pendingLinks).toBe(0);
    // The address is in use: an attempt to listen would say so.
    await expect(serve(server.url, dispatcher, { maxConnections: -1 })).rejects.toEqual(
      range("maxConnections"),
    );
  });
});
