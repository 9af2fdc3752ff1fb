/** Streams in each direction of a page: over a WebSocket of the browser, connected again after a loss. */
import { channel } from "@voxrpc/runtime";
import { connect, reconnecting } from "@voxrpc/runtime/web";
import { type Point, Streams } from "../gen/streams.vox.js";

export async function main(): Promise<number> {
  const streams = await connect(Streams, { reconnect: reconnecting() });
  const down = channel<Point>();
  const up = channel<Point>();
  const calls = [streams.down(3, down.tx), streams.up(up.rx), streams.both(up.rx, down.tx)];
  await up.tx.sendAll([{ x: 1, y: 2, id: 3 }]);
  let sum = 0;
  for await (const { x } of down.rx) sum += x;
  await Promise.all(calls);
  return sum;
}
