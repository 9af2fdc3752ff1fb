/** The service of the model: every handler waits until the scheduler says what it answers. */
import * as $ from "@voxrpc/runtime/gen/v1";
import { commit, count, divide, echo, lookup, sum, wait } from "../support/golden-service.js";
import type { ModelCall } from "./model-call.js";

/** Finds the call that a handler was called for. @returns undefined for one that no client has made */
export type FindCall = (token: string | undefined) => ModelCall | undefined;

class CallsOnly extends $.ClientBase {}

/** What both sides serve. */
export const Model: $.Service<CallsOnly> = $.service("Model", (caller) => new CallsOnly(caller), {});
/** What no server serves. */
export const Missing: $.Service<CallsOnly> = $.service("Missing", (caller) => new CallsOnly(caller), {});

/** Answers whatever is called, when the call says so. */
export function modelDispatcher(find: FindCall): $.Dispatcher {
  /** @param ends the handler's ends of the call's streams, in the order of its flows */
  const begin = async <T>(
    args: readonly unknown[],
    context: $.CallContext,
    ends: readonly unknown[] = [],
  ): Promise<T> => {
    const call = find(context.metadata.getString("token"));
    if (call === undefined) throw new Error("a handler was called for nobody");
    for (const [index, end] of ends.entries()) call.plan.flows[index]?.bindHandler(end);
    return (await call.begin(args, context.signal)) as T;
  };
  return $.dispatcher(Model.name, [
    wait.handled((args, context) => begin(args, context)),
    divide.handled((args, context) => begin(args, context)),
    commit.handled((args, context) => begin(args, context)),
    lookup.handled((args, context) => begin(args, context)),
    count.handled((args, context) => begin(args, context, [args[2]])),
    sum.handled((args, context) => begin(args, context, [args[0]])),
    echo.handled((args, context) => begin(args, context, [args[0], args[1]])),
  ]);
}
