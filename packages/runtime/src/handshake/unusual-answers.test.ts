/** Initiators that load the code for unusual answers: what they do meanwhile, and that both readers agree. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultLimits } from "../limits.js";
import { messageSchemas } from "../wire/message-schemas.js";
import { Metadata } from "../wire/metadata.js";
import { AcceptorHandshake } from "./acceptor.js";
import { type AnswerReader, answerReader } from "./answer-reader.js";
import type { Answer, HandshakeStep } from "./handshake-core.js";
import { encodeHandshakeMessage } from "./handshake-messages.js";
import { InitiatorHandshake } from "./initiator.js";
import { prologueAccept, prologueHello } from "./prologue.js";
import { readUsualGreeting } from "./usual-greeting.js";

const settings = { parity: "Even", maxConcurrentRequests: 64, initialChannelCredit: 16 } as const;

function greetingOf(metadata: Metadata, schemas = messageSchemas(), resumeKey?: Uint8Array): Uint8Array {
  const kind = "HelloYourself";
  return encodeHandshakeMessage({ kind, settings, schemas, supportsRetry: true, resumeKey, metadata });
}

const load = async (): Promise<AnswerReader> => answerReader;

/** An initiator that has sent Hello, and has no reader at hand. */
function afterHello(): InitiatorHandshake {
  const initiator = new InitiatorHandshake({
    settings: { ...settings, parity: "Odd" },
    metadata: new Metadata(),
    limits: defaultLimits,
    answerReader: load,
  });
  initiator.start();
  initiator.onFrame(prologueAccept);
  return initiator;
}

const sorry = encodeHandshakeMessage({ kind: "Sorry", reason: "unknown service" });
/** As the usual greeting, with a member that is unknown to this side. */
const unusual = withMember(greetingOf(new Metadata({ side: "server" })));

/** Adds a member `x: null` to a greeting. */
function withMember(greeting: Uint8Array): Uint8Array {
  const body = 1 + 1 + "HelloYourself".length;
  const bytes = Uint8Array.from([...greeting, 0x61, 0x78, 0xf6]);
  bytes[body] = (bytes[body] as number) + 1;
  return bytes;
}

async function endOf(step: HandshakeStep): Promise<string> {
  let last = step;
  while (last.later !== undefined) last = await last.later;
  return last.outcome?.kind === "failed" ? last.outcome.error.message : `${last.outcome?.kind}`;
}

/** What the whole reader makes of a frame; undefined for no greeting. */
function readWhole(frame: Uint8Array): Answer | undefined {
  let found: Answer | undefined;
  answerReader.readGreeting(frame, defaultLimits, (answer) => {
    found = answer;
    return { send: [], outcome: undefined };
  });
  return found;
}

/** The part of an answer that the session uses. */
function facts(answer: Answer | undefined): unknown {
  if (answer === undefined) return undefined;
  const { supportsRetry, resumeKey, schemaCount, mismatch } = answer;
  const metadata = [...answer.metadata];
  return { settings: answer.settings, supportsRetry, resumeKey, metadata, schemaCount, mismatch };
}

describe("the schemas of messages in a Hello", () => {
  it.each([
    { side: "a side that has the reader", reader: answerReader, listed: messageSchemas() },
    { side: "a side that would load the reader", reader: load, listed: Uint8Array.of(0x80) },
  ])("are those that the acceptor expects: $side", ({ reader, listed }) => {
    const initiator = new InitiatorHandshake({
      settings: { ...settings, parity: "Odd" },
      metadata: new Metadata(),
      limits: defaultLimits,
      answerReader: reader,
    });
    const acceptor = new AcceptorHandshake({ settings, metadata: new Metadata(), limits: defaultLimits });
    initiator.start();
    acceptor.start();
    const [hello = new Uint8Array()] = initiator.onFrame(prologueAccept).send;
    expect(Buffer.from(hello).includes(Buffer.concat([Buffer.from("message_payload_schema"), listed]))).toBe(
      true,
    );
    acceptor.onFrame(prologueHello);
    const [answer = new Uint8Array()] = acceptor.onFrame(hello).send;
    const [letsGo = new Uint8Array()] = initiator.onFrame(answer).send;
    expect(acceptor.onFrame(letsGo).outcome?.kind).toBe("established");
  });
});

