/**
 * A client whose root is released ends its session with the last other connection, and sends a message to its server: a
 * server that waits would keep the calls of its handlers open until the session expires. Source:
 * `protocol/session.md` §5.4.
 */
import { router } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { settle } from "@voxrpc/runtime/testing";
import { afterEach, describe, expect, it } from "vitest";
import { add, wait } from "../support/golden-service.js";
import { type Resumable, resumable } from "../support/resumable.js";

const Golden = $.service("Golden", (caller) => caller, {});
const Missing = $.service("Missing", (caller) => caller, {});
const served = $.dispatcher("Golden", [
  add.handled(([a, b]) => a + b),
  wait.handled(() => new Promise<never>(() => {})),
]);

let pair: Resumable | undefined;
afterEach(async () => {
  await pair?.close();
  expect(pair?.clock.armed ?? 0).toBe(0);
  pair = undefined;
});

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "ok",
    (error: { code?: string }) => error.code,
  );

/** How the connections end for which the root stays. The client has opened connection 1. */
type Use = (own: Resumable) => unknown;

const uses: readonly (readonly [name: string, use: Use])[] = [
  ["the client closes its connection", ({ client }) => client.closeConnection(1)],
  ["the server closes it", ({ serving }) => serving.closeConnection(1)],
  [
    "the server closes the last of two",
    async ({ client, serving }) => {
      const { connection } = await client.open(Golden);
      client.closeConnection(1);
      serving.closeConnection(connection.id);
    },
  ],
  [
    "the server closes one that it has opened",
    async ({ client, serving }) => {
      const { connection } = await serving.open(Golden);
      client.closeConnection(1);
      await settle();
      expect(client.isOpen).toBe(true);
      serving.closeConnection(connection.id);
    },
  ],
  [
    "the client closes one that the server has opened",
    async ({ client, serving }) => {
      const { connection } = await serving.open(Golden);
      client.closeConnection(1);
      client.closeConnection(connection.id);
    },
  ],
  [
    "the server refuses one that the client has requested",
    async ({ client, serving }) => {
      const opening = codeOf(client.open(Missing));
      serving.closeConnection(1);
      expect(await opening).toBe("Rejected");
    },
  ],
  [
    "the client cancels one that it has requested",
    async ({ client }) => {
      const abort = new AbortController();
      const opening = codeOf(client.open(Golden, { signal: abort.signal }));
      client.closeConnection(1);
      abort.abort();
      expect(await opening).toBe("Cancelled");
    },
  ],
];

/** When this happens. */
const moments: readonly (readonly [name: string, act: (own: Resumable, use: Use) => Promise<unknown>])[] = [
  ["over the first link", async (own, use) => use(own)],
  [
    "over the next link",
    async (own, use) => {
      await own.cut();
      await own.recover();
      await use(own);
    },
  ],
  [
    "just before the link is cut",
    async (own, use) => {
      await use(own);
      await own.cut();
      await own.recover();
    },
  ],
];

const lostFarewell = "the client closes its connection, just before the link is cut";
const rows = uses
  .flatMap(([how, use]) => moments.map(([when, act]) => [`${how}, ${when}`, use, act] as const))
  .filter(([name]) => name !== lostFarewell);

/** Both have a virtual connection, and the client has released its root. */
async function released(): Promise<Resumable> {
  pair = await resumable(router([served]), { client: { serve: router([served]) } });
  await pair.client.open(Golden);
  await pair.client.closeWhenIdle();
  return pair;
}

describe("the session of a released root ends at both sides when", () => {
  it.each(rows)("%s", async (_name, use, act) => {
    const own = await released();
    const { serving } = own;
    const waiting = codeOf(serving.client(Golden).call(wait.method, [1]));
    await settle();
    await act(own, use);
    await settle();
    expect(own.client.state).toMatchObject({ kind: "closed", reason: "Local", error: undefined });
    expect((await serving.closed).reason).toBe("Remote");
    expect(await waiting).toBe("ConnectionClosed");
    expect(own.registry?.size).toBe(0);
  });

  it("its time is over, where the farewell was lost with the link", async () => {
    const own = await released();
    own.client.closeConnection(1);
    await Promise.resolve();
    await own.cut();
    expect([own.client.isOpen, own.serving.isOpen]).toEqual([false, true]);
    await own.clock.elapse(100_000);
    expect(await own.serving.closed).toMatchObject({ reason: "Transport", error: { code: "NotResumable" } });
  });
});
