/**
 * Every error that the runtime throws, rejects with or reports.
 *
 * One base class with a stable `code`; a family per layer. Codes are public API: they are listed in
 * `docs/errors.md`, and a code is never given a second meaning.
 */

const brand: unique symbol = Symbol.for("@voxrpc/runtime/VoxError") as never;

/** What every Vox error can be built with. */
export interface VoxErrorOptions {
  /** Whether the same call may succeed on a fresh connection. Default false. */
  readonly retryable?: boolean;
  /** What led to this error: for logging, never sent to the peer. */
  readonly cause?: unknown;
}

/** Base class of all errors of this library. Use {@link isVoxError} when two copies may be installed. */
export class VoxError extends Error {
  /** Stable identifier of what went wrong. */
  readonly code: string;
  /** Whether trying again on a fresh connection may help. */
  readonly retryable: boolean;
  /** @internal lets {@link isVoxError} recognise instances of another copy of this package. */
  readonly [brand] = true;

  constructor(code: string, message: string, options: VoxErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

/** True for a {@link VoxError}, also for one made by another copy of this package. */
export function isVoxError(value: unknown): value is VoxError {
  return typeof value === "object" && value !== null && brand in value;
}

/** What a codec refused: `encode` a value that does not fit its type, or `decode` bytes that are no value of it. */
export type CodecErrorCode = "EncodeFailed" | "DecodeFailed";

/** A value could not be encoded, or bytes could not be decoded. */
export class CodecError extends VoxError {
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
export type SessionErrorCode = "Io" | "Protocol" | "Rejected" | "NotResumable" | "ConnectTimeout";

/** The session, its link or its handshake failed. */
export class SessionError extends VoxError {
  declare readonly code: SessionErrorCode;

  constructor(code: SessionErrorCode, message: string, options: VoxErrorOptions = {}) {
    super(code, message, { retryable: code === "Io" || code === "NotResumable" || code === "ConnectTimeout", ...options });
  }
}

/** How a call failed. Source: `protocol/calls.md` §2. */
export type CallErrorCode =
  | "User"
  | "UnknownMethod"
  | "InvalidPayload"
  | "Cancelled"
  | "ConnectionClosed"
  | "SessionShutdown"
  | "SendFailed"
  | "Indeterminate";
