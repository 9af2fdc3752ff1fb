/** What a peer can do with calls, as the one who makes them and as the one who answers. */
import { type CallRejection, Metadata, type Result } from "@voxrpc/runtime";
import { settle } from "@voxrpc/runtime/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Writer } from "../../packages/runtime/src/bytes/writer.js";
import { writeMetadata } from "../../packages/runtime/src/wire/metadata.js";
import { announced, frame } from "../support/frames.js";
import { add, boundsOf, divide, lookup, serveGolden, sum, wait } from "../support/golden-service.js";
import { toHex } from "../support/golden-values.js";
import {
  callerOf,
  client,
  endVictims,
  expectAlive,
  expectEnded,
  held,
  say,
  server,
  type VictimOptions,
} from "../support/victim.js";

endVictims();

const u32Max = 2 ** 32 - 1;
const methods = announced(add.method, wait.method, divide.method, boundsOf.method, lookup.method);

/** Handlers that answer, but for `wait`, which never does; how many of those are at work. */
function golden() {
  const running = { wait: 0 };
  const dispatcher = serveGolden({
    add: (a, b) => a + b,
    wait: (_a, { signal }) => {
      running.wait += 1;
      return new Promise<number>((_resolve, reject) =>
        signal.addEventListener("abort", () => {
          running.wait -= 1;
          reject(signal.reason);
        }),
      );
    },
    divide: () => 0n,
    bounds: () => undefined,
    lookup: () => undefined,
  });
  return { running, dispatcher };
}

const serving = (options: VictimOptions = {}) => server(golden().dispatcher, options);
/** One that counts as not reading soon. */
const slow: VictimOptions = { limits: { maxBufferedBytes: 1000 } };

function* times(count: number, make: (index: number) => Uint8Array): Generator<Uint8Array> {
  for (let index = 0; index < count; index++) yield make(index);
}

function* calls(count: number, method: { readonly id: bigint }, args: readonly number[], connectionId = 0) {
  for (let index = 0; index < count; index++) yield frame.call(2 * index + 1, method, args, { connectionId });
}

