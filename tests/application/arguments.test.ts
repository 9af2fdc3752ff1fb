/**
 * Every function that an application can call refuses what it cannot take: with a TypeError or RangeError that names
 * the argument, at the call. A function of an entry that is missing in the table fails here.
 */
import * as root from "@voxrpc/runtime";
import * as link from "@voxrpc/runtime/link";
import * as node from "@voxrpc/runtime/node";
import * as otel from "@voxrpc/runtime/otel";
import * as proxy from "@voxrpc/runtime/proxy";
import * as sqlite from "@voxrpc/runtime/sqlite";
import * as store from "@voxrpc/runtime/store";
import * as testing from "@voxrpc/runtime/testing";
import * as web from "@voxrpc/runtime/web";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Shop, shopDispatcher } from "./gen/shop.vox.js";

const entries = { root, link, node, otel, proxy, sqlite, store, testing, web };

/** Nothing can take these, whatever it takes. */
const values: readonly (readonly [string, unknown])[] = [
  ["null", null],
  ["NaN", NaN],
  ["-1", -1],
  ["2^31", 2 ** 31],
  ["2^32", 2 ** 32],
  ["Infinity", Infinity],
  ["a long text", "x".repeat(100_000)],
  ["a bigint", 1n],
  ["a symbol", Symbol("s")],
  ["true", true],
  ["a function", () => {}],
  ["a list", []],
  ["a frozen object", Object.freeze({})],
  ["a proxy", new Proxy({}, {})],
];
type Kind = "number" | "text" | "function" | "list" | "object" | "symbol" | "bigint";
const kindOf = (value: unknown): Kind =>
  Array.isArray(value)
    ? "list"
    : ((value === null ? "null" : typeof value).replace("string", "text") as Kind);

/** One argument of a function: what it is called, kinds that it may take, and a call with a value in its place. */
interface Argument {
  readonly name: string;
  readonly takes?: readonly Kind[];
  /** An argument that must be given. */
  readonly isRequired?: true;
  readonly call: (value: never) => unknown;
}

const shop = shopDispatcher({ add: (a: number, b: number) => a + b } as never);
const objects: readonly Kind[] = ["object", "list"];

let pair: testing.SessionPair;
beforeAll(async () => {
  pair = await testing.connectPair(shop);
});
afterAll(() => pair[Symbol.asyncDispose]());

const options = (call: (value: never) => unknown, takes = objects): Argument => ({
  name: "options",
  takes,
  call,
});
const required = (name: string, call: (value: never) => unknown, takes: readonly Kind[] = []): Argument => ({
  name,
  takes,
  isRequired: true,
  call,
});

