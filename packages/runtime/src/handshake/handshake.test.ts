import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SessionError } from "../errors.js";
import { defaultLimits } from "../limits.js";
import { buildPlan } from "../plan/plan.js";
import { decodeCbor } from "../schema/cbor-decode.js";
import type { Schema } from "../schema/model.js";
import { encodeSchemaList, readSchemaList } from "../schema/payload.js";
import { decodeMessage, MessageHead, MessageKind } from "../wire/message.js";
import { messageSchemas } from "../wire/message-schemas.js";
import { Metadata } from "../wire/metadata.js";
import { AcceptorHandshake, type AcceptorOptions } from "./acceptor.js";
import { answerReader } from "./answer-reader.js";
import type { Handshake, HandshakeOutcome, HandshakeStep } from "./handshake-core.js";
import { encodeHandshakeMessage } from "./handshake-messages.js";
import { InitiatorHandshake, type InitiatorOptions } from "./initiator.js";
import { prologueAccept, prologueHello } from "./prologue.js";
import { decodeHandshakeMessage } from "./read-messages.js";
import type { Parity } from "./settings.js";

function initiatorOf(options: Partial<InitiatorOptions> = {}): InitiatorHandshake {
  return new InitiatorHandshake({
    settings: { parity: "Odd", maxConcurrentRequests: 64, initialChannelCredit: 16 },
    metadata: new Metadata({ "vox-service": "Demo", side: "client" }),
    limits: defaultLimits,
    answerReader,
    ...options,
  });
}

function acceptorOf(options: Partial<AcceptorOptions> = {}): AcceptorHandshake {
  return new AcceptorHandshake({
    settings: { parity: "Even", maxConcurrentRequests: 7, initialChannelCredit: 3 },
    metadata: new Metadata({ side: "server" }),
    limits: defaultLimits,
    ...options,
  });
}

/** Lets two sides talk until both know the outcome. */
function talk(
  initiator: Handshake,
  acceptor: Handshake,
): { client: HandshakeOutcome; server: HandshakeOutcome } {
  const outcomes = new Map<Handshake, HandshakeOutcome>();
  const take = (side: Handshake, step: HandshakeStep): void => {
    const other = side === initiator ? acceptor : initiator;
    if (step.outcome !== undefined) outcomes.set(side, step.outcome);
    for (const frame of step.send) if (!outcomes.has(other)) take(other, other.onFrame(frame));
    const error = step.outcome?.kind === "failed" ? other.onLinkClosed(undefined) : undefined;
    if (error !== undefined && !outcomes.has(other)) outcomes.set(other, { kind: "failed", error });
  };
  take(acceptor, acceptor.start());
  take(initiator, initiator.start());
  const [client, server] = [outcomes.get(initiator), outcomes.get(acceptor)];
  if (client === undefined || server === undefined) throw new Error("the two did not come to an end");
  return { client, server };
}

const textOf = (outcome: HandshakeOutcome | undefined): string =>
  outcome?.kind === "failed" ? outcome.error.message : "no failure";

/** An initiator that has sent Hello. */
function afterHello(options: Partial<InitiatorOptions> = {}): InitiatorHandshake {
  const initiator = initiatorOf(options);
  initiator.start();
  initiator.onFrame(prologueAccept);
  return initiator;
}

function helloYourself(parity: Parity, schemas: Uint8Array = messageSchemas(), credit = 16): Uint8Array {
  const settings = { parity, maxConcurrentRequests: 64, initialChannelCredit: credit };
  const common = { settings, schemas, supportsRetry: true, resumeKey: undefined, metadata: new Metadata() };
  return encodeHandshakeMessage({ kind: "HelloYourself", ...common });
}

const strangeSchemas = encodeSchemaList([
  { id: 7n, typeParams: [], kind: { tag: "struct", name: "Message", fields: [] } },
]);