describe("a hostile caller", () => {
  it("of one unknown method is answered each time", async () => {
    const victim = await serving();
    await say(victim, calls(100_000, { id: 4711n }, []));
    // One announcement, and the answers.
    expect(victim.peer.take()).toHaveLength(100_001);
    expect(held(victim.session)).toMatchObject({ requests: 0, bufferedBytes: 0 });
    await expectAlive(victim);
  });

  it("of ever new unknown methods loses the connection when they are too many to remember", async () => {
    const victim = await serving();
    await say(
      victim,
      times(5000, (index) => frame.call(2 * index + 1, { id: BigInt(index + 1) }, [])),
    );
    await expectEnded(victim, "calls of too many unknown methods");
  });

  it("of such on a virtual connection loses that connection only, and nothing is said on it any more", async () => {
    const victim = await serving();
    await say(victim, [frame.open(1)]);
    await say(
      victim,
      times(5000, (index) => frame.call(2 * index + 1, { id: BigInt(index + 1) }, [], { connectionId: 1 })),
    );
    expect(victim.peer.take().at(-1)).toBe(toHex(frame.closeConnection(1)));
    expect(held(victim.session).connections).toBe(1);
    await expectAlive(victim);
  });

  it("that cancels what it calls and reads no answers loses the session", async () => {
    const victim = await serving(slow);
    await say(victim, methods);
    victim.link.pause();
    await say(
      victim,
      times(200_000, (index) =>
        index % 2 === 0 ? frame.call(index + 1, wait.method, [0]) : frame.cancel(index),
      ),
    );
    await expectEnded(victim, /does not read the answers/);
  });

  it("that calls on while the session closes and reads no answers loses it at once", async () => {
    const victim = await serving(slow);
    await say(victim, [...methods, frame.call(1, wait.method, [0])]);
    const closing = victim.session.close();
    victim.link.pause();
    await say(
      victim,
      times(100_000, (index) => frame.call(2 * index + 3, add.method, [1, 2])),
    );
    await expectEnded(victim, /does not read the answers/);
    await closing;
  });

  it("cannot choose how many of its calls run at once by opening a connection", async () => {
    const { running, dispatcher } = golden();
    const victim = await server(dispatcher, { limits: { maxQueuedRequests: 100 } });
    await say(victim, [
      frame.open(1, undefined, { maxConcurrentRequests: u32Max, initialChannelCredit: u32Max }),
      frame.schemas(wait.method, undefined, 1),
      ...calls(1600, wait.method, [0], 1),
    ]);
    expect(running.wait).toBe(100);
    expect(held(victim.session)).toMatchObject({ connections: 2, requests: 1600 });
    await say(victim, [
      ...times(200, (index) => frame.call(4001 + 2 * index, wait.method, [0], { connectionId: 1 })),
    ]);
    expect(held(victim.session)).toMatchObject({ connections: 1, requests: 0 });
    expect(running.wait).toBe(0);
    await expectAlive(victim);
  });

  it("may send metadata up to the limits, and loses the session beyond", async () => {
    const most = new Metadata();
    for (let index = 0; index < 256; index++) most.append(`${index}`, "x".repeat(230));
    const seen: number[] = [];
    const dispatcher = serveGolden({
      wait: (_a, { metadata }) => {
        seen.push(metadata.size);
        return 0;
      },
    });
    const victim = await server(dispatcher);
    await say(victim, [...announced(wait.method), frame.call(1, wait.method, [0], { metadata: most })]);
    expect(seen).toEqual([256]);
    await expectAlive(victim);
    victim.peer.send(withMetadata(257, 0));
    await expectEnded(victim, /metadata of 257 entries/);
  });

  it.each([
    ["one entry too large", 1, 70_000, /metadata of \d+ bytes/],
    ["2^32 - 1 entries", u32Max, 0, /decode error/],
    ["16 MiB in one entry", 1, 15 << 20, /metadata of \d+ bytes/],
  ])("with metadata of %s loses the session", async (_, count, bytes, text) => {
    const victim = await serving();
    victim.peer.send(withMetadata(count, bytes));
    await expectEnded(victim, text);
  });

  it("with arguments of any bytes is answered, each time once", async () => {
    const called = [add, wait, divide, boundsOf, lookup].map(({ method }) => method);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(called.length - 1), fc.uint8Array({ maxLength: 24 })), { maxLength: 12 }),
        async (made) => {
          const victim = await serving();
          await say(victim, methods);
          const frames = made.map(([which, args], index) =>
            frame.call(2 * index + 1, called[which] as { readonly id: bigint }, [...args]),
          );
          await say(victim, frames);
          const answers = victim.peer.take().filter((text) => text.startsWith("0005"));
          // Calls that wait have not been answered.
          expect(answers.length + held(victim.session).requests).toBe(made.length);
          expect(new Set(answers.map((text) => text.slice(4, 6))).size).toBe(answers.length);
          await expectAlive(victim);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("cannot answer calls that the client did not make", async () => {
    const victim = await serving();
    await say(
      victim,
      times(20_000, (index) => frame.response(index, [0, 1])),
    );
    expect(victim.peer.take()).toEqual([]);
    await expectAlive(victim);
  });
});

describe("a hostile callee", () => {
  it("cannot make a client keep more calls than may be in flight by never answering", async () => {
    const victim = await client();
    const caller = callerOf(victim);
    const outcomes = new Map<string, number>();
    for (let turn = 0; turn < 1000; turn++) {
      const abort = new AbortController();
      const made = caller.$try.wait(0, { signal: abort.signal });
      abort.abort();
      const outcome = await made;
      const code = outcome.ok ? "Ok" : outcome.error.code;
      outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
    }
    expect([...outcomes]).toEqual([["Cancelled", 1000]]);
    expect(held(victim.session).requests).toBe(64);
    await expectAlive(victim);
  });

  it("settles each call once, however often it answers", async () => {
    const victim = await client();
    const made = callerOf(victim).$try.add(1, 2);
    await settle();
    await say(victim, [
      frame.responseSchemas(add.method),
      frame.response(1, [0, 3]),
      ...times(1000, () => frame.response(1, [0, 4])),
    ]);
    expect(await made).toEqual({ ok: true, value: 3 });
    expect(held(victim.session).requests).toBe(0);
    await expectAlive(victim);
  });

  it("with answers of any bytes gives a value or a typed error", async () => {
    const codes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 16 }), { minLength: 1, maxLength: 8 }),
        async (answers) => {
          const victim = await client();
          const caller = callerOf(victim);
          const made = answers.map(() => caller.$try.divide(1n, 2n));
          await settle();
          await say(victim, [
            frame.responseSchemas(divide.method),
            ...answers.map((bytes, index) => frame.response(2 * index + 1, [...bytes])),
          ]);
          for (const outcome of await Promise.all(made)) codes.add(codeOf(outcome));
          expect(held(victim.session).requests).toBe(0);
          await expectAlive(victim);
        },
      ),
      { numRuns: 200, examples: [[failures.map((failure) => Uint8Array.from(failure))]] },
    );
    const known = [
      "User",
      "UnknownMethod",
      "InvalidPayload",
      "Cancelled",
      "ConnectionClosed",
      "SessionShutdown",
    ];
    expect(
      [...codes].filter((code) => ![...known, "Ok", "SendFailed", "Indeterminate"].includes(code)),
    ).toEqual([]);
    expect([...codes]).toEqual(expect.arrayContaining(known));
  });

  it("cannot call a client that serves nothing, in any number", async () => {
    const victim = await client();
    await say(
      victim,
      times(20_000, (index) => frame.call(2 * index + 2, add.method, [1, 2])),
    );
    const answers = victim.peer.take().filter((text) => text.startsWith("0005"));
    expect(answers).toHaveLength(20_000);
    expect(answers.every((text) => text.includes("0000000103"))).toBe(true);
    await expectAlive(victim);
  });

  it("cannot use the ids of its client", async () => {
    const victim = await client();
    await say(victim, [frame.call(1, sum.method, [2])]);
    await expectEnded(victim, "request id 1 is not even");
  });
});

