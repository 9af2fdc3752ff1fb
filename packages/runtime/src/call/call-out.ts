/** Calls code of the application without waiting for its outcome. */
import { isPromise } from "./result.js";

/**
 * Calls code of the application. `onFailed` gets its error, once: what the code throws, the reason of its rejected
 * promise, or what an object throws that only looks like a promise. No error reaches the caller of this function or
 * ends the process.
 * @param onFailed must not throw
 */
export function callOut(code: () => unknown, onFailed: (error: unknown) => void): void {
  try {
    const outcome = code();
    if (isPromise(outcome)) Promise.resolve(outcome).catch(onFailed);
  } catch (error) {
    onFailed(error);
  }
}

/** For code that only watches: its errors are dropped, so that they change nothing. */
export function ignore(): void {}
