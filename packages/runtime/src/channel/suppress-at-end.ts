/** Sends for whose promise the application may not wait. */
import { ignore } from "../call/call-out.js";
import { ChannelError } from "../errors.js";

/**
 * A promise whose rejection counts as handled when the channel has ended. `closed`, `signal` and the call report that
 * end, too. A sender that does not wait, like a broadcast to many listeners, must not end a Node process. Any other
 * failure, for example an item that does not fit its type, shows in the promise alone.
 */
export function suppressAtEnd<T>(
  start: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
): Promise<T> {
  let hasEnded = false;
  let promise: Promise<T> | undefined;
  const quiet = (): void => {
    if (hasEnded) promise?.catch(ignore);
  };
  promise = new Promise((resolve, reject) => {
    start(resolve, (error) => {
      hasEnded = error instanceof ChannelError;
      reject(error);
      quiet();
    });
  });
  // `start` may have rejected it before the variable was set.
  quiet();
  return promise;
}
