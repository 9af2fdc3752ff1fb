/**
 * Every error that the runtime throws, rejects with or reports.
 *
 * One base class with a stable `code`; a family per layer. Codes are public API: they are listed in
 * `docs/errors.md`, and a code is never given a second meaning.
 */

import { brand } from "./options/brand.js";
import { shown } from "./options/checks.js";
import { errorMessage, peerText } from "./options/peer-text.js";
import { toJson } from "./options/to-json.js";

/** What every Vox error can be built with. */
export interface VoxErrorOptions {
  /** Whether the same call may succeed on a fresh connection. Default false. */
  readonly retryable?: boolean;
  /** What led to this error: for logging, never sent to the peer. */
  readonly cause?: unknown;
}

/**
 * Base class of all errors of this library. `instanceof` also holds for errors of another copy of this package. The
 * same applies to the classes that extend it.
 */
export class VoxError extends Error {
  static {
    brand(VoxError, "VoxError");
  }

  /** Stable identifier of what went wrong. */
  readonly code: string;
  /** Whether trying again on a fresh connection may help. */
  readonly retryable: boolean;
  constructor(code: string, message: string, options: VoxErrorOptions = {}) {
    super(errorMessage(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.retryable = options.retryable ?? false;
  }

  /** For logs: all members, integers as texts, the cause included, the stack left out. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { name, code, message, retryable, cause } = this;
    const members = toJson({ ...this }) as Readonly<Record<string, unknown>>;
    const json = { ...members, name, code, message, retryable };
    return cause === undefined ? json : { ...json, cause: toJson(cause) };
  }
}

/** True for a {@link VoxError}, also for one made by another copy of this package. */
export function isVoxError(value: unknown): value is VoxError {
  return value instanceof VoxError;
}

/**
 * Turns any thrown value into a {@link VoxError}. A VoxError is returned as it is. Any other value becomes the `cause`
 * of an error with code `Unknown` and the message of that value.
 */
export function toVoxError(thrown: unknown): VoxError {
  if (isVoxError(thrown)) return thrown;
  return new VoxError("Unknown", thrown instanceof Error ? thrown.message : shown(thrown), { cause: thrown });
}

/**
 * The error for an attempt that the application gave up, code `Cancelled`.
 * @param what the attempt has not reached, like `the session was established`
 */
export function cancelledBefore(what: string, cause: unknown): VoxError {
  return new VoxError("Cancelled", `cancelled before ${what}`, { cause });
}

/**
 * What a codec refused: `encode` a value that does not fit its type, or `decode` bytes that are no value of the type.
 */
export type CodecErrorCode = "EncodeFailed" | "DecodeFailed";

/** A value could not be encoded, or bytes could not be decoded. */
export class CodecError extends VoxError {
  static {
    brand(CodecError, "CodecError");
  }

  declare readonly code: CodecErrorCode;
  /** Where in the value, like `Product.price.currency` or `items[3].id`; empty when it is the value itself. */
  readonly path: string;
  /** Byte offset inside the payload (0-based) at which decoding stopped; undefined for `EncodeFailed`. */
  readonly offset: number | undefined;
  /** What is wrong, without the place: `message` puts path and offset around it. */
  readonly reason: string;

  constructor(
    code: CodecErrorCode,
    reason: string,
    place: { readonly path?: string; readonly offset?: number } = {},
    options: VoxErrorOptions = {},
  ) {
    const path = place.path ?? "";
    const at = place.offset === undefined ? "" : ` at byte ${place.offset}`;
    super(code, `${path === "" ? "" : `${path}: `}${reason}${at}`, options);
    this.path = path;
    this.offset = place.offset;
    this.reason = reason;
  }
}

/** How a session (or an attempt to establish one) failed. Source: `protocol/session.md` §8. */
export type SessionErrorCode =
  | "Io"
  | "Protocol"
  | "Rejected"
  | "ServerFull"
  | "WentAway"
  | "NotResumable"
  | "ConnectTimeout"
  | "IdleTimeout";

/** The codes for which a fresh session may succeed. */
const retryableSessionCodes: ReadonlySet<SessionErrorCode> = /*@__PURE__*/ new Set([
  "Io",
  "ServerFull",
  "WentAway",
  "NotResumable",
  "ConnectTimeout",
  "IdleTimeout",
]);

/** The session, its link or its handshake failed. */
export class SessionError extends VoxError {
  static {
    brand(SessionError, "SessionError");
  }

  declare readonly code: SessionErrorCode;

  constructor(code: SessionErrorCode, message: string, options: VoxErrorOptions = {}) {
    super(code, message, { retryable: retryableSessionCodes.has(code), ...options });
  }
}

/** How a channel ended for its sender or receiver. Source: `protocol/calls.md` §5. */
export type ChannelErrorCode =
  | "ChannelClosed"
  | "ChannelReset"
  | "ChannelUnbound"
  | "ConnectionClosed"
  | "ItemUnreadable";

/** A channel has ended, or cannot be used. */
export class ChannelError extends VoxError {
  static {
    brand(ChannelError, "ChannelError");
  }

  declare readonly code: ChannelErrorCode;

  constructor(code: ChannelErrorCode, message: string, options: VoxErrorOptions = {}) {
    super(code, message, options);
  }
}

/**
 * The error for code that is loaded on demand and cannot be loaded, code `Io`: another attempt may succeed.
 * @param what the code does, like `reads types of other versions`
 */
export function notLoaded(what: string, cause: unknown): SessionError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new SessionError("Io", `io error: the code that ${what} cannot be loaded: ${text}`, { cause });
}

/** Why a store of operations or sessions failed. */
export type StoreErrorCode = "StoreFull" | "StoreUnavailable" | "StoreIncompatible" | "RecordDamaged";

/** A store of operations or sessions has failed, or holds data that it cannot read. */
export class StoreError extends VoxError {
  static {
    brand(StoreError, "StoreError");
  }

  declare readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options: VoxErrorOptions = {}) {
    super(code, message, { retryable: code === "StoreFull", ...options });
  }
}

/** How a call failed. Source: `protocol/calls.md` §2. */
export type CallRejectionCode =
  | "User"
  | "UnknownMethod"
  | "InvalidPayload"
  | "Cancelled"
  | "ConnectionClosed"
  | "SessionShutdown"
  | "SendFailed"
  | "Indeterminate";

/** The parts of a failed call's message. */
interface FailureText {
  /** The text of the reference. Source: `protocol/calls.md` §2. */
  readonly text: string;
  readonly retryable: boolean;
  /** What has happened, if the failure has no detail. */
  readonly happened: string;
  /** What to do; follows the sentence about what may have run. */
  readonly advice?: string;
}

const failureTexts: Readonly<Record<CallErrorCode, FailureText>> = {
  UnknownMethod: {
    text: "unknown vox method call",
    retryable: false,
    happened: "the peer does not serve it",
    advice: "compare the schemas of both sides, and the address",
  },
  InvalidPayload: {
    text: "invalid vox payload",
    retryable: false,
    happened: "the peer could not read the arguments",
  },
  Cancelled: { text: "vox request cancelled", retryable: false, happened: "the caller has given up" },
  ConnectionClosed: {
    text: "vox connection closed",
    retryable: true,
    happened: "it ended before the answer came",
  },
  SessionShutdown: { text: "vox session shutdown", retryable: true, happened: "this side has closed it" },
  SendFailed: { text: "vox send failed", retryable: true, happened: "the peer could not send its answer" },
  Indeterminate: {
    text: "indeterminate vox error",
    retryable: false,
    happened: "no answer can come any more",
    advice: "look at what it changes before you call it again, or declare it @idempotent",
  },
};

function textOf(code: CallErrorCode, detail: string, mayHaveRun: boolean): string {
  const { text, happened, advice } = failureTexts[code];
  const parts = [`${text}: ${detail === "" ? happened : detail}`];
  // For InvalidPayload, the detail names the payload.
  if (code !== "InvalidPayload")
    parts.push(mayHaveRun ? "the handler may have run, in whole or in part" : "nothing has run");
  if (advice !== undefined) parts.push(advice);
  return parts.join("; ");
}

/** Codes of {@link CallError}: every way in which a call fails other than by its declared error. */
export type CallErrorCode = Exclude<CallRejectionCode, "User">;

/** Which method a call error belongs to. */
export interface MethodName {
  /** Service as declared, like `Catalog`. */
  readonly service: string;
  /** Method as declared, like `get`. */
  readonly name: string;
  /** Method id on the wire. Source: `protocol/schemas.md` §7. */
  readonly id: bigint;
}

/** Only the name of a generated method: printing an error also prints all its members. */
function nameOf({ service, name, id }: MethodName): MethodName {
  return { service, name, id };
}

/** A method answered with its declared error. `error` is the value; a client's `method.isError` narrows it. */
export class DeclaredError<E = unknown> extends VoxError {
  static {
    brand(DeclaredError, "DeclaredError");
  }

