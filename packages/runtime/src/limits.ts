import { bound, type Check, checkMembers, duration, type OptionChecks, period } from "./options/checks.js";

/** Memory that the values of one payload may take by default, bytes. */
export const defaultDecodedBytes: number = 128 * 1024 * 1024;

/**
 * Every bound of the runtime in one place: nothing that a peer sends can make this side use more than these limits
 * allow. All limits are checked before memory is used.
 */
export interface Limits {
  /** Bytes of one frame, in and out. Default 16 MiB: the reference has no limit and can be made to allocate 4 GiB. */
  readonly maxFrameBytes: number;
  /**
   * Memory that the values of one payload (arguments, an answer, an item) may take, bytes as the runtime estimates
   * them: a payload of many small values takes far more than its own bytes. Contents of texts and byte strings are not
   * counted. At most 2 GiB. Default 128 MiB.
   */
  readonly maxDecodedBytes: number;
  /**
   * Memory that the values of one session may take while they are held, estimated as for `maxDecodedBytes`: arguments
   * of handlers that have not ended, items that have not been taken. Past half of this limit, a new call waits for
   * running calls of its connection. Default 256 MiB.
   */
  readonly maxSessionDecodedBytes: number;
  /** Entries of one metadata list. Default 256. */
  readonly maxMetadataEntries: number;
  /** Bytes of one encoded metadata list. Default 64 KiB. */
  readonly maxMetadataBytes: number;
  /**
   * Bytes of one CBOR schema payload. All payloads of a connection may take eight times that, all of a session 64
   * times. Default 1 MiB.
   */
  readonly maxSchemaBytes: number;
  /** Schemas that one connection accepts in all. Default 4096. */
  readonly maxSchemas: number;
  /** Nesting of a CBOR value (schemas, handshake). Default 128. */
  readonly maxSchemaDepth: number;
  /**
   * Arrays and maps of one CBOR document (schemas, handshake): each costs far more memory than its one byte. Default
   * 65 536: a full Hello holds about 700.
   */
  readonly maxSchemaNodes: number;
  /** Bytes of one handshake message. Default 1 MiB: a full Hello is about 7.4 kB. */
  readonly maxHandshakeBytes: number;
  /** Prologue and handshake together, ms. Default 10 000. */
  readonly handshakeTimeoutMs: number;
  /**
   * Calls of the peer that run or wait on one connection before this side closes it; never below 16 times the announced
   * limit. A peer that opens a connection requests a number of concurrent calls: this side announces at most this
   * limit. Default 1024.
   */
  readonly maxQueuedRequests: number;
  /**
   * Bytes of the peer's calls that may wait on one session because its link does not take the answers of this side.
   * Past this limit, this side stops reading the link until the link has drained, so a peer that keeps the limits is
   * never cut off. Two such sides always make progress if this limit is larger than the bytes that the peer may have
   * sent unread: its `maxBufferedBytes`, one frame, and the transport's own memory. Calls that wait for other reasons
   * come from a peer that exceeds the announced limits: they end their connection two frames and 256 KiB above this
   * limit. Messages for a raw connection that is not taken yet, and items of channels whose call waits, count, too;
   * past that sum their channel is reset. Default 64 MiB.
   */
  readonly maxQueuedBytes: number;
  /** Calls of this side that may wait for a new link on one connection; further ones fail at once. Default 1024. */
  readonly maxWaitingCalls: number;
  /** Connections of one session, the root and those requested included. Default 1024. */
  readonly maxConnections: number;
  /** Connections that this side has requested and the peer has not answered, per session. Default 256. */
  readonly maxPendingOpens: number;
  /**
   * Time for a peer to answer for a connection, and for a connection acceptor here to decide about one, ms. Default 10
   * 000.
   */
  readonly openTimeoutMs: number;
  /** Time for a promise of a store of operations, ms; after that the store counts as failed. Default 10 000. */
  readonly storeTimeoutMs: number;
  /**
   * Credit that a peer may request when it opens a virtual connection: this side announces at most this. Default 1024.
   */
  readonly maxInitialCredit: number;
  /** Channels that are open on one connection. Default 65 536. */
  readonly maxChannels: number;
  /** Channels with items whose Call has not been read yet, per connection. Default 256. */
  readonly maxUnclaimedChannels: number;
  /**
   * Bytes that may wait for a slow reader on one link before senders wait. Also the bytes of answers that may wait for
   * a new link before the session ends. Default 4 MiB.
   */
  readonly maxBufferedBytes: number;
  /**
   * Milliseconds without traffic (pings apart), calls and channels, after which this side ends the session with code
   * `IdleTimeout`. Default `Infinity`: never.
   */
  readonly idleTimeoutMs: number;
}

/** The default limits. */
export const defaultLimits: Limits = {
  maxFrameBytes: 16 * 1024 * 1024,
  maxDecodedBytes: defaultDecodedBytes,
  maxSessionDecodedBytes: 2 * defaultDecodedBytes,
  maxMetadataEntries: 256,
  maxMetadataBytes: 64 * 1024,
  maxSchemaBytes: 1024 * 1024,
  maxSchemas: 4096,
  maxSchemaDepth: 128,
  maxSchemaNodes: 65_536,
  maxHandshakeBytes: 1024 * 1024,
  handshakeTimeoutMs: 10_000,
  maxQueuedRequests: 1024,
  maxQueuedBytes: 64 * 1024 * 1024,
  maxWaitingCalls: 1024,
  maxConnections: 1024,
  maxPendingOpens: 256,
  openTimeoutMs: 10_000,
  storeTimeoutMs: 10_000,
  maxInitialCredit: 1024,
  maxChannels: 65_536,
  maxUnclaimedChannels: 256,
  maxBufferedBytes: 4 * 1024 * 1024,
  idleTimeoutMs: Number.POSITIVE_INFINITY,
};

/** The check of each limit: a number of milliseconds, or a bound. */
export const limitChecks: OptionChecks<Limits> = /*@__PURE__*/ checksOf(defaultLimits);

function checksOf(limits: Limits): OptionChecks<Limits> {
  const checks = Object.keys(limits).map((name) => [name, name.endsWith("Ms") ? duration : bound] as const);
  return { ...(Object.fromEntries(checks) as Record<keyof Limits, Check>), idleTimeoutMs: period };
}

/** Checks the given limits. @throws TypeError, RangeError that name the limit; RangeError for an unknown limit */
export function checkLimits(given: unknown, name: string): void {
  checkMembers(given as Partial<Limits>, limitChecks, name);
  for (const limit of Object.keys(given as object)) {
    if (!Object.hasOwn(defaultLimits, limit))
      throw new RangeError(`${name}.${limit}: there is no such limit`);
  }
}

/**
 * The given limits, completed by the default limits.
 * @throws RangeError for a name that is no limit, and for a value out of range; TypeError for one that is no number
 */
export function completeLimits(given: Partial<Limits> = {}): Limits {
  checkLimits(given, "limits");
  const limits: Record<string, number> = { ...defaultLimits };
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) limits[name] = value;
  }
  return limits as unknown as Limits;
}

/** The limits of one list of metadata. */
export type MetadataLimits = Pick<Limits, "maxMetadataEntries" | "maxMetadataBytes">;
