/** Calls with channels whose promise nobody may be waiting for. */
import { CallFailure } from "../errors.js";

/**
 * The outcome of a call with channels. When the connection ends below it, whoever takes or gives items is told there and
 * may never get to await the call: then its rejection counts as handled, instead of ending a process of Node. Any other
 * failure is told by the call alone, and is not kept quiet.
 */
export function quietWhenEnded<T>(outcome: Promise<T>): Promise<T> {
  const quiet = new Promise<T>((resolve, reject) => {
    outcome.then(resolve, (error: unknown) => {
      if (error instanceof CallFailure && isEnd(error)) quiet.catch(ignore);
      reject(error);
    });
  });
  return quiet;
}

/** Whether the connection, or its link, has ended. `Indeterminate` as an answer of the peer has no cause. */
function isEnd({ code, cause }: CallFailure): boolean {
  return (
    code === "ConnectionClosed" ||
    code === "SessionShutdown" ||
    (code === "Indeterminate" && cause !== undefined)
  );
}

function ignore(): void {}