/** An answer for each failure: an error of the method itself, and the seven others. */
const failures = [
  [1, 0, 0],
  ...Array.from({ length: 7 }, (_, index) => (index === 1 ? [1, 2, 1, 0x61] : [1, index + 1])),
];

function codeOf(outcome: Result<unknown, CallRejection<unknown>>): string {
  return outcome.ok ? "Ok" : outcome.error.code;
}

/** A Call with a list that says it has `count` entries and has one of so many bytes, or as many as `count` says. */
function withMetadata(count: number, bytes: number): Uint8Array {
  const plain = frame.call(1, wait.method, []);
  const none = writtenMetadata(new Metadata());
  const at = plain.length - 6;
  expect(plain[at]).toBe(none[0]);
  const entries =
    bytes > 0 ? [rawEntry(bytes)] : Array.from({ length: Math.min(count, 1000) }, () => rawEntry(1));
  return Uint8Array.from(
    Buffer.concat([plain.subarray(0, at), varint(count), ...entries, plain.subarray(at + 1)]),
  );
}

function rawEntry(bytes: number): Uint8Array {
  return Buffer.concat([Uint8Array.of(1, 0x6b, 1), varint(bytes), new Uint8Array(bytes), Uint8Array.of(0)]);
}

function writtenMetadata(metadata: Metadata): Uint8Array {
  const w = new Writer(64);
  const end = writeMetadata(w, 0, metadata);
  return w.buffer.slice(0, end);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Uint8Array.from([...bytes, rest]);
}
