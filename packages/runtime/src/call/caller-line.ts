/**
 * Stacks of calls that fail later name the line that awaits the call.
 *
 * An answer arrives long after the call, so the stack of its error would name the runtime alone. An engine finds the
 * code that awaits a promise while an async function runs whose promise settles the first one. So the promise of a call
 * that fails is settled by such a function. Calls that succeed pay nothing.
 */

/** Not every engine has it. */
type StackCapture = { readonly captureStackTrace?: (error: object, below?: unknown) => void };

/**
 * Replaces the stack of an error by the stack of this moment. For an async function that goes on: then the stack has
 * the functions that await it, instead of the event that made the error.
 * @param below a function that runs: the stack begins with its caller. A stack has ten lines only
 */
export function nameCaller(error: unknown, below?: unknown): void {
  if (error instanceof Error) (Error as StackCapture).captureStackTrace?.(error, below);
}

/** Rejects the promise that is resolved with it. */
export async function rejection(error: unknown): Promise<never> {
  // The promise is adopted during the first turn. The engine finds the code that awaits it during the second.
  await undefined;
  await undefined;
  nameCaller(error);
  throw error;
}

/** Gives the promise that is resolved with it a failed result. */
export async function failedResult<E extends Error>(
  error: E,
): Promise<{ readonly ok: false; readonly error: E }> {
  await undefined;
  await undefined;
  nameCaller(error);
  return { ok: false, error };
}
