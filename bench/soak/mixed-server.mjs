/** The serving process of the soak with mixed traffic. On request it reports its state after a forced collection. */
import { serve } from "@voxrpc/runtime/node";
import { soakDispatcher } from "../gen/soak.vox.js";
import { heapAfterCollection } from "./heap.mjs";

const handler = {
  echo: (text) => text,
  pause: (ms, { signal }) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms, ms);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    }),
  count: async (many, out) => {
    for (let item = 0; item < many; item++) await out.send(item);
  },
  sum: async (items) => {
    let total = 0n;
    for await (const item of items) total += BigInt(item);
    return total;
  },
  shout: async (input, output) => {
    let count = 0;
    for await (const text of input) {
      await output.send(text.toUpperCase());
      count += 1;
    }
    return count;
  },
};

// Sessions whose clients do not come back are kept for a second only, so that none is left at the end.
const server = await serve("tcp://127.0.0.1:0", soakDispatcher(handler), {
  resumable: { expiryMs: 1000 },
  // Handlers fail when their streams do.
  observer: { onHandlerError() {} },
});
process.on("message", () => process.send({ heap: heapAfterCollection(), snapshot: server.snapshot() }));
process.on("disconnect", () => process.exit(0));
process.send({ port: server.address.port });
