/** The recorded services with the handlers that most tests need. */
import { fail } from "@voxrpc/runtime";
import type * as $ from "@voxrpc/runtime/gen/v1";
import { serveBack, serveGolden } from "./golden-service.js";

export { Back, Golden, GoldenClient } from "./gen/session.vox.js";

/** What the handlers of {@link goldenDispatcher} do beside answering. */
export interface GoldenProbe {
  /** Called when `wait` begins: its answer is the answer. Default: answers at once. */
  readonly onWait?: (ms: number, context: $.CallContext) => Promise<number> | number;
}

export const goldenDispatcher = ({ onWait = (ms) => ms }: GoldenProbe = {}): $.Dispatcher =>
  serveGolden({
    hello: () => "hello",
    add: (a, b) => a + b,
    divide: (a, b) => (b === 0n ? fail({ kind: "DivideByZero" }) : a / b),
    wait: onWait,
    lookup: (key) => (key === "" ? undefined : key),
  });

export const backDispatcher = (): $.Dispatcher => serveBack({ name: (id) => `name ${id}` });
