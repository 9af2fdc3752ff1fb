/** What is kept about the methods that were called on one connection. */
import type { Binding } from "../call/binding.js";
import type { Announcement, BindingDirection } from "../schema/announcements.js";
import { methodIdBytes } from "../wire/request-messages.js";
import type { Bindings } from "./bindings.js";

/** One method of one direction. */
export interface MethodEntry<M, D> {
  readonly method: M;
  /** Its id as it stands in messages. */
  readonly idBytes: Uint8Array;
  /** Whether the schemas of what we send for it have left. */
  readonly announcement: Announcement;
  /** How what the peer sends for it is read; undefined before the first time, and after a new announcement. */
  decision: D | undefined;
}

/** The methods that are called on one connection, in one direction. */
export class MethodTable<M extends { readonly id: bigint }, D> {
  private readonly bindings: Bindings;
  private readonly direction: BindingDirection;
  private readonly bindingOf: (method: M) => Binding;
  private readonly decideFor: (method: M) => D | undefined;
  private readonly entries = new Map<M, MethodEntry<M, D>>();

  /**
   * @param direction of what we send
   * @param bindingOf the types of what we send
   * @param decideFor how what the peer sends is read; undefined when that is not known yet
   */
  constructor(
    bindings: Bindings,
    direction: BindingDirection,
    bindingOf: (method: M) => Binding,
    decideFor: (method: M) => D | undefined,
  ) {
    this.bindings = bindings;
    this.direction = direction;
    this.bindingOf = bindingOf;
    this.decideFor = decideFor;
  }

  entry(method: M): MethodEntry<M, D> {
    let entry = this.entries.get(method);
    if (entry === undefined) {
      const announcement = this.bindings.announcement(method.id, this.direction, this.bindingOf(method));
      entry = { method, idBytes: methodIdBytes(method.id), announcement, decision: undefined };
      this.entries.set(method, entry);
    }
    return entry;
  }

  /** How what the peer sends for a method is read; undefined while the code for it is loaded. */
  decide(entry: MethodEntry<M, D>): D | undefined {
    entry.decision ??= this.decideFor(entry.method);
    return entry.decision;
  }

  /** The peer has announced other types of a method: what was decided about them is void. */
  forget(methodId: bigint): void {
    for (const entry of this.entries.values()) if (entry.method.id === methodId) entry.decision = undefined;
  }

  /** Nothing that the peer has announced counts any more. */
  forgetAll(): void {
    for (const entry of this.entries.values()) entry.decision = undefined;
  }

  clear(): void {
    this.entries.clear();
  }
}
