/** A connection as the model knows it: who calls on it, and whether what is on it may fail. */
import type * as $ from "@voxrpc/runtime/gen/v1";

export type Side = "client" | "server";

/** What the clients of one side on a connection have in common. */
export class Holders {
  /** The side that calls. */
  readonly from: Side;
  /** Whether it was opened by `open`; the root was not. */
  readonly isVirtual: boolean;
  /** Clients, and for the root the application, that keep the connection. */
  count: number;
  /** Why calls on it may fail: it was closed, or the link was cut. */
  disturbance: string | undefined = undefined;

  constructor(from: Side, isVirtual: boolean, count: number) {
    this.from = from;
    this.isVirtual = isVirtual;
    this.count = count;
  }

  disturb(why: string): void {
    this.disturbance ??= why;
  }
}

/** One client: one way on a connection, calls from one side to the other. */
export class Line {
  readonly name: string;
  readonly holders: Holders;
  readonly caller: $.Caller;
  /** Whether its client was closed. New calls fail, and those in flight do not as long as there are other clients. */
  isClosed = false;
  /** The last call that has reached a handler: they start in the order in which they were made. */
  lastStarted = -1;

  constructor(name: string, holders: Holders, caller: $.Caller) {
    this.name = name;
    this.holders = holders;
    this.caller = caller;
  }

  get from(): Side {
    return this.holders.from;
  }

  get isVirtual(): boolean {
    return this.holders.isVirtual;
  }

  get disturbance(): string | undefined {
    return this.holders.disturbance;
  }

  /** Whether calls can be made. */
  get isOpen(): boolean {
    return !this.isClosed && this.disturbance === undefined;
  }

  disturb(why: string): void {
    this.holders.disturb(why);
  }
}
