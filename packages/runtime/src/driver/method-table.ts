/** The state of the methods that were called on one connection. */
import type { Binding } from "../call/binding.js";
import type { Announcement, BindingDirection } from "../schema/announcements.js";
import { methodIdBytes } from "../wire/request-messages.js";
import type { Bindings } from "./bindings.js";

/** One method of one direction. */
export interface MethodEntry<M, D> {
  readonly method: M;
  /** Its id in its form on the wire. */
  readonly idBytes: Uint8Array;
  /** Whether the schemas for the messages of this side have been sent. */
  readonly announcement: Announcement;
  /** How the payloads of the peer are read; undefined before the first payload, and after a new announcement. */
  decision: D | undefined;
}

/** A method with the types of its messages. */
interface Bound extends Readonly<Record<BindingDirection, Binding>> {
  readonly id: bigint;
}

/** The methods that are called on one connection, in one direction. */
export class MethodTable<M extends Bound, D> {
  readonly #bindings: Bindings;
  readonly #direction: BindingDirection;
  readonly #decideFor: (method: M) => D | undefined;
  readonly #entries = new Map<M, MethodEntry<M, D>>();

  /**
   * @param direction of the messages that this side sends
   * @param decideFor decides how the payloads of the peer are read; returns undefined when that is not known yet
   */
  constructor(bindings: Bindings, direction: BindingDirection, decideFor: (method: M) => D | undefined) {
    this.#bindings = bindings;
    this.#direction = direction;
    this.#decideFor = decideFor;
  }

  entry(method: M): MethodEntry<M, D> {
    let entry = this.#entries.get(method);
    if (entry === undefined) {
      const { id } = method;
      const announcement = this.#bindings.announcement(id, this.#direction, method[this.#direction]);
      if (this.#direction === "args") this.#bindings.expectResponse(id, method.response);
      entry = { method, idBytes: methodIdBytes(id), announcement, decision: undefined };
      this.#entries.set(method, entry);
    }
    return entry;
  }

  /** How the payloads of the peer for a method are read; undefined while the code for that is loaded. */
  decide(entry: MethodEntry<M, D>): D | undefined {
    if (entry.decision !== undefined) return entry.decision;
    const decision = this.#decideFor(entry.method);
    if (this.#bindings.loadFailure === undefined) entry.decision = decision;
    return decision;
  }

  /** The peer has announced other types of a method: the earlier decision is dropped. */
  forget(methodId: bigint): void {
    for (const entry of this.#entries.values()) if (entry.method.id === methodId) entry.decision = undefined;
  }

  /** The announcements of the peer do not count any more. */
  forgetAll(): void {
    for (const entry of this.#entries.values()) entry.decision = undefined;
  }

  clear(): void {
    this.#entries.clear();
  }
}
