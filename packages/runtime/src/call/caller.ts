/** The interface through which generated clients call. */
import type { CallRejection } from "../errors.js";
import type { Metadata } from "../wire/metadata.js";
import type { Method } from "./method.js";
import type { Result } from "./result.js";
import type { ConnectionHandle, DrivenConnection, SessionHandle } from "./session-handle.js";

/** What a single call may be given. */
export interface CallOptions {
  /** Cancels the call: it rejects at once with `Cancelled` and the abort reason as `cause`. The peer gets a Cancel. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the call is cancelled, waiting for a free slot included. No limit when absent. */
  readonly timeoutMs?: number | undefined;
  /** Sent beside the arguments. */
  readonly metadata?: Metadata | undefined;
  /** Called with the metadata of the answer, before the call settles. Not called when no answer came. */
  readonly onMetadata?: ((metadata: Metadata) => void) | undefined;
}

/** Calls methods on one connection, for one client. */
export interface Caller {
  /** The session that carries the calls. */
  readonly session: SessionHandle;
  /** The connection on which the calls are made. */
  readonly connection: ConnectionHandle;
  /**
   * Calls a method.
   * @throws DeclaredError when the method answers with its declared error
   * @throws CallError when the call fails otherwise
   * @throws CodecError `EncodeFailed` when an argument does not fit its type: nothing was sent
   */
  call<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options?: CallOptions,
  ): Promise<T>;
  /**
   * Calls a method; a failed call is a value.
   * @throws CodecError `EncodeFailed` when an argument does not fit its type: nothing was sent
   */
  tryCall<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options?: CallOptions,
  ): Promise<Result<T, CallRejection<E>>>;
}

/** Calls methods on one connection, for all of its clients. */
export interface DrivenCaller extends Omit<Caller, "connection"> {
  readonly connection: DrivenConnection;
}
