/** What an application gives a bundler: an entry of its own that imports a generated file. */
import { connect, reconnecting } from "@voxrpc/runtime/web";
import { Streams } from "../interop/gen/streams.vox.ts";

globalThis.running = async () => {
  const client = await connect(Streams, { reconnect: reconnecting() });
  return client.running();
};
