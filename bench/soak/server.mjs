/** The serving process of a soak. On request it reports its heap after a forced collection. */
import { serve } from "@voxrpc/runtime/node";
import { Echo, echoDispatcher } from "../gen/schema.vox.js";
import { heapAfterCollection } from "./heap.mjs";

const server = await serve("tcp://127.0.0.1:0", echoDispatcher({ point: (point) => point }), {
  maxConcurrentRequests: 1024,
});
process.on("message", () => process.send({ heap: heapAfterCollection(), snapshot: server.snapshot() }));
process.on("disconnect", () => process.exit(0));
process.send({ url: server.url, service: Echo.name });
