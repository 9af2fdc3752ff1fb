/** Streams over a session that gets another link when it loses its own. */
import { channel } from "@voxrpc/runtime";
import { type Link, openSession, reconnecting } from "@voxrpc/runtime/link";
import { type Point, Streams } from "../gen/streams.vox.js";

export async function main(open: () => Promise<Link>): Promise<number> {
  const session = await openSession(await open(), {
    service: Streams.name,
    reconnect: reconnecting({ open }),
  });
  const streams = session.client(Streams);
  const down = channel<Point>();
  const up = channel<Point>();
  const calls = [streams.down(3, down.tx), streams.up(up.rx), streams.both(up.rx, down.tx)];
  await up.tx.sendAll([{ x: 1, y: 2, id: 3 }]);
  let sum = 0;
  for await (const { x } of down.rx) sum += x;
  await Promise.all(calls);
  return sum;
}
