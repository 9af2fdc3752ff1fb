/**
 * What a session holds at one moment, as plain data for a log or a debug page: `JSON.stringify` takes all of it. Taking
 * a snapshot changes nothing and tells nobody. Source: `protocol/session.md` §9.
 */
import type { CloseReason } from "./close-reason.js";
import type { SessionState } from "./session-state.js";

/** An id; as text where it is larger than numbers are exact. */
export type SnapshotId = number | string;

/** A session at one moment. Times are milliseconds before the snapshot, to within one arrival or one write. */
export interface SessionSnapshot {
  /** In words, the link that carries it. */
  readonly link: string;
  /** `recovering`: it has no link, and waits for its peer or tries to get one. */
  readonly state: SessionState["kind"] | "closing";
  /** Undefined unless it is closed. */
  readonly closeReason: CloseReason | undefined;
  /** Text of the error that ended it; undefined for an ordinary end, and before the end. */
  readonly closeError: string | undefined;
  readonly outbound: OutboundSnapshot;
  readonly traffic: TrafficSnapshot;
  /** When something arrived last; undefined before anything has. */
  readonly lastInboundMs: number | undefined;
  /** When something was last written; undefined before anything was. */
  readonly lastOutboundMs: number | undefined;
  /** Those that are active or asked for, the root first. */
  readonly connections: readonly ConnectionSnapshot[];
}

/** What waits to leave. */
export interface OutboundSnapshot {
  /** Bytes that were encoded and that the link, or the peer's slowness, has not let go. */
  readonly bufferedBytes: number;
  /** Past this many, senders wait (limit `maxBufferedBytes`). */
  readonly capacityBytes: number;
  /** Whether senders wait for the link. */
  readonly isFull: boolean;
}

/** What went over the link of a session, headers of frames included. */
export interface TrafficSnapshot {
  readonly framesIn: number;
  readonly bytesIn: number;
  readonly framesOut: number;
  readonly bytesOut: number;
}

/** A connection of a session. */
export interface ConnectionSnapshot {
  readonly id: SnapshotId;
  /** `opening`: asked for, and not answered by the peer. */
  readonly state: "opening" | "open" | "closing";
  /** Whether calls are made and answered on it by this library: a raw connection has no requests and no channels. */
  readonly hasDriver: boolean;
  readonly requests: readonly RequestSnapshot[];
  readonly channels: readonly ChannelSnapshot[];
}

/** A request that has not been answered. */
export interface RequestSnapshot {
  /** Undefined while it waits for its turn to be sent. */
  readonly id: SnapshotId | undefined;
  /** Ours, or the peer's. */
  readonly direction: "outgoing" | "incoming";
  /**
   * Outgoing: `waiting` for a slot or the link, `sent`, or `abandoned` when its caller has given up and the peer has not
   * answered. Incoming: `queued` behind others, or `running`.
   */
  readonly state: "waiting" | "sent" | "abandoned" | "queued" | "running";
  /** Like `Catalog.get`; undefined for an abandoned request and for a method that is not served here. */
  readonly method: string | undefined;
  /** As 16 hexadecimal digits; undefined for an abandoned request. */
  readonly methodId: string | undefined;
  /** Since it was sent or has arrived, of a waiting one since it was made; undefined for an abandoned request. */
  readonly ageMs: number | undefined;
}

/** Our end of a channel. */
export interface ChannelSnapshot {
  readonly id: SnapshotId;
  /** `tx`: we send. */
  readonly direction: "tx" | "rx";
  /** `closing`: what waits is still sent. */
  readonly state: "open" | "closing";
  /** As given to `channel({ label })`. */
  readonly label: string | undefined;
  /** Type of the items in a few words. */
  readonly itemType: string;
  /** The call that opened it, like `Catalog.watchStock`. */
  readonly method: string | undefined;
  readonly initialCredit: number;
  /** Items that may go before the receiver grants more. */
  readonly availableCredit: number;
  /** Items that wait: of a `tx` to be sent, of an `rx` to be taken. */
  readonly queued: number;
  readonly sent: number;
  readonly received: number;
  /** Received items that the application has taken. */
  readonly consumed: number;
  /** Credit beyond the initial one. */
  readonly granted: number;
  /** Whether sends wait and there is no credit: nobody reads at the other end. */
  readonly isStalled: boolean;
  /** When the last item went or came; undefined before the first, and unless an observer watches the session. */
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
