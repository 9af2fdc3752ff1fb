/**
 * The code that reads types of other versions: plans for them are built and compiled by a chunk of its own, which is
 * loaded when the first peer announces such types. A client whose peers have its own types never loads it.
 */
import type * as Translation from "./translate.js";

type Plans = typeof Translation;

let loaded: Plans | undefined;
let loading: Promise<void> | undefined;

/** The code, if it is here. */
export function loadedPlans(): Plans | undefined {
  return loaded;
}

/** Resolves when a load that is under way has ended; undefined where none is. */
export function plansOnTheirWay(): Promise<void> | undefined {
  return loaded === undefined ? loading?.catch(() => undefined) : undefined;
}

/** Loads the code; one that failed to load is tried again the next time. */
export function loadPlans(): Promise<void> {
  loading ??= import("./translate.js").then(
    (plans) => {
      loaded = plans;
    },
    (error: unknown) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}
