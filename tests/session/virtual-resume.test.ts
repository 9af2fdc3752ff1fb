/**
 * Virtual connections over a lost link: they go on as the root does, or are opened again. Source: `protocol/session.md`
 * §7.
 */
import { type ConnectionAcceptor, channel, type IncomingConnection, router } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { settle } from "@voxrpc/runtime/testing";
import { afterEach, describe, expect, it, test } from "vitest";
import type { OpenOptions } from "../../packages/runtime/src/session/opening.js";
import type { Session } from "../../packages/runtime/src/session/session.js";
import { Golden, type GoldenClient } from "../support/gen/session.vox.js";
import { add, count, lookup, sum, wait } from "../support/golden-service.js";
import { Gate, type Resumable, type ResumableOptionsOfTest, resumable } from "../support/resumable.js";

/** A method as a caller declares it who may repeat it. */
const repeatable = <A extends readonly unknown[], T, E>(own: $.Method<A, T, E>): $.Method<A, T, E> =>
  Object.assign(Object.create(Object.getPrototypeOf(own)), own, { idempotent: true });

let pair: Resumable | undefined;

afterEach(async () => {
  await pair?.close();
  expect(pair?.clock.armed ?? 0).toBe(0);
  pair = undefined;
});

/** What one side answers. */
const serving = (gate: Gate<number>, more: readonly $.HandledMethod[] = []): $.Dispatcher =>
  $.dispatcher("Golden", [
    wait.handled((_args, { signal }) => gate.wait(signal)),
    add.handled(([a, b]) => a + b),
    ...more,
  ]);

async function connected(dispatcher: $.Dispatcher, options: ResumableOptionsOfTest = {}): Promise<Resumable> {
  pair = await resumable(router([dispatcher]), options);
  return pair;
}

const cutAndRecover = async (own: Resumable): Promise<void> => {
  await own.cut();
  await own.recover();
};

/** The acceptor begins with an empty memory. */
const forget = (own: Resumable): void => {
  own.registry = own.newRegistry();
};

/** What opens a connection: its own callers, and the other side's. */
interface Opened {
  readonly caller: GoldenClient;
  /** Calls the other way round. */
  readonly back: GoldenClient;
}

/** A connection of either side, on which both sides call. */
async function openBoth(
  own: Resumable,
  from: "client" | "server",
  dispatcher: $.Dispatcher,
  options: OpenOptions,
  backs: GoldenClient[],
): Promise<Opened> {
  const session: Session = from === "client" ? own.client : own.serving;
  const caller = await session.open(Golden, { ...options, serve: dispatcher });
  const back = backs.at(-1);
  if (back === undefined) throw new Error("nobody was asked");
  return { caller, back };
}

describe.each(["client", "server"] as const)("a virtual connection that the %s has opened", (from) => {
  test.each(["Odd", "Even"] as const)("goes on over the next link, with parity %s", async (parity) => {
    const [near, far] = [new Gate<number>(), new Gate<number>()];
    const backs: GoldenClient[] = [];
    const acceptor: ConnectionAcceptor = {
      accept(request, connection: IncomingConnection) {
        const caller = connection.acceptWithClient(Golden, serving(far));
        if (request.isVirtual) backs.push(caller);
      },
    };
    pair = await resumable(acceptor, { client: { serve: acceptor } });
    const own = pair;
    const { caller, back } = await openBoth(own, from, serving(near), { parity }, backs);
    const { id } = caller.$caller.connection;
    expect(await caller.add(1, 2)).toBe(3);
    expect(await back.add(3, 4)).toBe(7);
    for (let round = 0; round < 3; round++) {
      const [call, backCall] = [caller.wait(1), back.wait(1)];
      await settle();
      await own.cut();
      expect([caller.$caller.connection.isOpen, back.$caller.connection.isOpen]).toEqual([true, true]);
      const meanwhile = [caller.add(5, round), back.add(6, round)];
      // One is answered while there is no link, the other behind it.
      near.open(20 + round);
      await own.recover();
      far.open(10 + round);
      expect([await call, await backCall]).toEqual([10 + round, 20 + round]);
      expect(await Promise.all(meanwhile)).toEqual([5 + round, 6 + round]);
      // Methods that were not used before are announced, too.
      expect(await caller.add(1, 1)).toBe(2);
    }
    expect([near.runs, far.runs]).toEqual([3, 3]);
    expect(caller.$caller.connection.id).toBe(id);
    expect(own.client.core.connectionCount).toBe(2);
    expect(own.serving.core.connectionCount).toBe(2);
    await caller.$caller.connection.close();
    await settle();
    expect(back.$caller.connection.isOpen).toBe(false);
    expect(own.serving.core.connectionCount).toBe(1);
  });
});

