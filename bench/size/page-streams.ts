/** Streams in each direction of a page: over a WebSocket of the browser, connected again after a loss. */
import { connect, reconnecting } from "@voxrpc/runtime/web";
import { Streams } from "../gen/streams.vox.js";
import { useStreams } from "./use-streams.js";

export async function main(): Promise<number> {
  const streams = await connect(Streams, { reconnect: reconnecting() });
  return useStreams(streams);
}
