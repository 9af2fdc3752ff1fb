/** What the peer has announced on one connection, counted for its session. Source: `protocol/schemas.md` §5. */
import { CodecError } from "../errors.js";
import type { Limits } from "../limits.js";
import {
  type AnnouncedBinding,
  type BindingDirection,
  type ReadPayload,
  ReceiveState,
} from "../schema/announcements.js";
import type { Connection } from "./connection.js";

/** An announcement that the peer has sent. */
interface Arrived {
  readonly methodId: bigint;
  readonly direction: BindingDirection;
  readonly payload: Uint8Array;
  /** How the error text names the message that carried it. */
  readonly messageName: string;
  /** The types of this side for the method and direction. */
  readonly own: AnnouncedBinding | undefined;
}

/** Bytes of memory that an announcement takes beside its payload while it waits. */
const waitingCost = 256;

/** Schemas of one peer on one connection. */
export class ReceivedSchemas {
  readonly state: ReceiveState;
  readonly #connection: Connection;
  /** Announcements that wait for the code that reads them. */
  #waiting: Arrived[] = [];
  #waitingBytes = 0;
  /** Bytes of `state` and `waiting` that the session has counted. */
  #countedBytes = 0;

  /** @param read undefined: announcements that differ from those of this side wait for {@link readWaiting} */
  constructor(connection: Connection, limits: Limits, read: ReadPayload | undefined) {
    this.#connection = connection;
    this.state = new ReceiveState(limits, read);
  }

  /** Whether announcements wait to be read. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Whether an announcement for this method and direction waits to be read. */
  isWaitingFor(methodId: bigint, direction: BindingDirection): boolean {
    return this.#waiting.some((arrived) => arrived.methodId === methodId && arrived.direction === direction);
  }

  /**
   * Takes an announcement of the peer.
   * @returns whether the announcement is valid, or waits to be read: if not, the connection has ended
   */
  receive(arrived: Arrived): boolean {
    try {
      // Another method's types may be taken first: what has the bytes of this side needs no schema that waits.
      if (this.isWaitingFor(arrived.methodId, arrived.direction) || !this.#record(arrived))
        this.#keep(arrived);
    } catch (error) {
      const reason = error instanceof CodecError ? error.reason : String(error);
      this.#connection.fail(`${arrived.messageName}: ${reason}`);
      return false;
    }
    const bytes = this.state.bytes + this.#waitingBytes;
    if (this.#connection.host.countSchemas(bytes - this.#countedBytes)) {
      this.#countedBytes = bytes;
      return true;
    }
    this.#connection.fail(
      `${arrived.messageName}: too many bytes of schemas on the connections of one session`,
    );
    return false;
  }

  /** The code that reads announcements is there: takes those that wait, in their order. */
  readWaiting(read: ReadPayload): void {
    this.state.read = read;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const arrived of waiting) if (!this.receive(arrived)) return;
  }

  /** The connection has ended: what it kept is forgotten. */
  end(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.state.reset();
    this.#connection.host.countSchemas(-this.#countedBytes);
    this.#countedBytes = 0;
  }

  #record({ methodId, direction, payload, own }: Arrived): boolean {
    return this.state.record(methodId, direction, payload, own);
  }

  #keep(arrived: Arrived): void {
    const { payload } = arrived;
    const bytes = this.#waitingBytes + payload.length + waitingCost;
    this.state.checkUnread(payload.length, this.#waiting.length + 1, bytes);
    this.#waiting.push({ ...arrived, payload: payload.slice() });
    this.#waitingBytes = bytes;
  }
}
