/** The product: generated client and handler over its own TCP link. */
import { connect as connectVox, serve as serveVox } from "@voxrpc/runtime/node";
import { Echo, echoDispatcher } from "../gen/schema.vox.js";

export async function serve() {
  const server = await serveVox("tcp://127.0.0.1:0", echoDispatcher({ point: (point) => point }), {
    maxConcurrentRequests: 1024,
  });
  return Number(new URL(server.url.replace("tcp:", "http:")).port);
}

export async function connect(port) {
  const client = await connectVox(`tcp://127.0.0.1:${port}`, Echo);
  return (point) => client.point(point);
}