describe("unusual answers", () => {
  it("a usual greeting needs no further code", () => {
    const step = afterHello().onFrame(greetingOf(new Metadata({ "vox-max-frame-bytes": 1 << 20 })));
    expect(step.outcome?.kind).toBe("established");
  });

  it("a greeting in another form leads to a session, too", async () => {
    expect(await endOf(afterHello().onFrame(unusual))).toBe("established");
  });

  it("a refusal is read although the peer closes the link behind it", async () => {
    const initiator = afterHello();
    const step = initiator.onFrame(sorry);
    expect(initiator.onLinkClosed(undefined)).toBeUndefined();
    expect(await endOf(step)).toBe("connection rejected: unknown service");
  });

  it("a link that closes while a greeting is read leads to no session", async () => {
    const initiator = afterHello();
    const step = initiator.onFrame(unusual);
    expect(initiator.onLinkClosed(undefined)).toBeUndefined();
    expect(await endOf(step)).toMatch(/^went away: /);
  });

  it("a frame that arrives while a greeting is read comes too early", async () => {
    const initiator = afterHello();
    const step = initiator.onFrame(unusual);
    expect(initiator.onFrame(sorry)).toEqual({ send: [], outcome: undefined });
    expect(await endOf(step)).toBe(
      "protocol error: handshake protocol error: expected nothing before the answer",
    );
  });

  it("a peer of another kind is named although more of it arrives", async () => {
    const initiator = new InitiatorHandshake({
      settings,
      metadata: new Metadata(),
      limits: defaultLimits,
      answerReader: load,
    });
    initiator.start();
    const step = initiator.onFrame(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"));
    expect(initiator.onFrame(new Uint8Array(3)).outcome).toBeUndefined();
    expect(await endOf(step)).toMatch(/HTTP answer$/);
  });

  it("both readers find the same in every usual greeting", () => {
    const value = fc.oneof(fc.string({ unit: "grapheme" }), fc.bigInt({ min: 0n, max: (1n << 53n) - 1n }));
    const key = fc.option(fc.uint8Array({ maxLength: 20 }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string(), value)),
        key,
        fc.boolean(),
        (entries, resumeKey, isEmpty) => {
          const schemas = isEmpty ? Uint8Array.of(0x80) : messageSchemas();
          const frame = greetingOf(new Metadata(entries), schemas, resumeKey);
          const usual = readUsualGreeting(frame, defaultLimits);
          expect(usual).toBeDefined();
          expect(facts(usual)).toEqual(facts(readWhole(frame)));
        },
      ),
    );
  });

  it("a changed or cut greeting is never read otherwise than by the whole reader", () => {
    const frame = greetingOf(new Metadata({ a: "text", n: 7 }), Uint8Array.of(0x80), new Uint8Array(16));
    for (let at = 0; at < frame.length; at++) {
      for (const byte of [0, 0x18, 0x7f, 0x81, 0xa0, 0xf4, 0xff, (frame[at] as number) ^ 1]) {
        const changed = frame.with(at, byte);
        const usual = readUsualGreeting(changed, defaultLimits);
        if (usual !== undefined) expect(facts(usual)).toEqual(facts(readWhole(changed)));
      }
      expect(readUsualGreeting(frame.subarray(0, at), defaultLimits)).toBeUndefined();
    }
  });

  describe("code that cannot be loaded", () => {
    const offline = new Error("offline");
    const started = (): InitiatorHandshake => {
      const initiator = new InitiatorHandshake({
        settings,
        metadata: new Metadata(),
        limits: defaultLimits,
        answerReader: () => Promise.reject(offline),
      });
      initiator.start();
      return initiator;
    };

    it("ends the handshake with an error that permits another attempt", async () => {
      const last = await started().onFrame(sorry).later;
      expect(last?.outcome).toMatchObject({
        error: {
          code: "Io",
          retryable: true,
          message: "io error: the code that reads an unusual answer of the peer cannot be loaded: offline",
          cause: offline,
        },
      });
    });

    it("gives way to the end of the link", async () => {
      const initiator = started();
      const step = initiator.onFrame(sorry);
      expect(initiator.onLinkClosed(undefined)).toBeUndefined();
      const last = await step.later;
      expect(last?.outcome).toMatchObject({ error: { code: "WentAway", retryable: true } });
    });
  });

  it("a fault of this side while it answers is no failure to load", async () => {
    const bug = new Error("a bug");
    const initiator = new InitiatorHandshake({
      settings: { ...settings, parity: "Odd" },
      metadata: new Metadata(),
      limits: defaultLimits,
      answerReader: load,
      admit: () => {
        throw bug;
      },
    });
    initiator.start();
    initiator.onFrame(prologueAccept);
    await expect(initiator.onFrame(unusual).later).rejects.toBe(bug);
  });

  it("leaves what exceeds the limits to the whole reader", () => {
    const frame = greetingOf(new Metadata({ a: "b", c: "d" }));
    for (const limits of [{ maxHandshakeBytes: 1000 }, { maxMetadataEntries: 1 }, { maxMetadataBytes: 3 }])
      expect(readUsualGreeting(frame, { ...defaultLimits, ...limits })).toBeUndefined();
  });
});
