/** What each runtime does: a unary call, streams both ways, a declared error. */
import { channel } from "@voxrpc/runtime";
import type { StreamsClient } from "../interop/gen/streams.vox.js";

export interface Smoke {
  readonly running: number;
  readonly total: string;
  readonly counted: number;
  readonly declared: string;
}

export const expected: Smoke = { running: 0, total: "499500", counted: 1000, declared: "User" };

export async function smoke(client: StreamsClient): Promise<Smoke> {
  const upload = channel<number>();
  const numbers = channel<number>();
  const refused = channel<number>();
  const counting = client.count(0, 1000, numbers.tx);
  const [running, total] = await Promise.all([
    client.running(),
    client.sum(upload.rx),
    upload.tx.sendAll(Array.from({ length: 1000 }, (_, index) => index)),
  ]);
  let counted = 0;
  for await (const _ of numbers.rx) counted++;
  await counting;
  const failed = await client.$try.failAfter(0, refused.tx);
  await client.$close();
  return { running, total: String(total), counted, declared: failed.ok ? "ok" : failed.error.code };
}