describe("handshake", () => {
  it("transport_prologue_accepts_bare_mode", () => {
    const asked = initiatorOf().start();
    expect(asked.send).toEqual([prologueHello]);
    // Behind the magic and the version is the mode: 0 is bare.
    expect(Buffer.from(prologueHello).toString("hex")).toBe("564f544809000000");
    const answered = acceptorOf().onFrame(prologueHello);
    expect(answered).toEqual({ send: [prologueAccept], outcome: undefined });
    const initiator = initiatorOf();
    initiator.start();
    const [hello = new Uint8Array()] = initiator.onFrame(prologueAccept).send;
    expect(decodeHandshakeMessage(hello, defaultLimits).kind).toBe("Hello");
  });

  it("acceptor_rejects_peer_zero_initial_credit_before_session_starts", () => {
    const acceptor = acceptorOf();
    acceptor.onFrame(prologueHello);
    const hello = encodeHandshakeMessage({
      kind: "Hello",
      parity: "Odd",
      settings: { parity: "Odd", maxConcurrentRequests: 64, initialChannelCredit: 0 },
      schemas: messageSchemas(),
      supportsRetry: true,
      resumeKey: undefined,
      metadata: new Metadata({ "vox-service": "Demo" }),
    });
    const step = acceptor.onFrame(hello);
    const reason = "initial_channel_credit must be greater than zero";
    expect(textOf(step.outcome)).toContain(reason);
    expect(step.outcome).toMatchObject({ error: { code: "Protocol" } });
    const [sorry = new Uint8Array()] = step.send;
    expect(decodeHandshakeMessage(sorry, defaultLimits)).toEqual({ kind: "Sorry", reason });
  });

  it("message_plan_from_identical_schemas_round_trips", () => {
    const [theirs, ours] = [messageSchemas(), messageSchemas()].map((bytes) =>
      readSchemaList(decodeCbor(bytes, { maxBytes: 1 << 20, maxDepth: 64 }), "", 100),
    );
    const side = (schemas: readonly Schema[] = []) => {
      const byId = new Map(schemas.map((schema) => [schema.id, schema]));
      const root = { tag: "concrete", typeId: schemas.at(-1)?.id ?? 0n, args: [] } as const;
      return { root, lookup: (id: bigint) => byId.get(id) };
    };
    const [remote, local] = [side(theirs), side(ours)];
    const { plan, problems } = buildPlan(remote.root, remote.lookup, local.root, local.lookup);
    expect(problems).toEqual([]);
    expect(plan?.root.same).toBe(true);
    const head = new MessageHead();
    decodeMessage(head, Uint8Array.of(0, 8, 42), 0, 3);
    expect([head.connectionId, head.kind, head.nonce]).toEqual([0, MessageKind.Ping, 42]);
  });

  it("comes to the same result on both sides", () => {
    const { client, server } = talk(initiatorOf(), acceptorOf());
    expect(client).toMatchObject({
      kind: "established",
      result: {
        local: { parity: "Odd", maxConcurrentRequests: 64 },
        peer: { parity: "Even", maxConcurrentRequests: 7, initialChannelCredit: 3 },
        peerSupportsRetry: true,
        sessionKey: undefined,
        peerSchemaCount: 33,
      },
    });
    expect(server).toMatchObject({
      kind: "established",
      result: { local: { parity: "Even" }, peer: { parity: "Odd", initialChannelCredit: 16 } },
    });
    if (server.kind !== "established" || client.kind !== "established") return;
    expect(server.result.peerMetadata.getString("vox-service")).toBe("Demo");
    expect(client.result.peerMetadata.getString("side")).toBe("server");
  });

  it("gives the acceptor the parity that the initiator leaves", () => {
    const settings = { parity: "Even", maxConcurrentRequests: 1, initialChannelCredit: 1 } as const;
    const { client, server } = talk(initiatorOf({ settings }), acceptorOf());
    expect(server).toMatchObject({ result: { local: { parity: "Odd" }, peer: { parity: "Even" } } });
    expect(client).toMatchObject({ result: { local: { parity: "Even" }, peer: { parity: "Odd" } } });
  });

  it("refuses an acceptor with the parity of the initiator, and says so", () => {
    const step = afterHello().onFrame(helloYourself("Odd"));
    expect(textOf(step.outcome)).toBe(
      "protocol error: handshake protocol error: both sides chose the parity Odd",
    );
    const [sorry = new Uint8Array()] = step.send;
    expect(decodeHandshakeMessage(sorry, defaultLimits)).toEqual({
      kind: "Sorry",
      reason: "both sides chose the parity Odd",
    });
  });

  it("refuses a credit of zero on either side", () => {
    const settings = { parity: "Odd", maxConcurrentRequests: 64, initialChannelCredit: 0 } as const;
    const text = "protocol error: handshake protocol error: initial_channel_credit must be greater than zero";
    const local = talk(initiatorOf({ settings }), acceptorOf());
    expect(textOf(local.client)).toBe(text);
    expect(textOf(local.server)).toBe("went away: peer closed during handshake");
    const remote = afterHello().onFrame(helloYourself("Even", messageSchemas(), 0));
    expect(textOf(remote.outcome)).toBe(text);
    expect(remote.send).toHaveLength(1);
  });

  it("tells a peer that is not admitted why", () => {
    const { client, server } = talk(initiatorOf(), acceptorOf({ admit: () => "unknown service Demo" }));
    expect(server).toMatchObject({
      error: { code: "Rejected", message: "connection rejected: unknown service Demo", retryable: false },
    });
    expect(client).toMatchObject({
      error: { code: "Rejected", message: "connection rejected: unknown service Demo", retryable: false },
    });
    const asClient = talk(initiatorOf({ admit: () => "no" }), acceptorOf());
    expect(textOf(asClient.client)).toBe("connection rejected: no");
    expect(textOf(asClient.server)).toBe("connection rejected: no");
  });

  it("drops what a peer says about the kind of its connection", () => {
    const metadata = new Metadata({ "vox-connection-kind": "virtual", "vox-service": "Demo" });
    let seen: Metadata | undefined;
    const admit: AcceptorOptions["admit"] = (peer) => {
      seen = peer.metadata;
      return undefined;
    };
    const { server } = talk(initiatorOf({ metadata }), acceptorOf({ admit }));
    expect([...(seen ?? [])].map((entry) => entry.key)).toEqual(["vox-service"]);
    expect(server.kind === "established" && server.result.peerMetadata.has("vox-connection-kind")).toBe(
      false,
    );
  });

  it("takes an empty schema list for its own, and sends LetsGo before it refuses a strange one", () => {
    const empty = encodeSchemaList([]);
    expect(afterHello().onFrame(helloYourself("Even", empty)).outcome).toMatchObject({
      kind: "established",
      result: { peerSchemaCount: 0 },
    });
    const step = afterHello().onFrame(helloYourself("Even", strangeSchemas));
    expect(textOf(step.outcome)).toBe(
      "protocol error: failed to build message translation plan: " +
        "the peer's messages are another type than ours: `Message` with the id 0000000000000007",
    );
    expect(step.send.map((frame) => decodeHandshakeMessage(frame, defaultLimits))).toEqual([
      { kind: "LetsGo" },
    ]);
  });

  it("refuses our root with another meaning, and takes one whose defaults differ", () => {
    const cbor = decodeCbor(messageSchemas(), { maxBytes: 1 << 16, maxDepth: 64 });
    const own = readSchemaList(cbor, "", 100);
    const changed = own.map((schema): Schema => {
      const { kind } = schema;
      if (kind.tag !== "struct" || kind.name !== "Ping") return schema;
      return {
        ...schema,
        kind: { ...kind, fields: kind.fields.map((field) => ({ ...field, name: "number" })) },
      };
    });
    const step = afterHello().onFrame(helloYourself("Even", encodeSchemaList(changed)));
    expect(textOf(step.outcome)).toBe(
      "protocol error: failed to build message translation plan: the peer's `Ping` has another definition than ours",
    );
    const relaxed = own.map((schema): Schema => {
      const { kind } = schema;
      if (kind.tag !== "struct") return schema;
      return {
        ...schema,
        kind: { ...kind, fields: kind.fields.map((field) => ({ ...field, required: false })) },
      };
    });
    expect(afterHello().onFrame(helloYourself("Even", encodeSchemaList(relaxed))).outcome?.kind).toBe(
      "established",
    );
  });

  it("hands a key to a resumable session, and refuses another than the expected one", () => {
    const offeredKey = new Uint8Array(16).fill(1);
    const { client } = talk(initiatorOf(), acceptorOf({ offeredKey }));
    expect(client).toMatchObject({ result: { sessionKey: offeredKey } });
    const presentedKey = new Uint8Array(16).fill(2);
    const known = talk(initiatorOf({ presentedKey }), acceptorOf({ expectedKey: presentedKey }));
    expect(known.server).toMatchObject({ result: { presentedKey } });
    const unknown = talk(initiatorOf({ presentedKey }), acceptorOf({ expectedKey: offeredKey }));
    expect(textOf(unknown.client)).toBe(
      "session is not resumable: handshake rejected: session resume key mismatch",
    );
  });

  it("names a peer that speaks another protocol", () => {
    const initiator = initiatorOf();
    initiator.start();
    const answer = new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n");
    expect(textOf(initiator.onFrame(answer).outcome)).toMatch(
      /^protocol error: expected TransportAccept or TransportReject: .*HTTP answer$/,
    );
    const request = new TextEncoder().encode("GET / HT");
    expect(textOf(acceptorOf().onFrame(request).outcome)).toMatch(/HTTP request$/);
  });

  it("passes on what the link says went wrong", () => {
    const error = new SessionError("Io", "io error: reset");
    expect(initiatorOf().onLinkClosed(error)).toBe(error);
    expect(afterHello().onLinkClosed(undefined)?.message).toBe("went away: peer closed during handshake");
  });

  it("refuses metadata beyond the limits", () => {
    const metadata = new Metadata();
    for (let index = 0; index <= defaultLimits.maxMetadataEntries; index++) metadata.append("k", index);
    expect(textOf(talk(initiatorOf({ metadata }), acceptorOf()).server)).toMatch(
      /metadata of 257 entries \(limit maxMetadataEntries\)$/,
    );
    const large = new Metadata({ text: "x".repeat(defaultLimits.maxMetadataBytes) });
    expect(textOf(talk(initiatorOf({ metadata: large }), acceptorOf()).server)).toMatch(
      /\(limit maxMetadataBytes\)$/,
    );
    const limits = { ...defaultLimits, maxHandshakeBytes: 1000 };
    expect(textOf(talk(initiatorOf(), acceptorOf({ limits })).server)).toMatch(/exceed the limit of 1000/);
  });

  const hello = encodeHandshakeMessage({
    kind: "Hello",
    parity: "Odd",
    settings: { parity: "Odd", maxConcurrentRequests: 64, initialChannelCredit: 16 },
    schemas: encodeSchemaList([]),
    supportsRetry: true,
    resumeKey: new Uint8Array(16),
    metadata: new Metadata({ a: "b", n: 5 }),
  });

  it("answers any first frames with a step, never with an exception", () => {
    const makers = [
      (): [Handshake, Uint8Array] => [initiatorOf(), prologueAccept],
      (): [Handshake, Uint8Array] => [acceptorOf(), prologueHello],
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...makers),
        fc.boolean(),
        fc.uint8Array({ maxLength: 40 }),
        (make, past, frame) => {
          const [handshake, prologue] = make();
          handshake.start();
          if (past) handshake.onFrame(prologue);
          const { outcome } = handshake.onFrame(frame);
          if (outcome !== undefined) expect(outcome.kind).toBe("failed");
        },
      ),
    );
  });

  it("survives every prefix and every changed byte of a Hello", () => {
    for (let at = 0; at < hello.length; at++) {
      for (const frame of [
        hello.subarray(0, at),
        hello.with(at, (hello[at] ?? 0) ^ 0x41),
        hello.with(at, 0xff),
      ]) {
        const acceptor = acceptorOf();
        acceptor.onFrame(prologueHello);
        const { outcome, send } = acceptor.onFrame(frame);
        if (outcome === undefined) expect(send).toHaveLength(1);
        else expect(outcome).toMatchObject({ kind: "failed", error: { code: "Protocol" } });
      }
    }
  });
});
