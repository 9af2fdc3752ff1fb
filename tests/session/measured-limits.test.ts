/**
 * Each limit of `limits.ts` measured: a peer requests far more than the limit, and the test looks at what is really
 * held, running or open at each step. A new limit without a row does not compile.
 */
import { channel, defaultLimits, type Limits, Metadata } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { readSchemaPayload } from "@voxrpc/runtime/internal/schema";
import type { Session } from "@voxrpc/runtime/link";
import { connectPair, FakeClock, memoryLinkPair, type PairOptions, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Writer } from "../../packages/runtime/src/bytes/writer.js";
import { Channels } from "../../packages/runtime/src/channel/channels.js";
import { allBundled } from "../../packages/runtime/src/driver/bundled-code.js";
import { itemExplanations } from "../../packages/runtime/src/driver/explanations.js";
import { acceptSession } from "../../packages/runtime/src/establish/accept.js";
import { FrameDecoder } from "../../packages/runtime/src/link/framing.js";
import { ReceiveState } from "../../packages/runtime/src/schema/announcements.js";
import { assemblePayload } from "../../packages/runtime/src/schema/assemble-payload.js";
import { Connection } from "../../packages/runtime/src/session/connection.js";
import { writeItemHead } from "../../packages/runtime/src/wire/channel-messages.js";
import { decodeMessage, MessageHead } from "../../packages/runtime/src/wire/message.js";
import {
  beginPayload,
  endItem,
  endPayload,
  methodIdBytes,
  writeCallHead,
  writeSchemaMessage,
} from "../../packages/runtime/src/wire/request-messages.js";
import { Shop, type ShopClient, type ShopHandler, shopDispatcher } from "../application/gen/shop.vox.js";
import { CoreHarness, even, odd } from "../support/core-harness.js";
import { Golden } from "../support/gen/session.vox.js";
import { count, serveGolden, wait } from "../support/golden-service.js";
import { handshakeFrames, RawPeer } from "../support/raw-peer.js";
import { resumable } from "../support/resumable.js";

/** What a peer may add to the limit, in the limit's unit: what had arrived before the limit was reached. */
type Slack = (limit: number) => number;

interface Row {
  /** What is measured. */
  readonly what: string;
  readonly limit: number;
  readonly slack?: Slack;
  /** @returns the most that was held at any step */
  run(limits: Limits): number | Promise<number>;
}

const ignored = (): void => {};
const never = (): Promise<never> => new Promise(ignored);

/** Keeps the most that was seen. */
class Most {
  value = 0;

  see(value: number): void {
    this.value = Math.max(this.value, value);
  }
}

const handlerWith = (own: Partial<ShopHandler>): ShopHandler => ({
  add: (a, b) => a + b,
  find: (id) => ({ id, name: "" }),
  close: ignored,
  buy: never,
  watch: never,
  collect: never,
  ...own,
});

interface Served {
  readonly client: Session;
  readonly server: Session;
  readonly shop: ShopClient;
  readonly clock: FakeClock;
}

/** Runs a load against a server with the limits, and looks at the server after each step. */
async function served(
  own: Partial<ShopHandler>,
  options: PairOptions,
  steps: number,
  load: (pair: Served, step: number) => unknown,
  look: (pair: Served) => number,
): Promise<number> {
  const clock = new FakeClock();
  const { client, server } = await connectPair(shopDispatcher(handlerWith(own)), { clock, ...options });
  const pair = { client, server, clock, shop: client.client(Shop) };
  const most = new Most();
  for (let step = 0; step < steps && server.isOpen; step++) {
    void load(pair, step);
    await settle();
    most.see(look(pair));
  }
  client.abort();
  server.abort();
  await settle();
  return most.value;
}

const root = (session: Session) => session.snapshot().connections[0];
const points = (length: number) => Array.from({ length }, () => ({ x: 1, y: 1 }));

/** Calls `boundsOf` with lists. @returns the most that handlers hold at once, 8 bytes an element */
async function decoded(
  limits: Limits,
  lengthOf: (step: number) => number,
  end: () => unknown,
): Promise<number> {
  const most = new Most();
  let held = 0;
  const dispatcher = serveGolden({
    bounds: async (list) => {
      held += list.length * 8;
      most.see(held);
      await end();
      held -= list.length * 8;
      return undefined;
    },
  });
  const pair = await connectPair(dispatcher, { server: { limits } });
  for (let step = 0; step < 60; step++) {
    void pair.client.client(Golden).$try.bounds(points(lengthOf(step)));
    await settle();
  }
  pair.client.abort();
  await pair.server.closed;
  return most.value;
}

