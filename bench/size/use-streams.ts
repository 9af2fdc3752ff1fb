/** Calls every kind of stream once: what the measured clients of streams do. */
import { channel } from "@voxrpc/runtime";
import type { Point, StreamsClient } from "../gen/streams.vox.js";

export async function useStreams(streams: StreamsClient): Promise<number> {
  const down = channel<Point>();
  const up = channel<Point>();
  const calls = [streams.down(3, down.tx), streams.up(up.rx), streams.both(up.rx, down.tx)];
  await up.tx.sendAll([{ x: 1, y: 2, id: 3 }]);
  let sum = 0;
  for await (const { x } of down.rx) sum += x;
  await Promise.all(calls);
  return sum;
}
