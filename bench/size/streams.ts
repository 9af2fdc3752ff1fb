/** Streams in each direction over a link of the application. */
import { channel } from "@voxrpc/runtime";
import { type Link, openSession } from "@voxrpc/runtime/link";
import { type Point, Streams } from "../gen/streams.vox.js";

export async function main(link: Link): Promise<number> {
  const session = await openSession(link, { service: Streams.name });
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
