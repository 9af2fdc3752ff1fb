/** What becomes of a handler's failure when nobody watches. */
import { UnauthenticatedError } from "../middleware/bearer.js";
import type { HandlerErrorEvent } from "../observer.js";

/**
 * Prints what a handler threw to the standard error: its caller was told that the call failed and no more, and a bug
 * must be seen somewhere. A refused token is no bug.
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
