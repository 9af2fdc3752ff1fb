/** Streams over a session that gets another link when it loses its own. */
import { type Link, openSession, reconnecting } from "@voxrpc/runtime/link";
import { Streams } from "../gen/streams.vox.js";
import { useStreams } from "./use-streams.js";

export async function main(open: () => Promise<Link>): Promise<number> {
  const session = await openSession(await open(), {
    service: Streams.name,
    reconnect: reconnecting({ open }),
  });
  const streams = session.client(Streams);
  return useStreams(streams);
}
