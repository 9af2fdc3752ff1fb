/** The recorded services of `session.vox`, one method at a time: what generated code makes of each. */
import { partialDispatcher } from "@voxrpc/runtime";
import type * as $ from "@voxrpc/runtime/gen/v1";
import {
  type BackHandler,
  backDispatcher,
  backName,
  type GoldenHandler,
  goldenAdd,
  goldenBounds,
  goldenCommit,
  goldenCount,
  goldenCrash,
  goldenDispatcher,
  goldenDivide,
  goldenEcho,
  goldenFirst,
  goldenHello,
  goldenLookup,
  goldenSum,
  goldenTranslate,
  goldenWait,
  missingDispatcher,
  missingNothing,
} from "./gen/session.vox.js";

export type { MathError, Point } from "./gen/session.vox.js";

/** Both halves of a method. */
export interface BothHalves<A extends readonly unknown[], T, E> {
  readonly method: $.Method<A, T, E>;
  handled(invoke: $.HandledInit<A, T, E>["invoke"]): $.HandledMethod;
}

function halves<H, A extends readonly unknown[], T, E>(
  dispatcherOf: (handler: H) => $.Dispatcher,
  method: $.Method<A, T, E>,
): BothHalves<A, T, E> {
  return {
    method,
    handled(invoke) {
      // Generated code passes the arguments, then the context.
      const member = (...all: unknown[]): unknown =>
        invoke(all.slice(0, -1) as unknown as A, all.at(-1) as $.CallContext);
      const found = dispatcherOf({ [method.name]: member } as H).methods.find(({ id }) => id === method.id);
      if (found === undefined) throw new Error(`${method.service} has no ${method.name}`);
      return found;
    },
  };
}

export const hello = halves(goldenDispatcher, goldenHello);
export const add = halves(goldenDispatcher, goldenAdd);
export const divide = halves(goldenDispatcher, goldenDivide);
export const translate = halves(goldenDispatcher, goldenTranslate);
export const boundsOf = halves(goldenDispatcher, goldenBounds);
export const wait = halves(goldenDispatcher, goldenWait);
export const commit = halves(goldenDispatcher, goldenCommit);
export const lookup = halves(goldenDispatcher, goldenLookup);
export const count = halves(goldenDispatcher, goldenCount);
export const sum = halves(goldenDispatcher, goldenSum);
export const first = halves(goldenDispatcher, goldenFirst);
export const echo = halves(goldenDispatcher, goldenEcho);
export const crash = halves(goldenDispatcher, goldenCrash);
export const nameOf = halves(backDispatcher, backName);
export const nothing = halves(missingDispatcher, missingNothing);

/** Serves some methods of `Golden`; the others are unknown to the callers. */
export const serveGolden = (handler: Partial<GoldenHandler>): $.Dispatcher =>
  partialDispatcher(goldenDispatcher, handler);

export const serveBack = (handler: BackHandler): $.Dispatcher => backDispatcher(handler);
