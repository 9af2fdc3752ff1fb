/** Options of sessions, and the part of them that the peer gets in the handshake. */

import { noService } from "../call/service.js";
import type { Clock } from "../clock.js";
import { isVoxError, SessionError, type VoxError } from "../errors.js";
import type { ConnectionSettings, Parity } from "../handshake/settings.js";
import type { Limits } from "../limits.js";
import type { FailureReporting, Observer } from "../observer.js";
import type { OperationStore } from "../operations/operation-store.js";
import type { KeepaliveOptions } from "../session/keepalive.js";
import { Metadata } from "../wire/metadata.js";

/** Options that both sides have when they make a session on a link. */
export interface SessionOptions {
  /** Calls that this side takes at once; the peer's further calls wait. 1 to 2^32 - 1, default 64. */
  readonly maxConcurrentRequests?: number | undefined;
  /** Items that this side takes on a fresh channel before it grants more. 1 to 2^32 - 1, default 16. */
  readonly initialChannelCredit?: number | undefined;
  /** Sent to the peer with the handshake: texts and integers, no bytes. Default none. */
  readonly metadata?: Metadata | undefined;
  /** Name of the service that this side requests from the peer. Default: no particular service. */
  readonly service?: string | undefined;
  /** Bounds that differ from the default ones. */
  readonly limits?: Partial<Limits> | undefined;
  /** Default: the platform's. */
  readonly clock?: Clock | undefined;
  /** Asks at intervals whether the peer is alive, and ends the session when the peer gives no sign. Default: never. */
  readonly keepalive?: KeepaliveOptions | undefined;
  /**
   * Keeps the answers to calls with an operation id, so that a call that is sent again does not run again. It serves
   * all connections of the session, and may serve many sessions. Default: each connection keeps the answers of
   * `@persist` methods in memory as long as it lives. If the session can be resumed, it keeps those of all methods.
   */
  readonly operationStore?: OperationStore | undefined;
  /** Watches the session and its calls. */
  readonly observer?: Observer | undefined;
  /**
   * Called when code of the application fails, and the observer has no member for that: a handler, a connection
   * acceptor, `onSession` or a store. `source` of the event says which. Errors of the listener itself are ignored.
   * Default: nothing; `connect` and `serve` print the error.
   */
  readonly onUnhandledError?: FailureReporting["onUnhandledError"];
  /** Gives up when aborted before the session is established; the promise rejects with code `Cancelled`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Fails with `NotResumable` unless the session can be resumed: the acceptor has to give a key. Default false. This
   * option resumes nothing itself: use `reconnect` of `initiate`, and `resumable` of `accept`.
   */
  readonly requireResumable?: boolean | undefined;
  /** Milliseconds that the peer has for prologue and handshake. Default `limits.handshakeTimeoutMs`, 10 000. */
  readonly timeoutMs?: number | undefined;
}

/** Key of the entry that names the wanted service. Source: `protocol/wire.md` §7. */
export const serviceKey = "vox-service";

/** The settings that this side announces. */
export function settingsOf(parity: Parity, options: SessionOptions): ConnectionSettings {
  const { maxConcurrentRequests = 64, initialChannelCredit = 16 } = options;
  return { parity, maxConcurrentRequests, initialChannelCredit };
}

/** The metadata that this side sends with the handshake. @throws TypeError for values that cannot be sent */
export function metadataOf(options: SessionOptions): Metadata {
  const metadata = new Metadata(options.metadata);
  for (const { key, value } of metadata) {
    if (value instanceof Uint8Array)
      throw new TypeError(
        `metadata "${key}": bytes cannot be sent in a handshake, peers of 0.8.2 cannot read them`,
      );
  }
  return metadata.append(serviceKey, options.service ?? noService);
}

/** The error of a failed attempt, as an observer gets it. */
export function asVoxError(error: unknown): VoxError {
  return isVoxError(error)
    ? error
    : new SessionError("Protocol", `protocol error: ${String(error)}`, { cause: error });
}