describe("a virtual connection over a lost link", () => {
  it("ends its channels with the reason, and takes others afterwards", async () => {
    const numbers = count.handled(async ([from, to, out]) => {
      for (let n = from; n < to; n++) await out.send(n);
    });
    const own = await connected(
      serving(new Gate(), [
        numbers,
        sum.handled(async ([items]) => {
          let total = 0n;
          for await (const item of items) total += BigInt(item);
          return total;
        }),
      ]),
    );
    const caller = await own.client.open(Golden);
    const [down, up] = [channel<number>(), channel<number>()];
    const watching = caller.$try.count(0, 1000, down.tx);
    const sending = caller.$try.sum(up.rx);
    expect(await down.rx.next()).toEqual({ done: false, value: 0 });
    await up.tx.send(1);
    await own.cut();
    expect(await watching).toMatchObject({ ok: false, error: { code: "Indeterminate" } });
    expect(await sending).toMatchObject({ ok: false, error: { code: "Indeterminate" } });
    await expect(up.tx.send(2)).rejects.toMatchObject({ code: "ConnectionClosed" });
    await own.recover();
    const again = channel<number>();
    const call = caller.count(5, 6, again.tx);
    expect(await again.rx.next()).toEqual({ done: false, value: 5 });
    expect(await again.rx.next()).toEqual({ done: true, value: undefined });
    await call;
  });

  it("cannot be opened or closed by its id before the next one, and can be closed by its client", async () => {
    const own = await connected(serving(new Gate()));
    const [one, other] = [await own.client.open(Golden), await own.client.open(Golden)];
    await own.cut();
    expect(own.client.snapshot().state).toBe("recovering");
    await expect(own.client.open(Golden)).rejects.toMatchObject({
      message: "protocol error: session is disconnected; resume before opening connections",
    });
    expect(() => own.client.closeConnection(one.$caller.connection.id)).toThrow(
      "protocol error: session is disconnected; resume before closing connections",
    );
    await one.$caller.connection.close();
    await own.recover();
    await settle();
    expect(await other.add(1, 2)).toBe(3);
    expect(own.serving.core.connectionCount).toBe(2);
  });

  it("is over at both sides when its Close was lost with the link", async () => {
    const own = await connected(serving(new Gate()));
    const caller = await own.client.open(Golden);
    const network = own.networks.at(-1);
    network?.toServer.configure({ cutAfterBytes: network.toServer.acceptedBytes });
    await caller.$caller.connection.close();
    await settle();
    await own.recover();
    await settle();
    expect(own.client.core.connectionCount).toBe(1);
    expect(own.serving.core.connectionCount).toBe(1);
  });

  it("ends where it is raw, and the peer learns it", async () => {
    const own = await connected(serving(new Gate()));
    const raw = await own.client.openRaw("Golden");
    expect(own.serving.core.connectionCount).toBe(2);
    await own.cut();
    expect(await raw.closed).toMatchObject({ reason: "Transport" });
    await own.recover();
    await settle();
    expect(own.serving.core.connectionCount).toBe(1);
  });
});

