/** Prints a handler's failure when no observer handles it. */
import { UnauthenticatedError } from "../middleware/bearer.js";
import type { HandlerErrorEvent } from "../observer.js";

/**
 * Prints what a handler threw to the standard error. The caller only learns that the call failed, so a bug would stay
 * hidden without this line. A refused token is no bug, and is not printed.
 */
export function printFailure({ method, link, side, error }: HandlerErrorEvent): void {
  if (error instanceof UnauthenticatedError) return;
  const name = method === undefined ? "a method" : `${method.service}.${method.name}`;
  if (side === "client") {
    console.error(`vox: the onMetadata callback of a call of ${name} failed, over ${link}:`, error);
    return;
  }
  console.error(`vox: the handler of ${name} failed, called from ${link}:`, error);
}