/** Sends metadata that grows until the session ends. @returns the largest that a handler got */
async function metadata(
  limits: Limits,
  made: (step: number) => Metadata,
  sizeOf: (given: Metadata) => number,
) {
  const most = new Most();
  const add: ShopHandler["add"] = (_a, _b, context) => {
    most.see(sizeOf(context.metadata));
    return 0;
  };
  await served(
    { add },
    { server: { limits } },
    60,
    ({ shop }, step) => shop.add(1, 1, { metadata: made(step) }).catch(ignored),
    () => 0,
  );
  return most.value;
}

const announcement = assemblePayload(
  count.method.args.schemas.map(({ bytes }) => bytes),
  count.method.args.root,
);

/** Announces the same types for one method after another. @returns how many bytes and methods are kept */
function announced(limits: Limits): { readonly bytes: number; readonly methods: number } {
  const state = new ReceiveState(limits, readSchemaPayload);
  const kept = { bytes: 0, methods: 0 };
  for (let method = 1; method < 4000; method++) {
    const payload = method === 1 ? announcement : assemblePayload([], count.method.args.root);
    try {
      state.record(BigInt(method), "args", payload);
    } catch {
      break;
    }
    kept.bytes += payload.length;
    kept.methods += 1;
  }
  return kept;
}

/** Frames of calls of `wait`, which a peer sends without keeping to the announced number. */
function callsOfWait(calls: number): Uint8Array[] {
  const w = new Writer(64 * 1024);
  const id = methodIdBytes(wait.method.id);
  const { schemas, root: type } = wait.method.args;
  const payload = assemblePayload(
    schemas.map(({ bytes }) => bytes),
    type,
  );
  const announcing = w.buffer.slice(0, writeSchemaMessage(w, 0, 0, id, "args", payload));
  const made = Array.from({ length: calls }, (_, index) => {
    const head = writeCallHead(w, 0, 0, 2 * index + 1, id);
    w.buffer[head] = 0;
    const start = beginPayload(w, head + 1);
    w.buffer[start] = 1;
    return w.buffer.slice(0, endPayload(w, start, start + 1));
  });
  return [announcing, ...made];
}

/** Announces nested or wide documents. @returns the largest that was not refused for its size */
function document(limits: Limits, bytesOf: (size: number) => number[], refusal: RegExp): number {
  for (let size = 1; size < 200; size++) {
    try {
      new ReceiveState(limits, readSchemaPayload).record(1n, "args", Uint8Array.from(bytesOf(size)));
    } catch (error) {
      if (refusal.test((error as Error).message)) return size - 1;
    }
  }
  return 200;
}

/** Lets time pass. @returns the milliseconds until something is over */
async function lasts(clock: FakeClock, isOver: () => boolean): Promise<number> {
  for (let ms = 0; ms <= 2000; ms += 10) {
    await settle();
    if (isOver()) return ms;
    clock.advance(10);
  }
  return Number.POSITIVE_INFINITY;
}

const text = "x".repeat(1000);

