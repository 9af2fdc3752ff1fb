/**
 * What the targets of sessions share: recorded peers, the service that both sides have, and inputs as lists of frames.
 */
import { channel, type Observer, VoxError } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import type { GoldenClient } from "../support/gen/session.vox.js";
import {
  add,
  commit,
  count,
  crash,
  divide,
  echo,
  first,
  hello,
  lookup,
  nameOf,
  sum,
  translate,
  wait,
} from "../support/golden-service.js";
import { packParts } from "../support/parts.js";
import { fixture } from "./target.js";

/** Bits of the first part's tag. A quiet client makes no call: it costs a fifth. */
export const roles = { client: 1, resumable: 2, quiet: 4 } as const;
/** Tags of the other parts: how a frame leaves. */
export const sending = { atOnce: 1, raw: 2, text: 4 } as const;

interface RecordedStep {
  readonly from?: string;
  readonly link?: number;
  readonly hex?: string;
  readonly hex_template?: string;
}

/** Each recorded side as an input: what it said on its first link. An empty list of schemas means ours. */
export function recordedPeers(): Uint8Array[] {
  const transcripts = fixture("golden/session.json") as readonly {
    readonly steps: readonly RecordedStep[];
  }[];
  return transcripts.flatMap(({ steps }) =>
    ["client", "server"].flatMap((from) => {
      const frames = steps
        .filter((step) => step.from === from && (step.link ?? 0) === 0)
        .map(({ hex, hex_template }) => hex ?? hex_template?.replace("{message_schemas}", "80"))
        .filter((hex) => hex !== undefined);
      // What a server said, a client of ours hears.
      const heads = from === "server" ? [roles.client, roles.client | roles.quiet] : [0];
      const parts = frames.map((hex) => ({ tag: 0, bytes: Buffer.from(hex, "hex") }));
      if (frames.length === 0) return [];
      return heads.map((tag) => packParts([{ tag, bytes: new Uint8Array(0) }, ...parts]));
    }),
  );
}

/** An observer that hears nothing: without one, errors of handlers are printed. */
export const silent: Observer = { onHandlerError() {}, onAcceptError() {}, onHandshakeFailed() {} };

/** The recorded services. Handlers answer at once, or when their stream has ended. */
export function recordedService(): $.Dispatcher {
  return $.dispatcher("Golden", [
    hello.handled(() => "hello"),
    add.handled(([a, b]) => (a + b) >>> 0),
    divide.handled(([a, b]) => (b === 0n ? 0n : BigInt.asIntN(64, a / b))),
    translate.handled(([p, by]) => ({ x: (p.x + by.x) | 0, y: (p.y + by.y) | 0 })),
    wait.handled(([gate]) => gate),
    commit.handled(() => 1n),
    lookup.handled(([key]) => (key === "" ? undefined : key)),
    count.handled(async ([from, items, out]) => {
      for (let at = 0; at < Math.min(items, 200); at++) await out.send((from + at) >>> 0);
      await out.close();
      return undefined;
    }),
    sum.handled(async ([items]) => {
      let total = 0n;
      for await (const item of items) total += BigInt(item);
      return total;
    }),
    first.handled(async ([items]) => {
      for await (const item of items) return item;
      return undefined;
    }),
    echo.handled(async ([input, output]) => {
      let items = 0;
      for await (const item of input) {
        await output.send(item.toUpperCase());
        items += 1;
      }
      return items;
    }),
    crash.handled(async ([out]) => {
      await out.send(1);
      throw new Error("as recorded");
    }),
    nameOf.handled(([id]) => `client-${id}`),
  ]);
}

/** Calls of each kind. @returns when all have settled; an error that is none of ours is passed on */
export async function callEverything(caller: GoldenClient): Promise<void> {
  const numbers = channel<number>();
  const items = channel<number>();
  const received = (async () => {
    for await (const _ of numbers.rx);
  })();
  const sent = (async () => {
    for (let at = 0; at < 20; at++) await items.tx.send(at);
    await items.tx.close();
  })();
  const settled = await Promise.allSettled([
    caller.hello(),
    caller.add(1, 2),
    caller.lookup("key"),
    caller.commit(1),
    caller.count(0, 20, numbers.tx),
    caller.sum(items.rx),
    received,
    sent,
  ]);
  for (const outcome of settled)
    if (outcome.status === "rejected" && !(outcome.reason instanceof VoxError)) throw outcome.reason;
}
