/** Sends whose promise the application may not be waiting for. */
import { ignore } from "../call/call-out.js";
import { ChannelError } from "../errors.js";

/**
 * A promise whose rejection counts as handled when the channel has ended: `closed`, `signal` and the call tell of that, and
 * a sender that does not wait, like a broadcast to many listeners, must not end a process of Node. Any other failure, an
 * item that does not fit its type for example, is told by the promise alone.
 */
export function quietAtEnd<T>(
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
  // It may have been rejected before it was there.
  quiet();
  return promise;
}
