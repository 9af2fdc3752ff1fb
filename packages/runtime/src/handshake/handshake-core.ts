/**
 * What the state machines of both sides share: their steps, their result, the rules for both. Source:
 * `protocol/wire.md` §3–4.
 */
import { SessionError } from "../errors.js";
import type { Limits } from "../limits.js";
import type { Metadata } from "../wire/metadata.js";
import { encodeHandshakeMessage, type Greeting } from "./handshake-messages.js";
import type { ConnectionSettings } from "./settings.js";

/** The options of one side. */
export interface HandshakeOptions {
  /** The initiator uses them as they are; the acceptor uses the parity that the initiator leaves. */
  readonly settings: ConnectionSettings;
  /** Sent to the peer, `vox-service` included. It must hold no bytes: peers of 0.8.2 cannot read them. */
  readonly metadata: Metadata;
  readonly limits: Limits;
  /**
   * Called once the peer has introduced itself, before the last message is sent. The peer waits for the answer.
   * @returns why the peer is refused; undefined to go on. A promise must not reject
   */
  readonly admit?: ((peer: PeerIntroduction) => Objection | Promise<Objection>) | undefined;
}

/** Why the peer is refused; undefined when it is admitted. */
export type Objection = string | undefined;

/** The peer's introduction of itself. */
export interface PeerIntroduction {
  /** Without the entries that only this side may add. */
  readonly metadata: Metadata;
  /** Key of the session that the peer resumes, 16 bytes; undefined for none, and from acceptors. */
  readonly presentedKey: Uint8Array | undefined;
  readonly settings: ConnectionSettings;
}

/** The result of a handshake, the same facts on both sides. */
export interface HandshakeResult {
  readonly local: ConnectionSettings;
  /** As they arrived, with an unchecked parity: the peer's ids have the parity that this side does not use. */
  readonly peer: ConnectionSettings;
  readonly peerSupportsRetry: boolean;
  /** Without the entries that only this side may add. */
  readonly peerMetadata: Metadata;
  /** The key under which the acceptor will know the session, 16 bytes; undefined when it offers no resume. */
  readonly sessionKey: Uint8Array | undefined;
  /** The key that the initiator presented, 16 bytes; undefined for none, and on the initiator's own side. */
  readonly presentedKey: Uint8Array | undefined;
  /** How many schemas of `Message` the peer listed. */
  readonly peerSchemaCount: number;
}

/** What an acceptor answers to the greeting of an initiator. */
export interface Answer extends Omit<Greeting<never>, "schemas"> {
  /** How many schemas of `Message` it lists. */
  readonly schemaCount: number;
  /** How its type of messages differs; undefined when it is the same. */
  readonly mismatch: string | undefined;
}

/** The result of an input: frames to send, then the outcome of the handshake. */
export interface HandshakeStep {
  readonly send: readonly Uint8Array[];
  /** Undefined: more frames are expected, or `later` decides. */
  readonly outcome: HandshakeOutcome | undefined;
  /**
   * The next step, while the application decides or the code that reads the frame is loaded; no frame is expected
   * before it. It rejects with what an input throws: a fault of this side.
   */
  readonly later?: Promise<HandshakeStep> | undefined;
}

/** How a handshake ended. */
export type HandshakeOutcome =
  | { readonly kind: "established"; readonly result: HandshakeResult }
  | { readonly kind: "failed"; readonly error: SessionError };

/** The state machine of one side: bytes in, bytes out. After an outcome it takes no further input. */
export interface Handshake {
  /** The link is open. */
  start(): HandshakeStep;
  /** A frame arrived; its memory is not written to again. */
  onFrame(frame: Uint8Array): HandshakeStep;
  /**
   * The link has ended.
   * @param error of the link; undefined for a clean end
   * @returns why the handshake fails; undefined when a frame that arrived before is read, and its step says why
   */
  onLinkClosed(error: SessionError | undefined): SessionError | undefined;
}

/** Bytes of a resume key. */
const keyBytes = 16;
/** Key of an entry that the receiver adds itself: an entry of the peer is dropped. Source: `protocol/wire.md` §7. */
const connectionKindKey = "vox-connection-kind";
/** The answer to a credit of zero. */
export const zeroCredit = "initial_channel_credit must be greater than zero";

/** More frames are expected. */
export function waiting(...send: readonly Uint8Array[]): HandshakeStep {
  return { send, outcome: undefined };
}

/** Goes on with the decision about the peer, at once or later. */
export function whenAdmitted(
  objection: Objection | Promise<Objection>,
  goOn: () => HandshakeStep,
): HandshakeStep {
  const decide = (answer: Objection): HandshakeStep => (answer === undefined ? goOn() : refused(answer));
  if (!(objection instanceof Promise)) return decide(objection);
  return { send: [], outcome: undefined, later: objection.then(decide) };
}

/** The step for a frame that arrives before the decision about the peer. */
export function tooEarly(): HandshakeStep {
  return violated("expected nothing before the answer");
}

const failurePrefixes = {
  Protocol: "protocol error",
  Rejected: "connection rejected",
};

/** Ends the handshake: the session fails with `text`. */
export function failed(
  text: string,
  send: readonly Uint8Array[] = [],
  code: keyof typeof failurePrefixes = "Protocol",
  cause?: unknown,
): HandshakeStep {
  return failedBy(new SessionError(code, `${failurePrefixes[code]}: ${text}`, { cause }), send);
}

/** Ends the handshake with an error. */
export function failedBy(error: SessionError, send: readonly Uint8Array[] = []): HandshakeStep {
  return { send, outcome: { kind: "failed", error } };
}

/** Ends the handshake because the peer broke a rule. */
export function violated(text: string, send: readonly Uint8Array[] = []): HandshakeStep {
  return failed(`handshake protocol error: ${text}`, send);
}

/** Ends the handshake, and sends the reason to the peer. */
function refused(text: string): HandshakeStep {
  return failed(text, [encodeHandshakeMessage({ kind: "Sorry", reason: text })], "Rejected");
}

/** Ends the handshake because the peer broke a rule, and sends the reason to the peer. */
export function violatedWithSorry(text: string): HandshakeStep {
  return violated(text, [encodeHandshakeMessage({ kind: "Sorry", reason: text })]);
}

/**
 * Ends the handshake with success, unless the peer has another type of messages.
 * @param mismatch how its type differs; undefined when it is the same
 * @param last frames that are sent in both cases
 */
export function concluded(
  result: HandshakeResult,
  mismatch: string | undefined,
  last: readonly Uint8Array[] = [],
): HandshakeStep {
  if (mismatch !== undefined) return failed(`failed to build message translation plan: ${mismatch}`, last);
  return { send: last, outcome: { kind: "established", result } };
}

/** The error for a link that ended too early. A peer that was starting, stopping or full may take a later attempt. */
export function closedTooEarly(text: string, error: SessionError | undefined): SessionError {
  // The error of the transport says more: a reset, or a stream of another protocol.
  return error ?? new SessionError("WentAway", `went away: ${text}`);
}

/** A key of the right length, or none. */
export function validKey(key: Uint8Array | undefined): Uint8Array | undefined {
  return key?.length === keyBytes ? key : undefined;
}

/** The peer's metadata without the entry that the peer may not send. */
export function cleaned({ metadata }: { readonly metadata: Metadata }): Metadata {
  metadata.delete(connectionKindKey);
  return metadata;
}
