/** Both sides of the handshake as state machines: the peer says anything, in any order. */
import { defaultLimits, Metadata, SessionError } from "@voxrpc/runtime";
import { AcceptorHandshake } from "../../../packages/runtime/src/handshake/acceptor.js";
import { answerReader } from "../../../packages/runtime/src/handshake/answer-reader.js";
import type {
  Handshake,
  HandshakeResult,
  HandshakeStep,
  Objection,
} from "../../../packages/runtime/src/handshake/handshake-core.js";
import { encodeHandshakeMessage } from "../../../packages/runtime/src/handshake/handshake-messages.js";
import { InitiatorHandshake } from "../../../packages/runtime/src/handshake/initiator.js";
import { decodeHandshakeMessage } from "../../../packages/runtime/src/handshake/read-messages.js";
import { mutateParts } from "../../support/mutate.js";
import { packParts, unpackParts } from "../../support/parts.js";
import { handshakeFrames } from "../../support/raw-peer.js";
import { bytesOf, fixture, type Target } from "../target.js";

const key = Uint8Array.from({ length: 16 }, (_, at) => at);
const prologueBytes = 8;
/** A reason of ours: texts of the peer are cut, and ours are short. */
const longestText = 2000;

/** Bits of the first part's tag: what this side is given. */
const choices = { key: 1, expected: 2, refuses: 4, later: 8, even: 16 } as const;

function optionsOf(bits: number) {
  const admit = (): Objection | Promise<Objection> => {
    const answer = (bits & choices.refuses) !== 0 ? "not today" : undefined;
    return (bits & choices.later) !== 0 ? Promise.resolve(answer) : answer;
  };
  const parity = (bits & choices.even) !== 0 ? "Even" : "Odd";
  return {
    settings: { parity, maxConcurrentRequests: 64, initialChannelCredit: 16 } as const,
    metadata: new Metadata({ "vox-service": "Noop" }),
    limits: defaultLimits,
    admit,
  };
}

function initiator(bits: number): Handshake {
  return new InitiatorHandshake({
    ...optionsOf(bits),
    presentedKey: (bits & choices.key) !== 0 ? key : undefined,
    answerReader,
  });
}

function acceptor(bits: number): Handshake {
  return new AcceptorHandshake({
    ...optionsOf(bits),
    offeredKey: (bits & choices.key) !== 0 ? key : undefined,
    expectedKey: (bits & choices.expected) !== 0 ? key : undefined,
  });
}

function checkKey(given: Uint8Array | undefined): void {
  if (given !== undefined && given.length !== 16) throw new Error("a key of another length");
}

function checkResult({ peer, sessionKey, presentedKey, peerMetadata }: HandshakeResult): void {
  const { maxConcurrentRequests, initialChannelCredit } = peer;
  for (const bound of [maxConcurrentRequests, initialChannelCredit])
    if (!Number.isInteger(bound) || bound < 0 || bound > 0xffff_ffff) throw new Error("a bound that is none");
  if (initialChannelCredit === 0) throw new Error("a credit of zero");
  checkKey(sessionKey);
  checkKey(presentedKey);
  if (peerMetadata.has("vox-connection-kind")) throw new Error("an entry that only this side adds");
}

/** The messages that were sent so far, by their lengths: most are the same each time, and reading one is slow. */
const sent = new Map<number, Uint8Array>();

/** Each frame that this side sends is a prologue or a readable message. */
function checkSent(frame: Uint8Array): void {
  const known = sent.get(frame.length);
  if (known !== undefined && Buffer.compare(known, frame) === 0) return;
  if (frame.length !== prologueBytes || frame[0] !== 0x56) decodeHandshakeMessage(frame, defaultLimits);
  sent.set(frame.length, frame);
}

/** @returns whether the handshake is over */
function checkStep({ send, outcome }: HandshakeStep): boolean {
  if (send.length > 2) throw new Error("more than two frames at once");
  for (const frame of send) checkSent(frame);
  if (outcome === undefined) return false;
  if (outcome.kind === "established") checkResult(outcome.result);
  else if (!(outcome.error instanceof SessionError)) throw new Error("an error that is none of ours");
  else if (outcome.error.message.length > longestText) throw new Error("a text without end");
  return true;
}

/** @returns the decision that is waited for; nothing when there is none */
function drive(handshake: Handshake, frames: readonly Uint8Array[]): Promise<void> | undefined {
  checkStep(handshake.start());
  for (const [at, frame] of frames.entries()) {
    const step = handshake.onFrame(frame);
    if (checkStep(step)) return undefined;
    const { later } = step;
    if (later === undefined) continue;
    return later.then(async (decided) => {
      if (!checkStep(decided)) await continued(handshake, frames.slice(at + 1));
    });
  }
  if (!(handshake.onLinkClosed(undefined) instanceof SessionError)) throw new Error("no error of ours");
  return undefined;
}

async function continued(handshake: Handshake, frames: readonly Uint8Array[]): Promise<void> {
  for (const frame of frames) {
    const step = handshake.onFrame(frame);
    if (checkStep(step)) return;
    if (step.later !== undefined) throw new Error("the peer is looked at twice");
  }
}

/** The same messages without their list of schemas, which means the schemas of this side: short, and quick to read. */
function shortened(message: Uint8Array): Uint8Array[] {
  try {
    const decoded = decodeHandshakeMessage(message, defaultLimits);
    return "schemas" in decoded ? [encodeHandshakeMessage({ ...decoded, schemas: Uint8Array.of(0x80) })] : [];
  } catch {
    return [];
  }
}

function target(peer: "initiator" | "acceptor", make: (bits: number) => Handshake): Target {
  const honest = handshakeFrames(peer);
  const [prologue = new Uint8Array(0), greeting = prologue, ...rest] = honest;
  const messages = [...bytesOf(fixture("golden/handshake.json")), greeting];
  const lists = [honest, ...messages.flatMap(shortened).map((message) => [prologue, message, ...rest])];
  const corpus = Array.from({ length: 32 }, (_, tag) => tag).flatMap((tag) =>
    lists
      .filter((_, at) => tag === 0 || at % 32 === tag)
      .map((list) => packParts([{ tag, bytes: prologue }, ...list.map((bytes) => ({ tag: 0, bytes }))])),
  );
  return {
    corpus,
    mutate: mutateParts,
    isQuick: true,
    check(input) {
      const [first, ...frames] = unpackParts(input);
      return drive(
        make(first?.tag ?? 0),
        frames.map(({ bytes }) => bytes),
      );
    },
  };
}

/** The side that opened the link, and a peer that accepts. */
export const handshakeInitiator = (): Target => target("acceptor", initiator);
/** The side that took the link, and a peer that opens. */
export const handshakeAcceptor = (): Target => target("initiator", acceptor);
