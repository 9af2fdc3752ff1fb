/** Streams in each direction over a link of the application. */
import { type Link, openSession } from "@voxrpc/runtime/link";
import { Streams } from "../gen/streams.vox.js";
import { useStreams } from "./use-streams.js";

export async function main(link: Link): Promise<number> {
  const session = await openSession(link, { service: Streams.name });
  const streams = session.client(Streams);
  return useStreams(streams);
}
