/**
 * The code that reads types of other versions. A chunk of its own builds and compiles plans for them. It is loaded when
 * the first peer announces such types. A client whose peers have the same types never loads it.
 */
import type { AnswerReader } from "../handshake/answer-reader.js";
import type * as OnDemand from "./on-demand.js";

type Plans = typeof OnDemand;

let loaded: Plans | undefined;
let loading: Promise<Plans> | undefined;

/** The code, if it is loaded. */
export function loadedPlans(): Plans | undefined {
  return loaded;
}

/** Resolves when a load that is under way has ended; undefined when no load is. */
export function plansOnTheirWay(): Promise<unknown> | undefined {
  return loaded === undefined ? loading?.catch(() => undefined) : undefined;
}

/** Loads the code. After a failure, the next call tries again. */
export function loadPlans(): Promise<Plans> {
  loading ??= import("./on-demand.js").then(
    (plans) => {
      loaded = plans;
      return plans;
    },
    (error: unknown) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

/** Loads the code that reads unusual answers of a handshake. */
export async function loadAnswerReader(): Promise<AnswerReader> {
  const { answerReader } = await loadPlans();
  return answerReader;
}