describe.each(["client", "server"] as const)("a root that the %s has released", (side) => {
  const releasing = (own: Resumable): Session => (side === "client" ? own.client : own.serving);
  const other = (own: Resumable): Session => (side === "client" ? own.serving : own.client);
  const both = { client: { serve: serving(new Gate()) } };

  it.each([
    [
      "before the link is lost",
      async (own: Resumable) => {
        void releasing(own).closeWhenIdle();
        await settle();
        await own.cut();
      },
    ],
    [
      "while there is no link",
      async (own: Resumable) => {
        await own.cut();
        void releasing(own).closeWhenIdle();
        await settle();
      },
    ],
  ])("%s goes on while a virtual connection lives", async (_when, lose) => {
    const own = await connected(serving(new Gate()), both);
    const more = await releasing(own).open(Golden);
    const back = other(own).client(Golden);
    for (let round = 0; round < 2; round++) {
      await (round === 0 ? lose(own) : own.cut());
      expect([own.client.state.kind, own.serving.state.kind]).toEqual(["recovering", "recovering"]);
      const meanwhile = [more.add(1, round), back.add(2, round)];
      await own.recover();
      expect(await Promise.all(meanwhile)).toEqual([1 + round, 2 + round]);
    }
    await more.$caller.connection.close();
    expect((await releasing(own).closed).reason).toBe("Local");
  });

  it.each([
    [
      "ends with the last one, which is closed while there is no link",
      async (own: Resumable, more: GoldenClient) => {
        await own.cut();
        await more.$caller.connection.close();
      },
    ],
    [
      "ends when the peer has lost the connections",
      async (own: Resumable) => {
        await own.cut();
        forget(own);
        await own.recover();
      },
    ],
  ])("%s", async (_name, lose) => {
    const own = await connected(serving(new Gate()), both);
    const session = releasing(own);
    const more = await session.open(Golden);
    void session.closeWhenIdle();
    await settle();
    await lose(own, more);
    await settle();
    // A server whose peer has a new session waits for its peer until it expires.
    await own.clock.elapse(100_000);
    expect(session.isOpen).toBe(false);
    expect(session.core.connectionCount).toBe(0);
  });

  it("has clients again when one is made while there is no link", async () => {
    const own = await connected(serving(new Gate()), both);
    const more = await releasing(own).open(Golden);
    void releasing(own).closeWhenIdle();
    await settle();
    await own.cut();
    const again = releasing(own).client(Golden);
    await more.$caller.connection.close();
    await settle();
    await own.recover();
    expect(await again.add(3, 4)).toBe(7);
    await again.$caller.connection.close();
    expect((await releasing(own).closed).reason).toBe("Local");
  });

  it("does not survive its link alone, nor with a raw connection", async () => {
    const own = await connected(serving(new Gate()), both);
    const raw = await releasing(own).openRaw("Golden");
    void releasing(own).closeWhenIdle();
    await settle();
    expect(releasing(own).isOpen).toBe(true);
    await own.cut();
    expect(releasing(own).isOpen).toBe(false);
    await raw.closed;
  });
});

describe("an open that waits when the link is lost", () => {
  const held: IncomingConnection[] = [];
  const acceptor: ConnectionAcceptor = {
    accept(request, connection) {
      if (!request.isVirtual) return connection.accept(serving(new Gate()));
      held.push(connection);
      return new Promise<void>(() => undefined);
    },
  };

  afterEach(() => held.splice(0));

  it("is sent again on the next one, whether or not the peer had it", async () => {
    pair = await resumable(acceptor);
    const own = pair;
    const opening = own.client.open(Golden);
    await settle();
    await own.cut();
    await own.recover();
    expect(held).toHaveLength(2);
    expect(() => held[0]?.accept(serving(new Gate()))).toThrow("given up");
    held[1]?.accept(serving(new Gate()));
    expect(await (await opening).add(1, 2)).toBe(3);
    expect(own.serving.core.connectionCount).toBe(2);
  });

  it("is there once when the peer has accepted it and the Accept was lost", async () => {
    pair = await resumable(acceptor);
    const own = pair;
    const opening = own.client.open(Golden);
    await settle();
    const network = own.networks.at(-1);
    network?.toClient.configure({ cutAfterBytes: network.toClient.acceptedBytes });
    held[0]?.accept(serving(new Gate()));
    await settle();
    expect(own.client.state.kind).toBe("recovering");
    await own.recover();
    held[1]?.accept(serving(new Gate()));
    expect(await (await opening).add(1, 2)).toBe(3);
    expect(own.serving.core.connectionCount).toBe(2);
  });

  it.each([
    ["is given up", (own: Resumable) => own.clock.advance(60_000), "ConnectTimeout"],
    ["fails with the session", (own: Resumable) => own.client.abort(), "Protocol"],
  ] as const)("%s as on the first link", async (_, act, code) => {
    pair = await resumable(acceptor);
    const own = pair;
    const opening = own.client.open(Golden).catch((error: unknown) => error);
    await settle();
    await cutAndRecover(own);
    act(own);
    expect(await opening).toMatchObject({ code });
  });

  it("can be cancelled before there is another", async () => {
    pair = await resumable(acceptor);
    const own = pair;
    const abort = new AbortController();
    const opening = own.client.open(Golden, { signal: abort.signal });
    await settle();
    await own.cut();
    abort.abort();
    await expect(opening).rejects.toMatchObject({ code: "Cancelled" });
    await own.recover();
    await settle();
    expect(held).toHaveLength(1);
    expect(own.serving.snapshot().connections).toHaveLength(1);
  });
});

