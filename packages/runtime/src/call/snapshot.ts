/**
 * What a session holds at one moment, as plain data for a log or a debug page: `JSON.stringify` takes all of it. Taking
 * a snapshot changes nothing and calls no observer. Source: `protocol/session.md` §9.
 */
import type { CloseReason } from "./close-reason.js";
import type { SessionState } from "./session-state.js";

/** An id: a number, or a text when a number cannot hold the id exactly. */
export type SnapshotId = number | string;

/** A session at one moment. Times are milliseconds before the snapshot, to within one arrival or one write. */
export interface SessionSnapshot {
  /** The link of the session as text. */
  readonly link: string;
  /** `recovering`: the session has no link, and waits for its peer or tries to get another link. */
  readonly state: SessionState["kind"] | "closing";
  /** Undefined unless the session is closed. */
  readonly closeReason: CloseReason | undefined;
  /** Text of the error that ended it; undefined for an ordinary end, and before the end. */
  readonly closeError: string | undefined;
  readonly outbound: OutboundSnapshot;
  readonly traffic: TrafficSnapshot;
  /** When something last arrived; undefined before the first arrival. */
  readonly lastInboundMs: number | undefined;
  /** When something was last written; undefined before the first write. */
  readonly lastOutboundMs: number | undefined;
  /** The connections that are active or requested, the root first. */
  readonly connections: readonly ConnectionSnapshot[];
}

/** The encoded bytes that wait to be sent. */
export interface OutboundSnapshot {
  /** Encoded bytes that are not sent yet, because the link or the peer is slow. */
  readonly bufferedBytes: number;
  /** Senders wait while more bytes than this are buffered (limit `maxBufferedBytes`). */
  readonly capacityBytes: number;
  /** Whether senders wait for the link. */
  readonly isFull: boolean;
}

/** The traffic on the link of a session, headers of frames included. */
export interface TrafficSnapshot {
  readonly framesIn: number;
  readonly bytesIn: number;
  readonly framesOut: number;
  readonly bytesOut: number;
}

/** A connection of a session. */
export interface ConnectionSnapshot {
  readonly id: SnapshotId;
  /** `opening`: requested, and not answered by the peer. */
  readonly state: "opening" | "open" | "closing";
  /**
   * Whether this library makes and answers calls on the connection: a raw connection has no requests and no channels.
   */
  readonly hasDriver: boolean;
  readonly requests: readonly RequestSnapshot[];
  readonly channels: readonly ChannelSnapshot[];
}

/** A request that has not been answered. */
export interface RequestSnapshot {
  /** Undefined while it waits for its turn to be sent. */
  readonly id: SnapshotId | undefined;
  /** `outgoing`: a call of this side; `incoming`: a call of the peer. */
  readonly direction: "outgoing" | "incoming";
  /**
   * Outgoing: `waiting` for a slot or the link, `sent`, or `abandoned` when its caller has given up and the peer has
   * not answered. Incoming: `queued` behind others, or `running`.
   */
  readonly state: "waiting" | "sent" | "abandoned" | "queued" | "running";
  /** Like `Catalog.get`; undefined for an abandoned request and for a method that is not served here. */
  readonly method: string | undefined;
  /** The method id as 16 hexadecimal digits; undefined for an abandoned request. */
  readonly methodId: string | undefined;
  /**
   * Since the request was sent or arrived; for a waiting one, since it was made. Undefined for an abandoned request.
   */
  readonly ageMs: number | undefined;
}

/** This side's end of a channel. */
export interface ChannelSnapshot {
  readonly id: SnapshotId;
  /** `tx`: this side sends. */
  readonly direction: "tx" | "rx";
  /** `closing`: items that wait are still sent. */
  readonly state: "open" | "closing";
  /** As given to `channel({ label })`. */
  readonly label: string | undefined;
  /** Type of the items in a few words. */
  readonly itemType: string;
  /** The call that opened it, like `Catalog.watchStock`. */
  readonly method: string | undefined;
  readonly initialCredit: number;
  /** Items that the sender may send before the receiver grants more. */
  readonly availableCredit: number;
  /** Items that wait: at a `tx` to be sent, at an `rx` to be taken. */
  readonly queued: number;
  readonly sent: number;
  readonly received: number;
  /** Received items that the application has taken. */
  readonly consumed: number;
  /** Credit beyond the initial one. */
  readonly granted: number;
  /** Whether sends wait because there is no credit: the other end does not read. */
  readonly isStalled: boolean;
  /** When the last item was sent or arrived; undefined before the first, and in a session without an observer. */
  readonly lastItemMs: number | undefined;
}

/** An id as plain data. */
export function snapshotId(id: number | bigint): SnapshotId {
  return typeof id === "number" ? id : id.toString();
}

/** A method id as plain data. */
export function methodIdText(id: bigint): string {
  return id.toString(16).padStart(16, "0");
}
