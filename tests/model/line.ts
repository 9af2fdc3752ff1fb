/** A connection as the model knows it: who calls on it, and whether what is on it may fail. */
import type * as $ from "@voxrpc/runtime/gen/v1";

export type Side = "client" | "server";

/** One way on a connection: calls from one side to the other. */
export class Line {
  readonly name: string;
  /** The calling side. */
  readonly from: Side;
  readonly caller: $.Caller;
  /** Whether it was opened by `open`; the root was not. */
  readonly isVirtual: boolean;
  /** Why calls on it may fail: it was closed, or the link was cut. */
  disturbance: string | undefined = undefined;
  /** The last call that has reached a handler: they start in the order in which they were made. */
  lastStarted = -1;

  constructor(name: string, from: Side, caller: $.Caller, isVirtual: boolean) {
    this.name = name;
    this.from = from;
    this.caller = caller;
    this.isVirtual = isVirtual;
  }

  disturb(why: string): void {
    this.disturbance ??= why;
  }
}
