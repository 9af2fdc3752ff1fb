/** Calling code of the application whose outcome is not waited for. */
import { isPromise } from "./result.js";

/**
 * Calls code of the application. What it throws, what its promise rejects with, and what an object throws that only looks
 * like a promise go to `onFailed`, once: nothing of it reaches the caller of this function, or ends the process.
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

/** For code that only watches: what it throws must not change what it watches. */
export function ignore(): void {}
