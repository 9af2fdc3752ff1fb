/** The sending end of a channel as a Web Stream. */
import type { SendTarget } from "./send-all.js";

/** A stream that writes into a channel. An abort ends both. The stream fails when no item can be sent any more. */
export function writableOf<T>(out: SendTarget<T>): WritableStream<T> {
  return new WritableStream<T>({
    start(controller) {
      const { signal } = controller as { readonly signal?: AbortSignal };
      // `abort` below runs only after the current write, which may wait for a receiver that does not read.
      signal?.addEventListener("abort", () => void out.abort(signal.reason));
      // So a pipe whose source is idle learns at once that the receiver has left.
      out.whenEnded(({ error }) => {
        if (error !== undefined && signal?.aborted !== true) controller.error(error);
      });
    },
    write: (item) => out.send(item),
    close: () => out.close(),
    abort: (reason) => out.abort(reason),
  });
}
