/**
 * What the TypeScript side of the suite answers to `Streams`: the same as the Rust one (`interop/rust/src/streams.rs`).
 */
import { channel, fail } from "@voxrpc/runtime";
import { Session } from "@voxrpc/runtime/link";
import { type Record, Streams, type StreamsClient, type StreamsHandler } from "../interop/gen/streams.vox.js";

/** A handler and what becomes of its calls. */
export interface StreamsSide {
  readonly handler: StreamsHandler;
  /** How many calls of `endless` are being worked on. */
  readonly load: { running: number };
}

/** Makes a handler that counts its endless calls. */
export function streamsHandler(): StreamsSide {
  const load = { running: 0 };
  const handler: StreamsHandler = {
    async count(start, n, out) {
      for (let at = 0; at < n; at++) await out.send(start + at);
    },
    sum: sumOf,
    async first(items) {
      return (await items.next()).value;
    },
    async shout(input, output) {
      let texts = 0;
      for await (const text of input) {
        await output.send(text.toUpperCase());
        texts++;
      }
      return texts;
    },
    async records(n, out) {
      for (let at = 0; at < n; at++) await out.send(recordAt(at));
    },
    async endless(out) {
      let sent = 0;
      load.running++;
      try {
        for (;;) {
          await out.send(sent);
          sent++;
        }
      } catch {
        return sent;
      } finally {
        load.running--;
      }
    },
    running: () => load.running,
    async failAfter(n, out) {
      for (let at = 0; at < n; at++) await out.send(at);
      return fail(n === 0 ? { kind: "Refused" } : { kind: "Exhausted", value: n });
    },
    async giveUp(n, fails, out) {
      for (let at = 0; at < n; at++) await out.send(at);
      if (fails) throw new Error("asked to fail");
      await out.abort();
    },
    callBack: (n, context) => countSum(context.client(Streams), n),
    async openBack(n, context) {
      const { $session: session } = context.client(Streams);
      if (!(session instanceof Session)) throw new TypeError("expected a session of this runtime");
      await using back = await session.open(Streams);
      return await countSum(back, n);
    },
  };
  return { handler, load };
}

/** Lets the peer count and adds up what comes. */
export async function countSum(client: StreamsClient, n: number): Promise<bigint> {
  const { tx, rx } = channel<number>();
  const [sum] = await Promise.all([sumOf(rx), client.count(0, n, tx)]);
  return sum;
}

async function sumOf(items: AsyncIterable<number>): Promise<bigint> {
  let sum = 0n;
  for await (const item of items) sum += BigInt(item);
  return sum;
}

/** The record at this place of `records`. */
export function recordAt(at: number): Record {
  return {
    id: (1n << 60n) + BigInt(at),
    name: `record ${at} ☃`,
    ratio: at / 4,
    flag: at % 2 === 1,
    tags: Array.from({ length: at % 3 }, (_, tag) => `tag ${tag}`),
    data: new Uint8Array(at % 5).fill(at),
    note: at % 2 === 0 ? "even" : undefined,
    kind: at === 0 ? { kind: "First" } : { kind: "Other", value: String(at) },
  };
}
