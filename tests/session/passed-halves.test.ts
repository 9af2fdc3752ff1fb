/** The half of a channel that was passed to a call belongs to the call, also while the call waits. */
import { attachBearerToken, channel, withMiddleware } from "@voxrpc/runtime";
import { connectPair, type PairOptions, type SessionPair, settle } from "@voxrpc/runtime/testing";
import { expect, it } from "vitest";
import { Streams, type StreamsClient, streamsDispatcher } from "../interop/gen/streams.vox.js";
import { streamsHandler } from "../support/stream-handlers.js";
import { expectNothingUnheard } from "../support/unheard.js";

expectNothingUnheard();

/** Where a call waits: a client, and what lets the call go. */
type Wait = (pair: SessionPair) => Promise<readonly [client: StreamsClient, go: () => unknown]>;

const waits: Readonly<Record<string, Wait>> = {
  nowhere: async ({ client }) => [client.client(Streams), () => {}],
  "in middleware": async ({ client }) => {
    let go: () => void = () => {};
    const asked = new Promise<void>((resolve) => {
      go = resolve;
    });
    const token = attachBearerToken(async () => {
      await asked;
      return "token";
    });
    return [Streams.create(withMiddleware(client.client(Streams).$caller, [token])), go];
  },
  "for a slot": async ({ client }) => {
    const streams = client.client(Streams);
    const controller = new AbortController();
    const { tx } = channel<number>();
    streams.endless(tx, { signal: controller.signal }).catch(() => {});
    await settle();
    return [streams, () => controller.abort()];
  },
};

/** Uses of a half that the application has passed. */
const uses: Readonly<Record<string, (pair: ReturnType<typeof channel<number>>) => Promise<unknown>>> = {
  "next()": ({ rx }) => rx.next(),
  "a loop": async ({ rx }) => {
    for await (const _item of rx);
  },
  "send()": ({ tx }) => tx.send(1),
  "sendAll()": ({ tx }) => tx.sendAll([1]),
};

const options: PairOptions = { server: { maxConcurrentRequests: 1 } };

it.each(Object.keys(waits).flatMap((wait) => Object.keys(uses).map((use) => [wait, use] as const)))(
  "a call that waits %s keeps its half from %s",
  async (wait, use) => {
    const { handler } = streamsHandler();
    await using pair = await connectPair(streamsDispatcher(handler), options);
    const [client, go] = await (waits[wait] as Wait)(pair);
    const own = channel<number>();
    const isReceived = use === "send()" || use === "sendAll()";
    const call = isReceived ? client.count(0, 2, own.tx) : client.sum(own.rx);
    const used = (uses[use] as (typeof uses)[string])(own);
    await expect(used).rejects.toMatchObject({
      code: "ChannelUnbound",
      message: expect.stringContaining("use the other one"),
    });
    go();
    if (isReceived) {
      const items: number[] = [];
      for await (const item of own.rx) items.push(item);
      expect(items).toEqual([0, 1]);
      await call;
    } else {
      await own.tx.sendAll([1, 2]);
      expect(await call).toBe(3n);
    }
  },
);

it.each(Object.keys(uses))("a half that was used by %s before its call ends with it", async (use) => {
  const { handler } = streamsHandler();
  await using pair = await connectPair(streamsDispatcher(handler));
  const client = pair.client.client(Streams);
  const own = channel<number>();
  const used = (uses[use] as (typeof uses)[string])(own);
  const isReceived = use === "send()" || use === "sendAll()";
  const call = isReceived ? client.count(0, 2, own.tx) : client.sum(own.rx);
  await expect(call).rejects.toThrow("is used already: make a channel() for each call");
  await expect(used).rejects.toMatchObject({ code: "ChannelUnbound" });
});
