/** The sending end of a channel as a Web Stream. */
import type { SendTarget } from "./send-all.js";

/** A stream that writes into a channel: what aborts one aborts the other, and it fails when nothing can be sent any more. */
export function writableOf<T>(out: SendTarget<T>): WritableStream<T> {
  return new WritableStream<T>({
    start(controller) {
      const { signal } = controller as { readonly signal?: AbortSignal };
      // `abort` below comes behind the write that is under way, which may wait for a receiver that does not read.
      signal?.addEventListener("abort", () => void out.abort(signal.reason));
      // A pipe whose source is idle hears at once that the receiver has left.
      out.whenEnded(({ error }) => {
        if (error !== undefined && signal?.aborted !== true) controller.error(error);
      });
    },
    write: (item) => out.send(item),
    close: () => out.close(),
    abort: (reason) => out.abort(reason),
  });
}
