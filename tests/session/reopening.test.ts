/**
 * A virtual connection that is being opened again (`reopen: true`): it ends as an open one does, once for observers.
 * Source: `protocol/session.md` §5.4, §7.
 */
import type { ConnectionAcceptor, IncomingConnection } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { settle } from "@voxrpc/runtime/testing";
import { afterEach, describe, expect, it } from "vitest";
import { add, wait } from "../support/golden-service.js";
import { type Resumable, resumable } from "../support/resumable.js";

const Golden = $.service("Golden", (caller) => caller, {});
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

const outcomeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value,
    (error: { code?: string }) => error.code,
  );

interface Reopening {
  readonly own: Resumable;
  readonly caller: $.Caller;
  /** The request as the peer has it, which it has not answered. */
  readonly incoming: IncomingConnection;
  /** A call that was in flight with the link, and one that waits. */
  readonly calls: readonly Promise<unknown>[];
  /** The events of it that observers got. */
  readonly events: readonly string[];
}

/** Connection 1, which the client requests again under the id 3. */
async function reopening(): Promise<Reopening> {
  const held: IncomingConnection[] = [];
  let isHeld = false;
  const acceptor: ConnectionAcceptor = {
    accept({ isVirtual }, connection) {
      if (!isVirtual || !isHeld) return connection.accept(served);
      held.push(connection);
      return new Promise<void>(() => undefined);
    },
  };
  const events: string[] = [];
  pair = await resumable(acceptor, {
    observer: {
      onConnectionOpened: ({ connectionId: id }) => id !== 0 && events.push(`opened ${id}`),
      onConnectionClosed: ({ connectionId: id, reason }) => id !== 0 && events.push(`closed ${id} ${reason}`),
    },
  });
  const own = pair;
  const caller = await own.client.open(Golden, { reopen: true });
  const early = outcomeOf(caller.call(wait.method, [1]));
  await settle();
  own.registry = own.newRegistry();
  isHeld = true;
  await own.cut();
  await own.recover();
  await settle();
  const [incoming] = held;
  if (incoming === undefined) throw new Error("the connection was not requested again");
  return { own, caller, incoming, calls: [early, outcomeOf(caller.call(add.method, [1, 2]))], events };
}

/** How it ends: with which reason and error, and how its calls fail. */
type Row = readonly [
  how: string,
  end: (reopening: Reopening) => unknown,
  closed: { readonly reason: string; readonly error: unknown },
  call: string,
];

const local = { reason: "Local", error: undefined };
const rows: readonly Row[] = [
  [
    "the time of its last client, which is closed, is over",
    async ({ own, caller }) => {
      const closing = caller.connection.close({ timeoutMs: 10 });
      await own.clock.elapse(10);
      await closing;
    },
    local,
    "ConnectionClosed",
  ],
  ["it is closed by its id", ({ own }) => own.client.closeConnection(1), local, "ConnectionClosed"],
  ["it is closed by its next id", ({ own }) => own.client.closeConnection(3n), local, "ConnectionClosed"],
  ["the session is aborted", ({ own }) => own.client.abort(), local, "SessionShutdown"],
  ["the session is closed", ({ own }) => own.client.close({ timeoutMs: 0 }), local, "SessionShutdown"],
  [
    "the session is closed without a link",
    async ({ own }) => {
      await own.cut();
      await own.client.close();
      // The server waits until the session expires.
      own.serving.abort();
    },
    local,
    "SessionShutdown",
  ],
  [
    "the peer breaks the protocol",
    ({ own }) => own.serving.core.failConnection(own.serving.core.root, "so it is"),
    { reason: "Protocol", error: { code: "Protocol" } },
    "ConnectionClosed",
  ],
  [
    "the peer refuses it",
    ({ incoming }) => incoming.reject("not now"),
    { reason: "Transport", error: { code: "Rejected" } },
    "ConnectionClosed",
  ],
  [
    "the peer does not answer",
    ({ own }) => own.clock.elapse(20_000),
    { reason: "Transport", error: { code: expect.stringMatching(/ConnectTimeout|Rejected/) } },
    "ConnectionClosed",
  ],
];

describe("a connection that is being opened again ends when", () => {
  it.each(rows)("%s", async (_how, end, closed, code) => {
    const given = await reopening();
    const { own, caller, calls, events } = given;
    await end(given);
    await settle();
    expect(await caller.connection.closed).toMatchObject(closed);
    expect(await Promise.all(calls)).toEqual([code, code]);
    expect(events).toEqual(["opened 1", "closed 1 Transport"]);
    expect(own.client.snapshot().connections.filter(({ id }) => id !== 0)).toEqual([]);
    expect(own.serving.snapshot().connections.filter(({ id }) => id !== 0)).toEqual([]);
  });
});

describe("a connection that is being opened again goes on when", () => {
  it.each<[string, (given: Reopening) => unknown]>([
    ["the peer takes it", ({ incoming }) => incoming.accept(served)],
    [
      "one of its two clients is closed",
      async ({ caller, incoming }) => {
        await caller.connection.client(Golden).connection.close();
        incoming.accept(served);
      },
    ],
  ])("%s", async (_how, go) => {
    const given = await reopening();
    await go(given);
    expect(await Promise.all(given.calls)).toEqual(["Indeterminate", 3]);
    expect(given.events).toEqual(["opened 1", "closed 1 Transport", "opened 3"]);
    expect(given.caller.connection.id).toBe(3);
  });
});
