/** What sessions are made with, and what of it the peer hears in the handshake. */

import { noService } from "../call/service.js";
import type { Clock } from "../clock.js";
import { isVoxError, SessionError, type VoxError } from "../errors.js";
import type { ConnectionSettings, Parity } from "../handshake/settings.js";
import type { Limits } from "../limits.js";
import type { HandlerFailureListener, Observer } from "../observer.js";
import type { OperationStore } from "../operations/operation-store.js";
import type { KeepaliveOptions } from "../session/keepalive.js";
import { Metadata } from "../wire/metadata.js";

/** What both sides may choose when they make a session of a link. */
export interface SessionOptions {
  /** Calls that this side takes at once; the peer's further calls wait. 1 to 2^32 - 1, default 64. */
  readonly maxConcurrentRequests?: number | undefined;
  /** Items that this side takes on a fresh channel before it grants more. 1 to 2^32 - 1, default 16. */
  readonly initialChannelCredit?: number | undefined;
  /** Sent to the peer beside the handshake: texts and integers, no bytes. Default none. */
  readonly metadata?: Metadata | undefined;
  /** Name of the service that is wanted of the peer. Default: none in particular. */
  readonly service?: string | undefined;
  /** Bounds that differ from the default ones. */
  readonly limits?: Partial<Limits> | undefined;
  /** Default: the platform's. */
  readonly clock?: Clock | undefined;
  /** Asks at intervals whether the peer is there, and ends the session when it gives no sign. Default: never. */
  readonly keepalive?: KeepaliveOptions | undefined;
  /**
   * Keeps the answers to calls with an operation id, so that one that is sent again is not run again. Serves all
   * connections of the session, and may serve many sessions. Default: answers of `@persist` methods, and those of all
   * methods where the session can be resumed, are kept in memory as long as their connection lives.
   */
  readonly operationStore?: OperationStore | undefined;
  /** Watches the session and its calls. */
  readonly observer?: Observer | undefined;
  /**
   * Called with what a handler threw where the observer has no `onHandlerError`; what it throws is ignored. Default:
   * nothing; `connect` and `serve` print it.
   */
  readonly onUnhandledError?: HandlerFailureListener | undefined;
  /** Gives up when aborted before the session is there; the promise rejects with code `Cancelled`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Fails with `NotResumable` unless the session can be resumed: the acceptor has to give a key. Default false. A session
   * is resumed by who has the option for it: `reconnect` of `initiate`, `resumable` of `accept`.
   */
  readonly requireResumable?: boolean | undefined;
  /** Milliseconds that the peer is given for prologue and handshake. Default `limits.handshakeTimeoutMs`, 10 000. */
  readonly timeoutMs?: number | undefined;
}

/** Key of the entry that names the wanted service. Source: `protocol/wire.md` §7. */
export const serviceKey = "vox-service";
const u32Max = 0xffff_ffff;

/** What we announce. @throws RangeError for numbers that cannot be sent */
export function settingsOf(parity: Parity, options: SessionOptions): ConnectionSettings {
  const { maxConcurrentRequests = 64, initialChannelCredit = 16 } = options;
  checkU32("maxConcurrentRequests", maxConcurrentRequests);
  checkU32("initialChannelCredit", initialChannelCredit);
  return { parity, maxConcurrentRequests, initialChannelCredit };
}

function checkU32(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > u32Max)
    throw new RangeError(`${name} is an integer of 1 to 2^32 - 1, not ${value}`);
}

/** What we send beside the handshake. @throws TypeError for values that cannot be sent */
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

/** What a failed attempt is for an observer. */
export function asVoxError(error: unknown): VoxError {
  return isVoxError(error)
    ? error
    : new SessionError("Protocol", `protocol error: ${String(error)}`, { cause: error });
}
