/**
 * Every bound of `limits.ts`, seen enforced: the same load with a limit that is just enough for it, and with one that
 * is one too small. A new limit without a case does not compile; `docs/limits.md` is checked against them, too.
 */
import { readFileSync } from "node:fs";
import { channel, defaultLimits, type Limits, Metadata } from "@voxrpc/runtime";
import type * as $ from "@voxrpc/runtime/gen/v1";
import type { CborValue } from "@voxrpc/runtime/internal/schema";
import { decodeCbor, readSchemaPayload } from "@voxrpc/runtime/internal/schema";
import { connectPair, FakeClock, memoryLinkPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Writer } from "../../packages/runtime/src/bytes/writer.js";
import { Channels } from "../../packages/runtime/src/channel/channels.js";
import { allBundled } from "../../packages/runtime/src/driver/bundled-code.js";
import { itemExplanations } from "../../packages/runtime/src/driver/explanations.js";
import { acceptSession } from "../../packages/runtime/src/establish/accept.js";
import { completeLimits } from "../../packages/runtime/src/limits.js";
import { FrameDecoder } from "../../packages/runtime/src/link/framing.js";
import { ReceiveState } from "../../packages/runtime/src/schema/announcements.js";
import { assemblePayload } from "../../packages/runtime/src/schema/assemble-payload.js";
import { Reading } from "../../packages/runtime/src/session/backpressure.js";
import { Connection } from "../../packages/runtime/src/session/connection.js";
import { writeItemHead } from "../../packages/runtime/src/wire/channel-messages.js";
import { decodeMessage, MessageHead } from "../../packages/runtime/src/wire/message.js";
import { writeMetadata } from "../../packages/runtime/src/wire/metadata.js";
import {
  beginPayload,
  endItem,
  endPayload,
  methodIdBytes,
  writeCallHead,
  writeSchemaMessage,
} from "../../packages/runtime/src/wire/request-messages.js";
import {
  writeConnectionClose,
  writeConnectionOpen,
} from "../../packages/runtime/src/wire/session-messages.js";
import { CoreHarness, even, odd } from "../support/core-harness.js";
import { Golden } from "../support/gen/session.vox.js";
import { count, lookup, serveGolden, wait } from "../support/golden-service.js";
import { toHex } from "../support/golden-values.js";
import { handshakeFrames, RawPeer } from "../support/raw-peer.js";
import { resumable } from "../support/resumable.js";

interface Case {
  /** What the load is. */
  readonly load: string;
  /** The least that is enough for it. For a time, one ms more than passes. */
  readonly enough: number;
  /** The error when it is not enough. */
  readonly text: RegExp;
  /** @returns undefined when the load was taken, else what was said */
  run(limits: Limits): string | undefined | Promise<string | undefined>;
}

function written(write: (w: Writer, p: number) => number): Uint8Array {
  const w = new Writer(64 * 1024);
  return w.buffer.slice(0, write(w, 0));
}

function messageOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** How a session takes a message. */
function received(frame: Uint8Array, limits: Limits): string | undefined {
  const harness = new CoreHarness({ limits });
  harness.core.onFrame(frame, 0, frame.length);
  return harness.end?.error?.message;
}

const metadata = new Metadata({ one: "1", two: "22", three: "333", four: "4444" });
const closeWithMetadata = written((w, p) => writeConnectionClose(w, p, 9, metadata));
const metadataBytes = written((w, p) => writeMetadata(w, p, metadata)).length;

const announcement = assemblePayload(
  count.method.args.schemas.map(({ bytes }) => bytes),
  count.method.args.root,
);
const announced = (limits: Limits): string | undefined =>
  messageOf(() => new ReceiveState(limits, readSchemaPayload).record(count.method.id, "args", announcement));

