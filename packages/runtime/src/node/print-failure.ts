/** What becomes of a handler's failure when nobody watches. */
import { UnauthenticatedError } from "../middleware/bearer.js";
import type { HandlerErrorEvent } from "../observer.js";

/**
 * Prints what a handler threw to the standard error: its caller was told that the call failed and no more, and a bug
 * must be seen somewhere. A refused token is no bug.
 */
export function printFailure({ method, link, error }: HandlerErrorEvent): void {
  if (error instanceof UnauthenticatedError) return;
  const name = method === undefined ? "a method" : `${method.service}.${method.name}`;
  console.error(`vox: the handler of ${name} failed, called from ${link}:`, error);
}