  declare readonly code: "User";
  /** The declared error's value. */
  readonly value: E;
  /** Which method answered. */
  readonly method: MethodName;

  constructor(method: MethodName, error: E) {
    super("User", `${method.service}.${method.name}: ${nameUserError(error)}`);
    this.value = error;
    this.method = nameOf(method);
  }
}

/** A call failed for another reason than its declared error. */
export class CallError extends VoxError {
  static {
    brand(CallError, "CallError");
  }

  declare readonly code: CallErrorCode;
  /** What could not be decoded (`InvalidPayload`), or more about the failure; empty when there is no more to say. */
  readonly detail: string;
  /** Which method was called; undefined when the failure is not about one. */
  readonly method: MethodName | undefined;
  /**
   * Whether the handler may have run, in whole or in part. False: the call was not sent, or the peer did not accept it.
   */
  readonly mayHaveRun: boolean;

  /** @param options `mayHaveRun`: default true, except for `UnknownMethod` */
  constructor(
    code: CallErrorCode,
    detail = "",
    method?: MethodName,
    options: VoxErrorOptions & { readonly mayHaveRun?: boolean } = {},
  ) {
    const { retryable } = failureTexts[code];
    const { mayHaveRun = code !== "UnknownMethod" } = options;
    const prefix = method === undefined ? "" : `${method.service}.${method.name}: `;
    super(code, `${prefix}${textOf(code, detail, mayHaveRun)}`, { retryable, ...options });
    this.detail = detail;
    this.method = method && nameOf(method);
    this.mayHaveRun = mayHaveRun;
  }
}

/** What a call rejects with, or what its Result holds; narrow it by `code`. */
export type CallRejection<E = unknown> = DeclaredError<E> | CallError;

/** The reason of a call that ran out of time, code `Timeout`: `cause` of its {@link CallError}. */
export class CallTimeoutError extends VoxError {
  static {
    brand(CallTimeoutError, "CallTimeoutError");
  }

  /** How long the call was given, ms. */
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super("Timeout", `no answer within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

const longestErrorName = 120;

/** A declared error in a few words for an error's message: its text, or the name of its variant. */
function nameUserError(error: unknown): string {
  if (typeof error === "string") return peerText(error, longestErrorName);
  if (typeof error === "object" && error !== null && "kind" in error)
    return peerText(String(error.kind), longestErrorName);
  return "the method's declared error";
}
