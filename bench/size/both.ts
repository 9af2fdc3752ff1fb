/** Client and handlers on one session that reconnects, with virtual connections. */
import { channel, virtualConnections } from "@voxrpc/runtime";
import { type Link, openSession, reconnecting } from "@voxrpc/runtime/link";
import { type Point, Streams, type StreamsHandler, streamsDispatcher } from "../gen/streams.vox.js";
import { useStreams } from "./use-streams.js";

const handler: StreamsHandler = {
  async down(count, out) {
    for (let id = 0; id < count; id += 1) await out.send({ x: id, y: 0, id });
  },
  async up(items) {
    let sum = 0;
    for await (const { id } of items) sum += id;
    return sum;
  },
  async both(items, out) {
    await out.sendAll(items);
  },
};

export async function main(open: () => Promise<Link>): Promise<number> {
  const serve = streamsDispatcher(handler);
  const session = await openSession(await open(), {
    service: Streams.name,
    serve,
    virtualConnections,
    reconnect: reconnecting({ open }),
  });
  const streams = session.client(Streams);
  const sum = await useStreams(streams);
  const other = await session.open(Streams, { serve });
  await other.down(1, channel<Point>().tx);
  return sum;
}
