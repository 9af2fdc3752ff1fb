/** What the peer has announced on one connection, counted for its session. Source: `protocol/schemas.md` §5. */
import { CodecError } from "../errors.js";
import type { Limits } from "../limits.js";
import { type BindingDirection, ReceiveState } from "../schema/announcements.js";
import type { Connection } from "./connection.js";

/** Schemas of one peer on one connection. */
export class ReceivedSchemas {
  readonly state: ReceiveState;
  readonly #connection: Connection;
  /** Bytes of `state` that the session has counted. */
  #countedBytes = 0;

  constructor(connection: Connection, limits: Limits) {
    this.#connection = connection;
    this.state = new ReceiveState(limits);
  }

  /**
   * Takes an announcement of the peer.
   * @param carrier how the error text names the message that carried it
   * @returns whether the announcement is valid: if not, the connection has ended
   */
  receive(methodId: bigint, direction: BindingDirection, payload: Uint8Array, carrier: string): boolean {
    const { state } = this;
    const connection = this.#connection;
    try {
      state.record(methodId, direction, payload);
    } catch (error) {
      connection.fail(`${carrier}: ${error instanceof CodecError ? error.reason : String(error)}`);
      return false;
    }
    const { bytes } = state;
    if (connection.host.countSchemas(bytes - this.#countedBytes)) {
      this.#countedBytes = bytes;
      return true;
    }
    connection.fail(`${carrier}: too many bytes of schemas on the connections of one session`);
    return false;
  }

  /** The connection has ended: what it kept is forgotten. */
  end(): void {
    this.state.reset();
    this.#connection.host.countSchemas(-this.#countedBytes);
    this.#countedBytes = 0;
  }
}