/** Containers around the innermost one, it included, and how many there are. */
function measure(value: CborValue): { readonly depth: number; readonly nodes: number } {
  const inner: CborValue[] = [];
  if (Array.isArray(value)) inner.push(...(value as CborValue[]));
  else if (value instanceof Map) for (const [key, member] of value) inner.push(key, member);
  else return { depth: 0, nodes: 0 };
  const parts = inner.map(measure);
  return {
    depth: 1 + Math.max(0, ...parts.map(({ depth }) => depth)),
    nodes: 1 + parts.reduce((total, { nodes }) => total + nodes, 0),
  };
}

const announcementSize = measure(decodeCbor(announcement, { maxBytes: 1 << 20, maxDepth: 64 }));

const adding = serveGolden({ add: (a, b) => a + b });
const bounding = serveGolden({ bounds: () => undefined });
const boundingForever = serveGolden({ bounds: () => new Promise<undefined>(() => {}) });
const waiting = serveGolden({ wait: () => new Promise<number>(() => {}) });
const holding = serveGolden({
  sum: (items) => {
    items.keepOpen();
    return 0n;
  },
});

/** What a peer's frames lead to when the session is ours to accept. */
async function against(
  frames: readonly Uint8Array[],
  limits: Limits,
  dispatcher: $.Dispatcher = adding,
): Promise<string | undefined> {
  const [ours, theirs] = memoryLinkPair();
  const peer = new RawPeer(theirs);
  const clock = new FakeClock();
  const accepting = acceptSession(ours, dispatcher, { limits, clock, maxConcurrentRequests: 1 });
  peer.send(...frames);
  try {
    const session = await accepting;
    await settle();
    const { closeError } = session.snapshot();
    session.abort();
    return closeError;
  } catch (error) {
    return (error as Error).message;
  } finally {
    peer.close();
  }
}

const hello = handshakeFrames("initiator");
const longestHello = Math.max(...hello.map((frame) => frame.length));

/** One running call, and so many that wait. */
function callsThatWait(waitingCalls: number): Uint8Array[] {
  const id = methodIdBytes(wait.method.id);
  const payload = assemblePayload(
    wait.method.args.schemas.map(({ bytes }) => bytes),
    wait.method.args.root,
  );
  const schemas = written((w, p) => writeSchemaMessage(w, p, 0, id, "args", payload));
  const calls = Array.from({ length: 1 + waitingCalls }, (_, index) =>
    written((w, p) => {
      const head = writeCallHead(w, p, 0, 2 * index + 1, id);
      w.buffer[head] = 0;
      const start = beginPayload(w, head + 1);
      w.buffer[start] = 1;
      return endPayload(w, start, start + 1);
    }),
  );
  return [schemas, ...calls];
}

