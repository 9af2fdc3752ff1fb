/**
 * The connections of a session. Source: `protocol/session.md` §4.
 *
 * ```
 *        ┌──────────────── Open received and accepted ───────────────┐
 *  none ─┤                                                           ├──► active ──Close, failure──► none
 *        └─ Open sent ─► pending outbound ─ Accept ──────────────────┘
 *                              └─────────── Reject, Close ──► none
 * ```
 */
import { IdMap } from "../bytes/id-map.js";
import { rootConnectionId } from "../wire/message.js";
import type { Connection, ConnectionSink } from "./connection.js";

/** Active connections by id. The root is kept apart: nearly every message is for it. */
export class ConnectionTable {
  #root: Connection | undefined = undefined;
  readonly #others = new IdMap<Connection>();

  /** How many connections are active. */
  get size(): number {
    return this.#others.size + (this.#root === undefined ? 0 : 1);
  }

  /** The active connection with this id. */
  find(id: number | bigint): Connection | undefined {
    return id === rootConnectionId ? this.#root : this.#others.get(id);
  }

  add(connection: Connection): void {
    if (connection.id === rootConnectionId) this.#root = connection;
    else this.#others.set(connection.id, connection);
  }

  /** @returns whether it was active */
  remove(connection: Connection): boolean {
    const isActive = this.find(connection.id) === connection;
    if (connection === this.#root) this.#root = undefined;
    else if (isActive) this.#others.delete(connection.id);
    return isActive;
  }

  /** Tells the driver of each connection. A driver may end other connections meanwhile, which are left out then. */
  notifySinks(tell: (sink: ConnectionSink) => void): void {
    for (const connection of this.all()) {
      const { sink } = connection;
      if (sink !== undefined && this.find(connection.id) === connection) tell(sink);
    }
  }

  /** All active connections, the root first. */
  all(): Connection[] {
    return this.#root === undefined ? [...this.#others.values()] : [this.#root, ...this.#others.values()];
  }
}
