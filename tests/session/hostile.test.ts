/** A peer that has shaken hands and then breaks the rules: what it gets, and what is left of the session. */
import type { Metadata, Observer } from "@voxrpc/runtime";
import type * as $ from "@voxrpc/runtime/gen/v1";
import { acceptSession, type Session } from "@voxrpc/runtime/link";
import { FakeClock, memoryLinkPair, settle } from "@voxrpc/runtime/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeHandshakeMessage } from "../../packages/runtime/src/handshake/handshake-messages.js";
import { assemblePayload } from "../../packages/runtime/src/schema/assemble-payload.js";
import { messageSchemas } from "../../packages/runtime/src/wire/message-schemas.js";
import { Metadata as SentMetadata } from "../../packages/runtime/src/wire/metadata.js";
import { add, serveGolden, wait } from "../support/golden-service.js";
import { fromHex, toHex } from "../support/golden-values.js";
import { handshakeFrames, RawPeer } from "../support/raw-peer.js";
import { expectNothingUnheard } from "../support/unheard.js";

expectNothingUnheard();

const varint = (value: bigint): string => {
  let [rest, text] = [value, ""];
  while (rest >= 0x80n) {
    text += (Number(rest & 0x7fn) | 0x80).toString(16).padStart(2, "0");
    rest >>= 7n;
  }
  return text + Number(rest).toString(16).padStart(2, "0");
};

/** Announces the argument types of a method. */
function schemasOf(method: { readonly id: bigint; readonly args: $.Binding }): string {
  const payload = toHex(
    assemblePayload(
      method.args.schemas.map((schema) => schema.bytes),
      method.args.root,
    ),
  );
  return `0006${varint(method.id)}00${varint(BigInt(payload.length / 2))}${payload}`;
}

/** A Call with arguments of less than 256 bytes. */
function callOf(id: bigint, method: { readonly id: bigint }, args: string): string {
  return `0005${varint(id)}00${varint(method.id)}00${(args.length / 2).toString(16).padStart(2, "0")}000000${args}00`;
}

interface Victim {
  readonly peer: RawPeer;
  readonly session: Session;
  readonly clock: FakeClock;
  readonly seen: string[];
  readonly contexts: $.CallContext[];
}

async function victim(handshake: readonly Uint8Array[] = handshakeFrames("initiator")): Promise<Victim> {
  const [ours, theirs] = memoryLinkPair();
  const clock = new FakeClock();
  const seen: string[] = [];
  const contexts: $.CallContext[] = [];
  const observer: Observer = { onProtocolError: ({ origin, text }) => seen.push(`${origin}: ${text}`) };
  const golden = serveGolden({
    add: (a, b) => a + b,
    wait: (gate, context) => {
      contexts.push(context);
      return gate === 0 ? 0 : new Promise<number>(() => {});
    },
  });
  const accepting = acceptSession(ours, golden, {
    clock,
    observer,
    maxConcurrentRequests: 4,
    limits: { maxQueuedRequests: 8 },
  });
  const peer = new RawPeer(theirs);
  peer.send(...handshake);
  const session = await accepting;
  await settle();
  peer.take();
  return { peer, session, clock, seen, contexts };
}

const protocolError = (text: string): string =>
  `0000${varint(BigInt(text.length))}${toHex(new TextEncoder().encode(text))}`;

async function expectEnd({ peer, session, clock, seen }: Victim, text: string): Promise<void> {
  await settle();
  expect(peer.take().at(-1)).toBe(protocolError(text));
  expect(await session.closed).toMatchObject({
    reason: "Protocol",
    error: { message: `protocol error: ${text}` },
  });
  expect(peer.end).toBe("clean");
  expect(seen).toEqual([`remote: ${text}`]);
  expect(clock.armed).toBe(0);
}