const cases: Readonly<Record<keyof Limits, readonly Case[]>> = {
  maxFrameBytes: [
    {
      load: "a frame of 100 bytes of the peer",
      enough: 100,
      text: /a frame of 100 bytes was announced and may have 99/,
      run({ maxFrameBytes }) {
        let bodyBytes = 0;
        const decoder = new FrameDecoder({ maxFrameBytes }, (_bytes, start, end) => {
          bodyBytes = end - start;
        });
        const frame = new Uint8Array(104);
        new DataView(frame.buffer).setUint32(0, 100, true);
        const fault = decoder.push(frame);
        if (fault === undefined) expect(bodyBytes).toBe(100);
        return fault?.message;
      },
    },
    {
      load: "a frame of 8 KiB of ours",
      enough: 8 * 1024,
      text: /a frame may have 8191 \(limit maxFrameBytes\)/,
      async run(limits) {
        await using pair = await connectPair(adding, { client: { limits } });
        const { outbox } = pair.client.core;
        const start = outbox.begin();
        outbox.writer.grow(start, 8 * 1024);
        return messageOf(() => outbox.commit(start + 8 * 1024));
      },
    },
  ],
  maxDecodedBytes: [
    {
      load: "arguments of a list of four points of 48 bytes each",
      enough: 192,
      text: /invalid vox payload.*more than 191 bytes of memory \(limits maxDecodedBytes, maxSessionDecodedBytes\)/,
      async run(limits) {
        await using pair = await connectPair(bounding, { server: { limits } });
        const points = Array.from({ length: 4 }, () => ({ x: 1, y: 1 }));
        const outcome = await pair.client.client(Golden).$try.bounds(points);
        return outcome?.ok === false ? outcome.error.message : undefined;
      },
    },
  ],
  maxSessionDecodedBytes: [
    {
      load: "a second handler beside one whose arguments take 192 bytes",
      enough: 384,
      text: /running queued/,
      async run(limits) {
        const pair = await connectPair(boundingForever, { server: { limits } });
        const points = Array.from({ length: 4 }, () => ({ x: 1, y: 1 }));
        const calls = [1, 2].map(() => pair.client.client(Golden).$try.bounds(points));
        await settle();
        const requests = pair.server.snapshot().connections[0]?.requests ?? [];
        pair.client.abort();
        await Promise.all([...calls, pair.server.closed]);
        const states = requests.map(({ state }) => state).join(" ");
        return states === "running running" ? undefined : states;
      },
    },
  ],
  maxMetadataEntries: [
    {
      load: "a message with four entries",
      enough: 4,
      text: /metadata of 4 entries \(limit maxMetadataEntries\)/,
      run: (limits) => received(closeWithMetadata, limits),
    },
  ],
  maxMetadataBytes: [
    {
      load: `a message with ${metadataBytes} bytes of metadata`,
      enough: metadataBytes,
      text: /metadata of \d+ bytes \(limit maxMetadataBytes\)/,
      run: (limits) => received(closeWithMetadata, limits),
    },
  ],
  maxSchemaBytes: [
    {
      load: "an announcement",
      enough: announcement.length,
      text: /bytes of CBOR exceed the limit/,
      run: announced,
    },
  ],
  maxSchemas: [
    {
      load: "an announcement of three schemas",
      enough: count.method.args.schemas.length,
      text: /3 schemas exceed the limit of 2/,
      run: announced,
    },
    {
      load: "two announcements of five schemas in all",
      enough: count.method.args.schemas.length + lookup.method.args.schemas.length,
      text: /more than 4 schemas on one connection/,
      run(limits) {
        const state = new ReceiveState(limits, readSchemaPayload);
        const second = assemblePayload(
          lookup.method.args.schemas.map(({ bytes }) => bytes),
          lookup.method.args.root,
        );
        return messageOf(() => {
          state.record(count.method.id, "args", announcement);
          state.record(lookup.method.id, "args", second);
        });
      },
    },
  ],
  maxSchemaDepth: [
    { load: "an announcement", enough: announcementSize.depth, text: /nested deeper than/, run: announced },
  ],
  maxSchemaNodes: [
    { load: "an announcement", enough: announcementSize.nodes, text: /arrays and maps/, run: announced },
  ],
  maxHandshakeBytes: [
    {
      load: "a full Hello",
      enough: longestHello,
      text: /\d+ bytes of CBOR exceed the limit/,
      run: (limits) => against(hello, limits),
    },
  ],
  handshakeTimeoutMs: [
    {
      load: "a peer that says nothing for 500 ms",
      enough: 501,
      text: /connect timeout.*within 500 ms/,
      async run(limits) {
        const clock = new FakeClock();
        const [ours, theirs] = memoryLinkPair();
        const peer = new RawPeer(theirs);
        const accepting = acceptSession(ours, adding, { limits, clock });
        let said: string | undefined;
        void accepting.catch((error: Error) => {
          said = error.message;
        });
        await settle();
        clock.advance(500);
        await settle();
        const result = said;
        peer.close();
        await settle();
        clock.advance(60_000);
        return result;
      },
    },
  ],
  maxQueuedRequests: [
    {
      load: "20 calls behind one that runs",
      enough: 20,
      text: /more than 19 requests wait for an answer/,
      run: (limits) => against([...hello, ...callsThatWait(20)], limits, waiting),
    },
  ],
  maxQueuedBytes: [
    {
      load: "5000 bytes of calls that wait for a link that is full",
      enough: 5000,
      text: /not read/,
      run(limits) {
        let said: string | undefined;
        const setReading = (isReading: boolean): boolean => {
          said = isReading ? "read" : "not read";
          return true;
        };
        const reading = new Reading({ limits, isCongested: () => true, setReading });
        reading.countQueued(5000);
        return said;
      },
    },
  ],
  maxWaitingCalls: [
    {
      load: "two calls that wait for a new link",
      enough: 2,
      text: /1 calls wait for a new link already \(limit maxWaitingCalls\)/,
      async run(limits) {
        const pair = await resumable(waiting, { client: { limits } });
        await pair.cut();
        const calls = [1, 2].map((value) => pair.client.client(Golden).$try.wait(value));
        const [snapshot] = pair.client.snapshot().connections;
        await pair.close();
        const [, last] = await Promise.all(calls);
        return snapshot?.requests.length === 2 || last?.ok !== false ? undefined : last.error.message;
      },
    },
  ],
  maxConnections: [
    {
      load: "two connections of ours beside the root",
      enough: 3,
      text: /more than 2 connections \(limit maxConnections\)/,
      run(limits) {
        const harness = new CoreHarness({ limits });
        return [harness.open(), harness.open()].flatMap(({ failed }) => failed)[0]?.message;
      },
    },
    {
      load: "two connections of the peer beside the root",
      enough: 3,
      text: /too many connections/,
      run(limits) {
        const harness = new CoreHarness({ limits });
        const wanted = new Metadata({ "vox-service": "Golden" });
        const settings = { isEven: true, maxConcurrentRequests: 64, initialChannelCredit: 16 };
        const answers = [2, 4].flatMap((id) =>
          harness.receive(toHex(written((w, p) => writeConnectionOpen(w, p, id, settings, wanted)))),
        );
        expect(answers).toHaveLength(2);
        const refusal = answers.find((answer) =>
          answer.includes(toHex(new TextEncoder().encode("too many"))),
        );
        expect(harness.virtualCount).toBe(refusal === undefined ? 2 : 1);
        return refusal === undefined ? undefined : "too many connections";
      },
    },
  ],
  maxPendingOpens: [
    {
      load: "three connections that the peer does not answer for",
      enough: 3,
      text: /more than 2 connections wait for the peer's answer \(limit maxPendingOpens\)/,
      run(limits) {
        const harness = new CoreHarness({ limits });
        return Array.from({ length: 3 }, () => harness.open()).flatMap(({ failed }) => failed)[0]?.message;
      },
    },
  ],
  openTimeoutMs: [
    {
      load: "a connection that the peer does not answer for in 700 ms",
      enough: 701,
      text: /connect timeout: the peer has not answered within 700 ms/,
      run(limits) {
        const harness = new CoreHarness({ limits });
        const { failed } = harness.open();
        harness.clock.advance(700);
        return failed[0]?.message;
      },
    },
  ],
  storeTimeoutMs: [
    {
      load: "a store of operations that has not answered for 700 ms",
      enough: 701,
      text: /Cancelled: the store did not answer within 700 ms/,
      async run(limits) {
        const clock = new FakeClock();
        const errors: unknown[] = [];
        const pair = await connectPair(serveGolden({ wait: (value) => value }), {
          clock,
          server: {
            limits,
            operationStore: {
              admit: () => new Promise<never>(() => {}),
              lookup: () => undefined,
              seal() {},
              release() {},
              remove() {},
            },
            observer: { onOperationStoreError: ({ error }) => void errors.push(error) },
          },
        });
        const call = pair.client.client(Golden).$try.wait(1);
        await settle();
        clock.advance(700);
        await settle();
        const [error] = errors as readonly Error[];
        const outcome = error === undefined ? undefined : await call;
        pair.client.abort();
        pair.server.abort();
        return outcome?.ok === false ? `${outcome.error.code}: ${error?.message}` : undefined;
      },
    },
  ],
  maxInitialCredit: [
    {
      load: "a peer that requests a credit of 300",
      enough: 300,
      text: /announced 299/,
      run(limits) {
        let credit = 0;
        const harness: CoreHarness = new CoreHarness({
          limits,
          admit: (request) => {
            credit = harness.virtual.accept(request).local.initialChannelCredit;
          },
        });
        const wanted = new Metadata({ "vox-service": "Golden" });
        const settings = { isEven: true, maxConcurrentRequests: 64, initialChannelCredit: 300 };
        harness.receive(toHex(written((w, p) => writeConnectionOpen(w, p, 2, settings, wanted))));
        return credit === 300 ? undefined : `announced ${credit}`;
      },
    },
  ],
  maxChannels: [
    {
      load: "two channels of our calls",
      enough: 2,
      text: /more than 1 channels on one connection \(limit maxChannels\)/,
      async run(limits) {
        const pair = await connectPair(holding, { client: { limits } });
        const [one, two] = [channel<number>(), channel<number>()];
        await pair.client.client(Golden).sum(one.rx);
        const outcome = await pair.client
          .client(Golden)
          .sum(two.rx)
          .catch((error: Error) => error.message);
        pair.client.abort();
        await pair.server.closed;
        return typeof outcome === "string" ? outcome : undefined;
      },
    },
    {
      load: "two channels of the peer's calls",
      enough: 2,
      text: /cannot be that of a new channel/,
      async run(limits) {
        const pair = await connectPair(holding, { server: { limits } });
        const [one, two] = [channel<number>(), channel<number>()];
        await pair.client.client(Golden).sum(one.rx);
        const outcome = await pair.client
          .client(Golden)
          .sum(two.rx)
          .catch((error: Error) => error.message);
        pair.client.abort();
        await pair.server.closed;
        return typeof outcome === "string" ? outcome : undefined;
      },
    },
  ],
  maxUnclaimedChannels: [
    {
      load: "items of five channels whose calls have not come",
      enough: 5,
      text: /reset/,
      run(limits) {
        const harness = new CoreHarness();
        const connection = new Connection(0, even, odd, harness.core);
        const channels = new Channels(
          connection,
          limits,
          harness.clock,
          itemExplanations(allBundled.explain),
          () => {},
        );
        const head = new MessageHead();
        for (const id of [1, 3, 5, 7, 9]) {
          const item = written((w, p) => {
            const start = beginPayload(w, writeItemHead(w, p, 0, id));
            w.buffer[start] = 42;
            return endItem(w, start, start + 1);
          });
          decodeMessage(head, item, 0, item.length, defaultLimits);
          channels.onMessage(head, item);
        }
        const resets = harness.take();
        expect(resets.length).toBeLessThanOrEqual(1);
        return resets.length === 0 ? undefined : "reset";
      },
    },
  ],
  maxBufferedBytes: [
    {
      load: "a call behind one that the peer has not fetched",
      enough: 5000,
      text: /waiting/,
      async run(limits) {
        const pair = await connectPair(waiting, { client: { limits } });
        pair.serverLink.pause();
        // Exactly 5000 bytes: a frame without header on a link that keeps boundaries.
        const { outbox } = pair.client.core;
        const start = outbox.begin();
        outbox.writer.grow(start, 5000);
        outbox.commit(start + 5000);
        await settle();
        expect(pair.client.snapshot().outbound.bufferedBytes).toBe(5000);
        const call = pair.client.client(Golden).$try.wait(1);
        const [request] = pair.client.snapshot().connections[0]?.requests ?? [];
        pair.client.abort();
        await Promise.all([call, pair.server.closed]);
        return request?.state === "sent" ? undefined : request?.state;
      },
    },
  ],
  idleTimeoutMs: [
    {
      load: "900 ms without use",
      enough: 901,
      text: /idle timeout: no traffic and no calls for 900 ms \(limit idleTimeoutMs\)/,
      async run(limits) {
        const clock = new FakeClock();
        const pair = await connectPair(adding, { clock, client: { limits } });
        clock.advance(300);
        await pair.client.client(Golden).add(1, 2);
        clock.advance(900);
        const { closeError } = pair.client.snapshot();
        pair.client.abort();
        await pair.server.closed;
        return closeError;
      },
    },
  ],
};