const table: Readonly<Record<string, readonly Argument[]>> = {
  channel: [options(root.channel)],
  combineObservers: [
    required("observers[0]", root.combineObservers, ["object", "list", "function"]),
    required("observers[1]", (value) => root.combineObservers({}, value), ["object", "list", "function"]),
  ],
  contextKey: [
    required("name", root.contextKey, ["text"]),
    required("context", (value) => root.contextKey("a").get(value), ["object", "list", "function"]),
    required("context", (value) => root.contextKey("a").set(value, 1), ["object", "list", "function"]),
    required("context", (value) => root.contextKey("a").require(value), ["object", "list", "function"]),
  ],
  enforceDeadline: [{ name: "clock", call: root.enforceDeadline }],
  fail: [],
  hasTextFormat: [
    required("format", (value) => root.hasTextFormat(value, "a")),
    required("text", (value) => root.hasTextFormat("uuid", value), ["text"]),
  ],
  logClientCalls: [
    required("write", root.logClientCalls, ["function"]),
    options((value) => root.logClientCalls(() => {}, value)),
  ],
  logServerCalls: [
    required("write", root.logServerCalls, ["function"]),
    options((value) => root.logServerCalls(() => {}, value)),
  ],
  attachBearerToken: [required("token", root.attachBearerToken, ["text", "function"])],
  verifyBearerToken: [
    required("verify", (value) => root.verifyBearerToken(value, root.contextKey("a")), ["function"]),
    required("principal", (value) => root.verifyBearerToken(() => 1, value)),
  ],
  partialDispatcher: [
    required("partialDispatcher", (value) => root.partialDispatcher(value, {})),
    required("handler", (value) => root.partialDispatcher(shopDispatcher, value), objects),
  ],
  propagateDeadline: [],
  router: [
    required("routes", (value) => root.router(value), objects),
    required("routes[0]", (value) => root.router([value])),
    required("routes.Shop", (value) => root.router({ Shop: value }), ["function"]),
    { name: "options|context", takes: objects, call: (value) => root.router([shop], value) },
  ],
  subscribe: [required("client", root.subscribe)],
  timeRemainingMs: [required("context", root.timeRemainingMs, ["object", "list", "function"])],
  toVoxError: [],
  withMiddleware: [
    required("caller", (value) => root.withMiddleware(value, [])),
    required("middleware", (value) => root.withMiddleware(shop, value), ["list"]),
    required("middleware[0]", (value) => root.withMiddleware(shop, [value]), ["function"]),
    required("middleware", (value) => root.withMiddleware(pair.client.driver as never, value), ["list"]),
  ],
  withSignal: [
    required("context", (value) => root.withSignal(value, new AbortController().signal), [
      "object",
      "list",
      "function",
    ]),
    required("signal", (value) => root.withSignal({} as never, value)),
  ],
  Metadata: [
    { name: "metadata", takes: objects, call: (value) => new root.Metadata(value) },
    required("a metadata key", (value) => new root.Metadata().append(value, "a"), ["text"]),
    required('metadata "a"', (value) => new root.Metadata().append("a", value), ["text", "bigint", "number"]),
  ],
  RejectedError: [required("metadata", (value) => new root.RejectedError(value), ["text"])],
  acceptSession: [
    required("link", (value) => link.acceptSession(value, shop)),
    { name: "servable", call: (value) => link.acceptSession(testing.memoryLinkPair()[0], value) },
    options((value) => link.acceptSession(testing.memoryLinkPair()[0], shop, value)),
  ],
  openSession: [
    required("link", (value) => link.openSession(value)),
    options((value) => link.openSession(testing.memoryLinkPair()[0], value)),
  ],
  reconnecting: [
    required("reconnect", link.reconnecting, objects),
    { name: "reconnect", takes: objects, call: web.reconnecting },
  ],
  SessionRegistry: [options((value) => new link.SessionRegistry(value))],
  memoryOperationStore: [options(store.memoryOperationStore)],
  proxyConnections: [
    required("near", (value) => proxy.proxyConnections(value, {} as never)),
    required("far", (value) => proxy.proxyConnections({ join() {}, close() {} } as never, value)),
  ],
  proxyThrough: [
    required("connection", (value) => proxy.proxyThrough(value, pair.client)),
    required("session", (value) => proxy.proxyThrough({ accept() {}, intoRaw() {} } as never, value)),
    options((value) => proxy.proxyThrough({ accept() {}, intoRaw() {} } as never, pair.client, value)),
  ],
  proxyTo: [
    required("connection", (value) => proxy.proxyTo(value, {} as never)),
    required("target", (value) => proxy.proxyTo({ accept() {}, intoRaw() {} } as never, value)),
  ],
  FakeClock: [
    required("callback", (value) => new testing.FakeClock().setTimer(1, value), ["function"]),
    required("ms", (value) => new testing.FakeClock().advance(value), ["number"]),
    required("ms", (value) => new testing.FakeClock().elapse(value), ["number"]),
  ],
  connectPair: [
    { name: "servable", call: testing.connectPair },
    options((value) => testing.connectPair(shop, value)),
  ],
  linkContract: [required("makePair", testing.linkContract, ["function"])],
  operationStoreContract: [required("make", testing.operationStoreContract, ["function"])],
  memoryLinkPair: [options(testing.memoryLinkPair)],
  settle: [],
  simulatedPair: [options(testing.simulatedPair)],
  SocketLink: [required("options", (value) => new node.SocketLink({} as never, value), objects)],
  WsLink: [required("options", (value) => new node.WsLink({} as never, value), objects)],
  attach: [required("http", (value) => node.attach(value, shop, { path: "/" }))],
  connect: [
    required("address", (value) => node.connect(value, Shop), ["text"]),
    required("service", (value) => node.connect("tcp://127.0.0.1:1", value)),
    options((value) => node.connect("tcp://127.0.0.1:1", Shop, value)),
    required("service", (value) => web.connect(value)),
    options((value) => web.connect("ws://127.0.0.1:1", Shop, value)),
    options((value) => web.connect(Shop, value)),
  ],
  connectSession: [
    required("address", (value) => node.connectSession(value), ["text"]),
    options((value) => node.connectSession("tcp://127.0.0.1:1", value)),
  ],
  serve: [
    required("address", (value) => node.serve(value, shop), ["text"]),
    required("servable", (value) => node.serve("tcp://127.0.0.1:0", value)),
    options((value) => node.serve("tcp://127.0.0.1:0", shop, value)),
  ],
  formatAddress: [
    required("address", node.formatAddress),
    required("address.port", (value) => node.formatAddress({ host: "a", port: value })),
    required("address.host", (value) => node.formatAddress({ host: value, port: 1 }), ["text"]),
    required("address.path", (value) => node.formatAddress({ path: value }), ["text"]),
  ],
  parseAddress: [required("address", node.parseAddress, ["text"])],
  linkOf: [required("options", (value) => node.linkOf({} as never, value), objects)],
  MessagePortLink: [required("options", (value) => new web.MessagePortLink({} as never, value), objects)],
  WebSocketLink: [
    required("socket", (value) => new web.WebSocketLink(value)),
    options((value) => new web.WebSocketLink({ send() {}, close() {} } as never, value)),
  ],
  bearerProtocols: [required("token", web.bearerProtocols, ["text"])],
  otel: [options(otel.otel), required("source", (value) => otel.otel().track(value))],
  sqliteStore: [
    required("path", sqlite.sqliteStore, ["text"]),
    options((value) => sqlite.sqliteStore(":memory:", value)),
  ],
  "a session": [
    required("service", (value) => pair.client.client(value)),
    required("service", (value) => pair.client.open(value)),
    required("service", (value) => pair.client.openRaw(value), ["text"]),
    options((value) => pair.client.open(Shop, value)),
    options((value) => pair.client.openRaw("Shop", value)),
    options((value) => pair.client.rtt(value)),
    options((value) => pair.client.close(value)),
    options((value) => pair.client.closeWhenIdle(value)),
  ],
};

