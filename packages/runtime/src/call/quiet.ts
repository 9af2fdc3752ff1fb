/** Calls with channels whose promise nobody may be waiting for. */
import { CallError } from "../errors.js";

/** What an application learns of the failure of a call otherwise than by the call. */
export interface OtherNews {
  /** Whether its own loops throw because of it. */
  readonly isHeard: boolean;
  /** Whether it has left all its loops before. */
  readonly hasLeft: boolean;
}

/**
 * The outcome of a call with channels. When the connection ends below it, or the call fails, the reader of items learns it
 * there and may never get to await the call: then its rejection counts as handled, instead of ending a process of Node. The
 * same when the application has left its loop and the handler fails for that. Any other failure is told by the call alone,
 * and is not kept quiet.
 * @param newsOf asked when the call has failed
 */
export function quietWhenEnded<T>(outcome: Promise<T>, newsOf: () => OtherNews): Promise<T> {
  const quiet = new Promise<T>((resolve, reject) => {
    outcome.then(resolve, (error: unknown) => {
      if (isHeardElsewhere(error, newsOf())) quiet.catch(ignore);
      reject(error);
    });
  });
  return quiet;
}

function isHeardElsewhere(error: unknown, { isHeard, hasLeft }: OtherNews): boolean {
  if (isHeard) return true;
  if (!(error instanceof CallError)) return false;
  return isEnd(error) || (hasLeft && (error.code === "Cancelled" || error.code === "Indeterminate"));
}

/** Whether the connection, or its link, has ended. `Indeterminate` as an answer of the peer has no cause. */
function isEnd({ code, cause }: CallError): boolean {
  return (
    code === "ConnectionClosed" ||
    code === "SessionShutdown" ||
    (code === "Indeterminate" && cause !== undefined)
  );
}

function ignore(): void {}
