/** Calls with channels whose promise the application may never await. */
import { CallError } from "../errors.js";

/** What an application learns about the failure of a call from its channels. */
export interface ChannelOutcome {
  /** Whether a loop or a send of the application fails because of the failure. */
  readonly isErrorObserved: boolean;
  /** Whether the application has left all its loops before. */
  readonly isAbandoned: boolean;
}

/**
 * The outcome of a call with channels. When the connection ends, or the call fails, the application learns it from its
 * reading loop or its next send, and may await the call later or never. Then the rejection counts as handled, so that
 * it does not end a process of Node. The same holds when the application has left its loop and the handler fails
 * because of that. Only the call reports any other failure, so that failure is not kept quiet.
 * @param outcomeOf asked when the call has failed
 */
export function suppressWhenEnded<T>(outcome: Promise<T>, outcomeOf: () => ChannelOutcome): Promise<T> {
  const quiet = new Promise<T>((resolve, reject) => {
    outcome.then(resolve, (error: unknown) => {
      if (isReportedByChannels(error, outcomeOf())) quiet.catch(ignore);
      reject(error);
    });
  });
  return quiet;
}

function isReportedByChannels(error: unknown, { isErrorObserved, isAbandoned }: ChannelOutcome): boolean {
  if (isErrorObserved) return true;
  if (!(error instanceof CallError)) return false;
  return isEnd(error) || (isAbandoned && (error.code === "Cancelled" || error.code === "Indeterminate"));
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
