/**
 * The recorded service as generated code would give it: a client and a dispatcher, of the methods that the tests need.
 */
import { fail } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { add, divide, hello, lookup, nameOf, wait } from "./golden-service.js";

export class GoldenClient extends $.ClientBase {
  hello(options?: $.CallOptions): Promise<string> {
    return this.$caller.call(hello.method, [], options);
  }
  add(a: number, b: number, options?: $.CallOptions): Promise<number> {
    return this.$caller.call(add.method, [a, b], options);
  }
  divide(a: bigint, b: bigint, options?: $.CallOptions): Promise<bigint> {
    return this.$caller.call(divide.method, [a, b], options);
  }
  wait(ms: number, options?: $.CallOptions): Promise<number> {
    return this.$caller.call(wait.method, [ms], options);
  }
  lookup(key: string, options?: $.CallOptions): Promise<string | undefined> {
    return this.$caller.call(lookup.method, [key], options);
  }
}

export class BackClient extends $.ClientBase {
  name(id: number): Promise<string> {
    return this.$caller.call(nameOf.method, [id], undefined);
  }
}

export const Golden: $.Service<GoldenClient> = $.service("Golden", (caller) => new GoldenClient(caller), {});
export const Back: $.Service<BackClient> = $.service("Back", (caller) => new BackClient(caller), {});

/** What the handlers of {@link goldenDispatcher} do beside answering. */
export interface GoldenProbe {
  /** Called when `wait` begins: its answer is the answer. Default: answers at once. */
  readonly onWait?: (ms: number, context: $.CallContext) => Promise<number> | number;
}

export function goldenDispatcher({ onWait = (ms) => ms }: GoldenProbe = {}): $.Dispatcher {
  return $.dispatcher("Golden", [
    hello.handled(() => "hello"),
    add.handled(([a, b]) => a + b),
    divide.handled(([a, b]) => (b === 0n ? fail({ kind: "DivideByZero" }) : a / b)),
    wait.handled(([ms], context) => onWait(ms, context)),
    lookup.handled(([key]) => (key === "" ? undefined : key)),
  ]);
}

export function backDispatcher(): $.Dispatcher {
  return $.dispatcher("Back", [nameOf.handled(([id]) => `name ${id}`)]);
}