describe("a virtual connection whose peer has lost the session", () => {
  it("ends, and can be opened again", async () => {
    const gate = new Gate<number>();
    const own = await connected(serving(gate));
    const caller = await own.client.open(Golden);
    const call = caller.$try.wait(1);
    await settle();
    forget(own);
    await own.cut();
    expect(caller.$caller.connection.isOpen).toBe(true);
    await own.recover();
    expect(await caller.$caller.connection.closed).toMatchObject({
      reason: "Transport",
      error: { message: "io error: the peer has lost the session, and this connection with it" },
    });
    expect(await call).toMatchObject({ ok: false, error: { code: "ConnectionClosed", retryable: true } });
    expect(await (await own.client.open(Golden)).add(1, 2)).toBe(3);
  });

  it("is opened again with `reopen`: calls are made again, wait, or are Indeterminate as on the root", async () => {
    const gate = new Gate<number>();
    const seen: unknown[] = [];
    const events: string[] = [];
    const own = await connected(serving(gate, [lookup.handled(([key]) => `found ${key}`)]), {
      observer: {
        onConnectionOpened: ({ connectionId }) => events.push(`opened ${connectionId}`),
        onConnectionClosed: ({ connectionId }) => events.push(`closed ${connectionId}`),
      },
    });
    const caller = await own.client.open(Golden, { reopen: true });
    const { id } = caller.$caller.connection;
    const once = caller.$try.wait(1);
    const often = caller.$caller.call(repeatable(wait.method), [2]);
    await settle();
    forget(own);
    await own.cut();
    const meanwhile = caller.lookup("x");
    await own.recover();
    seen.push(await once);
    expect(seen).toMatchObject([{ ok: false, error: { code: "Indeterminate" } }]);
    gate.open(5);
    expect(await often).toBe(5);
    expect(await meanwhile).toBe("found x");
    expect(caller.$caller.connection.isOpen).toBe(true);
    expect(caller.$caller.connection.id).not.toBe(id);
    expect(events).toEqual([
      "opened 0",
      `opened ${id}`,
      `closed ${id}`,
      `opened ${caller.$caller.connection.id}`,
    ]);
    // And again, as often as it has to be.
    forget(own);
    await cutAndRecover(own);
    expect(await caller.add(1, 2)).toBe(3);
    await caller.$caller.connection.close();
    expect(own.client.core.connectionCount).toBe(1);
  });

  it("ends with `reopen` where the peer refuses it", async () => {
    let isTaken = true;
    const acceptor: ConnectionAcceptor = {
      accept({ isVirtual }, connection) {
        if (isVirtual && !isTaken) connection.reject("not now");
        else connection.accept(serving(new Gate()));
      },
    };
    pair = await resumable(acceptor);
    const own = pair;
    const caller = await own.client.open(Golden, { reopen: true });
    forget(own);
    isTaken = false;
    await own.cut();
    const call = caller.$try.add(1, 2);
    await own.recover();
    expect(await caller.$caller.connection.closed).toMatchObject({ error: { code: "Rejected" } });
    expect(await call).toMatchObject({ ok: false, error: { code: "ConnectionClosed" } });
  });

  it("may be closed while it is opened again", async () => {
    const held: IncomingConnection[] = [];
    let isHeld = false;
    const acceptor: ConnectionAcceptor = {
      accept({ isVirtual }, connection) {
        if (!isVirtual || !isHeld) return connection.accept(serving(new Gate()));
        held.push(connection);
        return new Promise<void>(() => undefined);
      },
    };
    pair = await resumable(acceptor);
    const own = pair;
    const caller = await own.client.open(Golden, { reopen: true });
    forget(own);
    isHeld = true;
    await cutAndRecover(own);
    expect(held).toHaveLength(1);
    await caller.$caller.connection.close();
    expect(await caller.$caller.connection.closed).toMatchObject({ reason: "Local" });
    await settle();
    expect(own.client.snapshot().connections).toHaveLength(1);
    expect(own.serving.snapshot().connections).toHaveLength(1);
  });
});

describe("a connection that a connection acceptor decides about", () => {
  it("can be closed by its id: it is refused", async () => {
    const acceptor: ConnectionAcceptor = {
      accept({ isVirtual }, connection) {
        if (!isVirtual) return connection.accept(serving(new Gate()));
        return new Promise<void>(() => undefined);
      },
    };
    pair = await resumable(acceptor);
    const own = pair;
    const opening = own.client.open(Golden);
    await settle();
    own.serving.closeConnection(1);
    await expect(opening).rejects.toMatchObject({ code: "Rejected" });
  });
});