describe("a hostile peer", () => {
  it.each([
    ["", "decode error: unexpected EOF at byte 0"],
    ["000a00", "decode error: unknown remote enum variant index 10 at byte 1"],
    ["00", "decode error: unexpected EOF at byte 1"],
    ["ffffffffffffffffffffff", "decode error: varint overflow at byte 0"],
    ["000501000000ffffffff", "decode error: unexpected EOF at byte 10"],
  ])("learns what is wrong with the frame %s", async (frame, text) => {
    const target = await victim();
    target.peer.send(frame);
    await expectEnd(target, text);
  });

  it("may not use a request id that is in flight", async () => {
    const target = await victim();
    target.peer.send(schemasOf(wait.method), callOf(1n, wait.method, "01"), callOf(1n, wait.method, "01"));
    await expectEnd(target, "request id 1 is in flight already");
    expect(target.contexts).toHaveLength(1);
    expect(target.contexts[0]?.signal.aborted).toBe(true);
  });

  it.each([2n, 0n, 2n ** 63n])("may not use the request id %d, which is not its own", async (id) => {
    const target = await victim();
    target.peer.send(schemasOf(add.method), callOf(id, add.method, "0102"));
    await expectEnd(target, `request id ${id} is not odd`);
  });

  it("has the ids that its Hello claims, whatever its settings say", async () => {
    const settings = { parity: "Even", maxConcurrentRequests: 64, initialChannelCredit: 16 } as const;
    const [prologue = "", , letsGo = ""] = handshakeFrames("initiator").map(toHex);
    const common = { settings, schemas: messageSchemas(), supportsRetry: true, resumeKey: undefined };
    const hello = encodeHandshakeMessage({
      kind: "Hello",
      parity: "Odd",
      ...common,
      metadata: new SentMetadata(),
    });
    const { peer, session } = await victim([fromHex(prologue), hello, fromHex(letsGo)]);
    peer.send(schemasOf(add.method), callOf(1n, add.method, "0102"));
    await settle();
    expect(peer.take().at(-1)).toBe("000501010002000000000300");
    session.abort();
  });

  it("may use an id again that has been answered", async () => {
    const { peer, session } = await victim();
    peer.send(schemasOf(add.method), callOf(1n, add.method, "0102"), callOf(1n, add.method, "0304"));
    await settle();
    expect(peer.take().slice(1)).toEqual(["000501010002000000000300", "000501010002000000000700"]);
    session.abort();
  });

  it("may not pile up requests without end", async () => {
    const target = await victim();
    const calls = Array.from({ length: 69 }, (_, index) => callOf(BigInt(2 * index + 1), wait.method, "01"));
    target.peer.send(schemasOf(wait.method), ...calls);
    // Four run, sixteen times the limit may wait, one is too many.
    await expectEnd(target, "more than 64 requests wait for an answer");
    expect(target.contexts).toHaveLength(4);
  });

  it("may not announce a schema twice, nor anything that is none", async () => {
    const twice = await victim();
    twice.peer.send(schemasOf(add.method), schemasOf(add.method));
    await settle();
    expect((await twice.session.closed).error?.message).toMatch(
      /^protocol error: standalone schema message: duplicate/,
    );
    const garbage = await victim();
    garbage.peer.send(`0006${varint(add.method.id)}0001ff`);
    await settle();
    expect((await garbage.session.closed).error?.message).toMatch(/invalid schema CBOR/);
  });

  it("gets answers to bad arguments, and the session goes on", async () => {
    const { peer, session } = await victim();
    peer.send(callOf(1n, add.method, "0102"), schemasOf(add.method), callOf(3n, add.method, "01"));
    peer.send(callOf(5n, add.method, "0102"), callOf(7n, { id: 4711n }, ""));
    await settle();
    const responses = peer.take().filter((frame) => frame.startsWith("0005"));
    const invalid = "0102";
    expect(responses.map((frame) => [frame.slice(4, 6), frame.slice(18, 22)])).toEqual([
      ["01", invalid],
      ["03", invalid],
      ["05", "0003"],
      ["07", "0101"],
    ]);
    expect(session.isOpen).toBe(true);
    session.abort();
  });

  it("is not answered with what it sent: sensitive metadata reaches no text", async () => {
    const { peer, session, contexts } = await victim();
    const entry = "01016b000673656372657401";
    peer.send(
      schemasOf(wait.method),
      `000501 00 ${varint(wait.method.id)} ${entry} 01000000 01 00`.replaceAll(" ", ""),
    );
    await settle();
    const metadata: Metadata | undefined = contexts[0]?.metadata;
    expect(metadata?.getString("k")).toBe("secret");
    expect(JSON.stringify(metadata)).not.toContain("secret");
    session.abort();
  });

  it("cannot break us with frames that are changed anywhere", async () => {
    const good = [
      schemasOf(add.method),
      callOf(1n, add.method, "0102"),
      callOf(3n, wait.method, "01"),
      "00050302",
      "000805",
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (changes) => {
          const frames = good.map(fromHex);
          for (const [frame, at, value] of changes) {
            const bytes = frames[frame];
            if (bytes !== undefined) bytes[at % bytes.length] = value;
          }
          const { peer, session, clock } = await victim();
          peer.send(...frames);
          await settle();
          if (!session.isOpen) expect((await session.closed).reason).toBeOneOf(["Protocol", "Remote"]);
          session.abort();
          await session.closed;
          await settle();
          expect(clock.armed).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("cannot break us with frames of any bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 24 }), { maxLength: 5 }), async (frames) => {
        const { peer, session, clock } = await victim();
        // Every second begins like a message of the root.
        peer.send(...frames.map((frame, index) => (index % 2 === 0 ? frame : Uint8Array.of(0, ...frame))));
        await settle();
        session.abort();
        await session.closed;
        await settle();
        expect(clock.armed).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