const rows: Readonly<Record<keyof Limits, Row>> = {
  maxFrameBytes: {
    what: "bytes of the largest frame that is kept",
    limit: 100,
    run({ maxFrameBytes }) {
      const most = new Most();
      for (let size = 1; size < 1000; size++) {
        const decoder = new FrameDecoder({ maxFrameBytes }, (_bytes, start, end) => most.see(end - start));
        const frame = new Uint8Array(4 + size);
        new DataView(frame.buffer).setUint32(0, size, true);
        decoder.push(frame);
      }
      return most.value;
    },
  },
  maxDecodedBytes: {
    what: "bytes of one handler's arguments",
    limit: 80,
    run: (limits) => decoded(limits, (step) => step, ignored),
  },
  maxSessionDecodedBytes: {
    what: "bytes of the arguments of all handlers that run",
    limit: 320,
    run: (limits) => decoded(limits, () => 4, never),
  },
  maxMetadataEntries: {
    what: "entries that a handler gets",
    limit: 10,
    run: (limits) =>
      metadata(
        limits,
        (step) => new Metadata(Array.from({ length: step }, (_, at) => [`k${at}`, ""] as const)),
        (given) => [...given].length,
      ),
  },
  maxMetadataBytes: {
    what: "bytes of the entry that a handler gets",
    limit: 200,
    run: (limits) =>
      metadata(
        limits,
        (step) => new Metadata({ key: "x".repeat(step * 20) }),
        (given) => given.getString("key")?.length ?? 0,
      ),
  },
  maxSchemaBytes: {
    what: "bytes of the announcements of one connection, eight times the limit",
    limit: 2 * announcement.length,
    slack: (limit) => 7 * limit,
    run: (limits) => announced(limits).bytes,
  },
  maxSchemas: { what: "methods that are announced", limit: 10, run: (limits) => announced(limits).methods },
  maxSchemaDepth: {
    what: "arrays around a value",
    limit: 20,
    run: (limits) => document(limits, (depth) => [...Array(depth).fill(0x81), 0], /nested deeper/),
  },
  maxSchemaNodes: {
    what: "arrays of one document",
    limit: 20,
    run: (limits) =>
      1 + document(limits, (size) => [0x98, size, ...Array(size).fill(0x80)], /arrays and maps/),
  },
  maxHandshakeBytes: {
    what: "bytes of the Hello that is accepted",
    limit: 8000,
    async run(limits) {
      const most = new Most();
      for (let size = 0; size < 20_000; size += 1000) {
        const own = new Metadata({ "vox-service": "Shop", key: "x".repeat(size) });
        const hello = handshakeFrames("initiator", { metadata: own });
        const [ours, theirs] = memoryLinkPair();
        const peer = new RawPeer(theirs);
        const accepting = acceptSession(ours, shopDispatcher(handlerWith({})), { limits });
        peer.send(...hello);
        await accepting.then((session) => {
          most.see(Math.max(...hello.map(({ length }) => length)));
          session.abort();
        }, ignored);
        peer.close();
      }
      return most.value;
    },
  },
  handshakeTimeoutMs: {
    what: "ms that the link of a silent peer is open",
    limit: 300,
    async run(limits) {
      const clock = new FakeClock();
      const [ours, theirs] = memoryLinkPair();
      const peer = new RawPeer(theirs);
      acceptSession(ours, shopDispatcher(handlerWith({})), { limits, clock }).catch(ignored);
      return lasts(clock, () => peer.end !== undefined);
    },
  },
  maxQueuedRequests: {
    what: "calls of the peer behind the one that runs",
    limit: 20,
    async run(limits) {
      const most = new Most();
      const [ours, theirs] = memoryLinkPair();
      const peer = new RawPeer(theirs);
      const dispatcher = $.dispatcher("Golden", [wait.handled(never)]);
      const accepting = acceptSession(ours, dispatcher, { limits, maxConcurrentRequests: 1 });
      peer.send(...handshakeFrames("initiator"));
      const session = await accepting;
      for (const frame of callsOfWait(100)) {
        if (peer.end === undefined) peer.send(frame);
        await settle();
        most.see((root(session)?.requests ?? []).filter(({ state }) => state === "queued").length);
      }
      session.abort();
      peer.close();
      return most.value;
    },
  },
  maxQueuedBytes: {
    what: "bytes of calls that wait for a full link",
    limit: 20_000,
    slack: () => 2 * text.length,
    run: async (limits) => {
      const most = new Most();
      const server = { limits: { ...limits, maxBufferedBytes: 5000 }, maxConcurrentRequests: 500 };
      const pair = await connectPair(shopDispatcher(handlerWith({ find: (id) => ({ id, name: text }) })), {
        server,
      });
      const shop = pair.client.client(Shop);
      const heavy = new Metadata({ text });
      await shop.find(0n);
      pair.clientLink.pause();
      for (let call = 0; call < 200; call++) {
        shop.find(1n, { metadata: heavy }).catch(ignored);
        await settle();
        most.see(pair.server.core.queuedBytes);
      }
      pair.client.abort();
      pair.server.abort();
      return most.value;
    },
  },
  maxWaitingCalls: {
    what: "calls that wait for a new link",
    limit: 10,
    async run(limits) {
      const pair = await resumable(shopDispatcher(handlerWith({})), { client: { limits } });
      const shop = pair.client.client(Shop);
      const most = new Most();
      await pair.cut();
      for (let call = 0; call < 60; call++) {
        shop.add(1, 1).catch(ignored);
        most.see(root(pair.client)?.requests.length ?? 0);
      }
      await pair.close();
      return most.value;
    },
  },
  maxConnections: {
    what: "connections of a session",
    limit: 5,
    run: (limits) =>
      served(
        {},
        { server: { limits } },
        40,
        ({ client }, step) =>
          client.open(Shop).then((more) => {
            more.buy(1n).catch(ignored);
            // A connection counts until its handlers have ended.
            if (step % 2 === 0) void more.$close({ timeoutMs: 0 });
          }, ignored),
        ({ server }) => server.snapshot().connections.length + server.core.lingering,
      ),
  },
  maxPendingOpens: {
    what: "opens that the peer has not answered",
    limit: 5,
    run(limits) {
      const harness = new CoreHarness({ limits });
      const most = new Most();
      for (let open = 0; open < 40; open++) {
        harness.open();
        most.see(harness.virtual.pendingCount);
      }
      return most.value;
    },
  },
  openTimeoutMs: {
    what: "ms that an open waits",
    limit: 300,
    run(limits) {
      const harness = new CoreHarness({ limits });
      const { failed } = harness.open();
      return lasts(harness.clock, () => failed.length > 0);
    },
  },
  storeTimeoutMs: {
    what: "ms that a call waits for the store",
    limit: 300,
    async run(limits) {
      const clock = new FakeClock();
      const none = (): undefined => undefined;
      const operationStore = { admit: never, lookup: none, seal: none, release: none, remove: none };
      const pair = await connectPair(shopDispatcher(handlerWith({})), {
        clock,
        server: { limits, operationStore },
      });
      let isAnswered = false;
      const done = (): void => {
        isAnswered = true;
      };
      pair.client.client(Shop).buy(1n).then(done, done);
      const waited = await lasts(clock, () => isAnswered);
      pair.client.abort();
      pair.server.abort();
      return waited;
    },
  },
  maxInitialCredit: {
    what: "items that wait on a channel of a connection whose opener requests 300",
    limit: 10,
    run: (limits) =>
      served(
        {},
        { server: { limits } },
        3,
        async ({ client }) => {
          const more = await client.open(Shop, { initialChannelCredit: 300 });
          const { tx, rx } = channel<number>();
          more.collect(rx).catch(ignored);
          tx.sendAll(Array(200).fill(1)).catch(ignored);
        },
        ({ server }) =>
          Math.max(
            0,
            ...server.snapshot().connections.flatMap(({ channels }) => channels.map(({ queued }) => queued)),
          ),
      ),
  },
  maxChannels: {
    what: "open channels of one connection",
    limit: 5,
    run: (limits) =>
      served(
        {},
        { server: { limits } },
        40,
        ({ shop }) => shop.watch(channel<string>().tx).catch(ignored),
        ({ server }) => root(server)?.channels.length ?? 0,
      ),
  },
  maxUnclaimedChannels: {
    what: "channels with items whose call has not come",
    limit: 5,
    run(limits) {
      const harness = new CoreHarness();
      const channels = new Channels(
        new Connection(0, even, odd, harness.core),
        limits,
        harness.clock,
        itemExplanations(allBundled.explain),
        ignored,
      );
      const head = new MessageHead();
      let kept = 0;
      for (let id = 1; id < 100; id += 2) {
        const w = new Writer(64);
        const start = beginPayload(w, writeItemHead(w, 0, 0, id));
        w.buffer[start] = 42;
        const end = endItem(w, start, start + 1);
        decodeMessage(head, w.buffer, 0, end, defaultLimits);
        channels.onMessage(head, w.buffer);
        if (harness.take().length === 0) kept += 1;
      }
      return kept;
    },
  },
  maxBufferedBytes: {
    what: "bytes that a link holds for a peer that does not read",
    limit: 10_000,
    slack: () => 2 * text.length,
    async run(limits) {
      const most = new Most();
      const pair = await connectPair(shopDispatcher(handlerWith({ find: (id) => ({ id, name: text }) })), {
        server: { limits, maxConcurrentRequests: 500 },
      });
      const shop = pair.client.client(Shop);
      await shop.find(0n);
      pair.clientLink.pause();
      for (let call = 0; call < 100; call++) {
        shop.find(1n).catch(ignored);
        await settle();
        most.see(pair.server.snapshot().outbound.bufferedBytes);
      }
      pair.client.abort();
      pair.server.abort();
      return most.value;
    },
  },
  idleTimeoutMs: {
    what: "ms that a session without use lives",
    limit: 300,
    async run(limits) {
      const clock = new FakeClock();
      const pair = await connectPair(shopDispatcher(handlerWith({})), { clock, server: { limits } });
      return lasts(clock, () => !pair.server.isOpen);
    },
  },
};

describe("what is really held stays within", () => {
  it.each(Object.entries(rows))("%s", async (name, { limit, slack = () => 0, run }) => {
    const held = await run({ ...defaultLimits, [name]: limit });
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThanOrEqual(limit + slack(limit));
    // The limit is what bounds it, and nothing else.
    expect(await run({ ...defaultLimits, [name]: 2 * limit })).toBeGreaterThan(held);
  });
});