const table = Object.entries(cases).flatMap(([name, own]) =>
  own.map((each) => ({ ...each, name: name as keyof Limits })),
);

describe("a limit", () => {
  it.each(table)("$name: $load", async ({ name, enough, text, run }) => {
    expect(await run({ ...defaultLimits, [name]: enough })).toBeUndefined();
    expect(await run({ ...defaultLimits, [name]: enough - 1 })).toMatch(text);
  });

  it("is in docs/limits.md with its default, and nothing else does", () => {
    const page = readFileSync(new URL("../../docs/limits.md", import.meta.url), "utf8");
    const rows = [...page.matchAll(/^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
      ([, name = "", unit = "", value = "", what = ""]) => ({ name, unit, value: value.trim(), what }),
    );
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(defaultLimits));
    for (const { name, value, what } of rows) {
      const expected = defaultLimits[name as keyof Limits];
      const read = value === "never" ? Number.POSITIVE_INFINITY : Number(value.replaceAll(" ", ""));
      expect([name, read]).toEqual([name, expected]);
      expect(what.trim().length).toBeGreaterThan(10);
    }
  });
});

describe("idleTimeoutMs", () => {
  const idle = { idleTimeoutMs: 1000 };

  it("counts neither pings nor what is in flight", async () => {
    const clock = new FakeClock();
    let answer: (value: number) => void = () => {};
    const dispatcher = serveGolden({
      wait: () =>
        new Promise<number>((resolve) => {
          answer = resolve;
        }),
    });
    const keepalive = { intervalMs: 300, timeoutMs: 100 };
    const pair = await connectPair(dispatcher, { clock, client: { limits: idle, keepalive } });
    const call = pair.client.client(Golden).wait(1);
    for (let ms = 0; ms < 5000; ms += 50) {
      clock.advance(50);
      await settle();
    }
    expect(pair.client.isOpen).toBe(true);
    answer(7);
    expect(await call).toBe(7);
    for (let ms = 0; ms < 950; ms += 50) {
      clock.advance(50);
      await settle();
    }
    expect(pair.client.isOpen).toBe(true);
    clock.advance(50);
    expect(await pair.client.closed).toMatchObject({
      reason: "Local",
      error: { code: "IdleTimeout", retryable: true },
    });
    expect(await pair.server.closed).toMatchObject({ reason: "Remote" });
    expect(clock.armed).toBe(0);
  });

  it("counts from the last answer at the side that serves", async () => {
    const clock = new FakeClock();
    const pair = await connectPair(adding, { clock, server: { limits: idle } });
    for (let turn = 0; turn < 5; turn++) {
      clock.advance(999);
      await pair.client.client(Golden).add(1, 2);
    }
    expect(pair.server.isOpen).toBe(true);
    clock.advance(1000);
    expect(await pair.server.closed).toMatchObject({ error: { code: "IdleTimeout" } });
    expect(await pair.client.closed).toMatchObject({ reason: "Remote", error: undefined });
    expect(clock.armed).toBe(0);
  });
});

describe("limits that are given", () => {
  it.each([
    [{ maxFrameBytes: -1 }, "limits.maxFrameBytes must be a non-negative number, got -1"],
    [{ maxChannels: Number.NaN }, "limits.maxChannels must be a non-negative number, got NaN"],
    [{ maxFrameByts: 1 }, "limits.maxFrameByts: there is no such limit"],
  ])("are refused: %j", (limits, message) => {
    expect(() => completeLimits(limits as Partial<Limits>)).toThrow(new RangeError(message));
  });

  it("take the defaults of the limits that are not given", () => {
    expect(
      completeLimits({ maxChannels: 3, maxFrameBytes: undefined } as unknown as Partial<Limits>),
    ).toEqual({
      ...defaultLimits,
      maxChannels: 3,
    });
  });
});