/** Made by this package only, or plain data. */
const others = new Set([
  "CallError", "CallTimeoutError", "ChannelError", "CodecError", "DeclaredError", "SessionError", "VoxError",
  "UnauthenticatedError", "StoreError", "Dispatcher", "Failure", "Rx", "Tx", "Session", "RawConnection", "MemoryLink",
  "Server",
]); // biome-ignore format: a list

describe("the table of arguments", () => {
  it("has every function of every entry", () => {
    const names = Object.values(entries).flatMap((entry) =>
      Object.entries(entry).flatMap(([name, value]) => (typeof value === "function" ? [name] : [])),
    );
    expect([...new Set(names)].filter((name) => !(name in table) && !others.has(name))).toEqual([]);
    expect(Object.keys(table).filter((name) => !names.includes(name))).toEqual(["a session"]);
  });
});

const rows = Object.entries(table).flatMap(([owner, list]) =>
  list.map((argument, index) => [`${owner}, ${index}: ${argument.name}`, argument] as const),
);

describe("an argument is refused at the call, with its name:", () => {
  it.each(rows)("%s", async (_title, { name, takes = [], isRequired, call }) => {
    const wrong = values.filter(([, value]) => !takes.includes(kindOf(value)));
    if (isRequired) wrong.push(["undefined", undefined]);
    expect(wrong.length).toBeGreaterThan(5);
    for (const [title, value] of wrong) {
      const error = await (async () => call(value as never))().then(
        () => `took ${title}`,
        (thrown: unknown) => thrown,
      );
      expect([title, error]).toEqual([
        title,
        expect.objectContaining({
          name: expect.stringMatching(/^(TypeError|RangeError)$/),
          message: expect.stringMatching(new RegExp(`^(${name.replace(/[[\].]/g, "\\$&")})[ .:]`)),
        }),
      ]);
    }
  });
});
