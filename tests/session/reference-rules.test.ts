/** Rules of the reference about sessions and connections, one row each. Source: `protocol/session.md` §1, §5. */
import {
  type ConnectionAcceptor,
  type ConnectionRequest,
  channel,
  fail,
  type IncomingConnection,
  Metadata,
  RejectedError,
  type Tx,
  virtualConnections,
} from "@voxrpc/runtime";
import {
  acceptSession,
  openSession,
  reconnecting,
  type Session,
  SessionRegistry,
} from "@voxrpc/runtime/link";
import type { RawConnection } from "@voxrpc/runtime/proxy";
import { connectPair, FakeClock, memoryLinkPair, type PairOptions, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { isMarkedKey, makeResumeKey } from "../../packages/runtime/src/session/session-id.js";
import { Shop, type ShopClient, type ShopHandler, shopDispatcher } from "../application/gen/shop.vox.js";

const handlerWith = (own: Partial<ShopHandler> = {}): ShopHandler => ({
  add: (a, b) => a + b,
  find: () => fail({ kind: "Closed" }),
  close: () => {},
  buy: () => new Promise(() => {}),
  watch: (out) => out.closed,
  collect: async () => 0,
  ...own,
});
const served = (own: Partial<ShopHandler> = {}) => shopDispatcher(handlerWith(own));

async function pairOf(own: Partial<ShopHandler> = {}, options: PairOptions = {}) {
  const clock = new FakeClock();
  const pair = await connectPair(served(own), { clock, ...options });
  return { ...pair, clock };
}

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "ok",
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );
const textOf = (run: () => unknown): string => {
  try {
    run();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("a root without clients", () => {
  it.each([
    ["at once", async () => {}],
    [
      "after its call has run out of time",
      async (session: Session, clock: FakeClock) => {
        const shop = session.client(Shop);
        const call = codeOf(shop.buy(1n));
        await settle();
        const closing = shop.$close({ timeoutMs: 50 });
        await clock.elapse(50);
        await closing;
        expect(await call).toBe("ConnectionClosed");
      },
    ],
  ])("answers its peer as long as virtual connections live: %s", async (_name, use) => {
    const { client, server, clock } = await pairOf({}, { client: { serve: served() } });
    const more = await client.open(Shop);
    const back = server.client(Shop);
    void client.closeWhenIdle();
    await use(client, clock);
    await settle();
    expect(await back.add(1, 2)).toBe(3);
    expect(await more.add(3, 4)).toBe(7);
    await more.$close();
    expect((await client.closed).reason).toBe("Local");
    expect(await codeOf(back.add(1, 2))).toBe("ConnectionClosed");
  });

  it("has clients again when one is made", async () => {
    const { client } = await pairOf();
    const more = await client.open(Shop);
    await client.closeWhenIdle();
    const again = client.client(Shop);
    await more.$close();
    await settle();
    expect(await again.add(1, 2)).toBe(3);
    await again.$close();
    await client.closed;
  });

  it("ends with the last connection that either side has requested", async () => {
    let decide: () => void = () => {};
    const acceptor: ConnectionAcceptor = {
      accept: (request, connection) => {
        if (!request.isVirtual) return connection.accept(served());
        return new Promise((resolve) => {
          decide = () => {
            connection.reject("no");
            resolve();
          };
        });
      },
    };
    const clock = new FakeClock();
    const { client } = await connectPair(acceptor, { clock });
    const opening = codeOf(client.open(Shop));
    await settle();
    void client.closeWhenIdle();
    await settle();
    expect(client.isOpen).toBe(true);
    decide();
    expect(await opening).toBe("Rejected");
    expect((await client.closed).reason).toBe("Local");
  });
});

describe("a call fails with", () => {
  it("ConnectionClosed on a connection that this side has closed, while its session lives", async () => {
    const { client, server } = await pairOf();
    const more = await client.open(Shop);
    const [inFlight, other] = [codeOf(more.buy(1n)), await client.open(Shop)];
    await settle();
    client.closeConnection(more.$caller.connection.id);
    expect([await inFlight, await codeOf(more.add(1, 1))]).toEqual(["ConnectionClosed", "ConnectionClosed"]);
    const closing = other.$close();
    expect(await codeOf(other.add(1, 1))).toBe("ConnectionClosed");
    await closing;
    expect(client.isOpen).toBe(true);
    server.abort();
  });

  it.each<[string, (session: Session) => unknown]>([
    ["that was closed", (session) => session.close({ timeoutMs: 0 })],
    ["that was aborted", (session) => session.abort()],
  ])("SessionShutdown on any connection of a session %s", async (_name, end) => {
    const { client, clock } = await pairOf();
    const more = await client.open(Shop);
    const calls = [codeOf(more.buy(1n)), codeOf(client.client(Shop).buy(1n))];
    await settle();
    void end(client);
    await clock.elapse(1);
    calls.push(codeOf(more.add(1, 1)), codeOf(client.client(Shop).add(1, 1)));
    expect(await Promise.all(calls)).toEqual(Array(4).fill("SessionShutdown"));
  });
});

it("an open that waits when the link is lost waits for the next one, no longer than it may", async () => {
  const clock = new FakeClock();
  const registry = new SessionRegistry({ clock });
  const acceptor: ConnectionAcceptor = {
    accept: (request, connection) =>
      request.isVirtual ? new Promise(() => {}) : connection.accept(served()),
  };
  const { client, server, serverLink } = await connectPair(served(), {
    clock,
    server: { registry },
    client: { serve: acceptor },
  });
  const opening = server.open(Shop).catch((error: unknown) => error);
  await settle();
  serverLink.abort();
  await client.closed;
  expect(server.snapshot().state).toBe("recovering");
  expect(server.state.kind).toBe("recovering");
  expect(server.snapshot().connections.map(({ state }) => state)).toEqual(["open", "opening"]);
  clock.advance(server.core.limits.openTimeoutMs);
  expect(await opening).toMatchObject({ code: "ConnectTimeout", retryable: true });
  server.abort();
});

describe("closeConnection", () => {
  it("takes the ids that it has a type for, and says what is wrong with others", async () => {
    const { client } = await pairOf();
    const [first, second] = [await client.open(Shop), await client.open(Shop)];
    client.closeConnection(BigInt(first.$caller.connection.id));
    expect(first.$caller.connection.isOpen).toBe(false);
    expect(second.$caller.connection.isOpen).toBe(true);
    expect(textOf(() => client.closeConnection(0n))).toContain("root connection");
    expect(textOf(() => client.closeConnection(0))).toContain("root connection");
    for (const id of [99, 99n, 2n ** 60n, Number.NaN])
      expect(textOf(() => client.closeConnection(id))).toContain("connection not found");
    await client.close();
    const ended = await client.open(Shop).catch((error: Error) => error.message);
    expect(textOf(() => client.closeConnection(1))).toBe(ended);
  });

  it("refuses one that a connection acceptor still decides about", async () => {
    const requests: ConnectionRequest[] = [];
    const acceptor: ConnectionAcceptor = {
      accept: (request, connection) => {
        requests.push(request);
        return request.isVirtual ? new Promise(() => {}) : connection.accept(served());
      },
    };
    const { client, server } = await connectPair(acceptor, { clock: new FakeClock() });
    const opening = client.open(Shop).catch((error: unknown) => error);
    await settle();
    const [, waiting] = server.snapshot().connections;
    expect(waiting?.state).toBe("opening");
    server.closeConnection(Number(waiting?.id), new Metadata({ error: "no time" }));
    expect(await opening).toMatchObject({ code: "Rejected", message: "connection rejected: no time" });
    expect(requests).toHaveLength(2);
    client.abort();
  });
});

it("a refusal shows no value that is marked as sensitive", async () => {
  const metadata = new Metadata();
  metadata.set("error", "hunter2", { sensitive: true });
  const acceptor: ConnectionAcceptor = {
    accept: (request, connection) => {
      if (!request.isVirtual) connection.accept(served());
      else throw new RejectedError(metadata);
    },
  };
  const { client } = await connectPair(acceptor, { clock: new FakeClock() });
  const error = await client.open(Shop).catch((thrown: unknown) => thrown as RejectedError);
  expect(JSON.stringify(error) + String(error)).not.toContain("hunter2");
  client.abort();
});

it("channels that are open keep a virtual connection alive after its client is gone", async () => {
  let kept: Tx<string> | undefined;
  const { client } = await pairOf({
    watch: (out) => {
      out.keepOpen();
      kept = out;
    },
  });
  const more = await client.open(Shop);
  const { tx, rx } = channel<string>();
  await more.watch(tx);
  await more.$close();
  const { connection } = more.$caller;
  expect(await codeOf(more.add(1, 1))).toBe("ConnectionClosed");
  await kept?.send("late");
  expect(await rx.next()).toEqual({ done: false, value: "late" });
  await kept?.close();
  expect((await rx.next()).done).toBe(true);
  expect((await connection.closed).reason).toBe("Local");
  expect(client.isOpen).toBe(true);
  client.abort();
});

describe("what a session gives:", () => {
  it("a raw connection becomes a client, with what has waited", async () => {
    let raw: RawConnection | undefined;
    const acceptor: ConnectionAcceptor = {
      accept: (request, connection) => {
        if (request.isVirtual) raw = connection.intoRaw();
        else connection.accept(served());
      },
    };
    const { client } = await connectPair(acceptor, {
      clock: new FakeClock(),
      client: { serve: served() },
    });
    const more = await client.open(Shop, { serve: served() });
    const early = more.add(1, 2);
    await settle();
    const back = raw?.client(Shop, served());
    expect([await early, await more.add(3, 4), await back?.add(5, 6)]).toEqual([3, 7, 11]);
    expect(textOf(() => raw?.client(Shop))).toContain("used already");
    await more.$close();
    expect((await raw?.closed)?.reason).toBe("Remote");
    client.abort();
  });

  it("whether the peer supports retry", async () => {
    const { client, server } = await pairOf();
    expect([client.peerSupportsRetry, server.peerSupportsRetry]).toEqual([true, true]);
    client.abort();
  });

  it("the metadata of a refused root connection, to the one who refuses", async () => {
    const [ours, theirs] = memoryLinkPair();
    const metadata = new Metadata({ error: "unauthenticated", hint: "renew" });
    const acceptor: ConnectionAcceptor = {
      accept: () => {
        throw new RejectedError(metadata);
      },
    };
    const accepting = acceptSession(theirs, acceptor).catch((error: unknown) => error);
    const opening = openSession(ours, { virtualConnections }).catch((error: unknown) => error);
    expect(await accepting).toMatchObject({ name: "RejectedError", code: "Rejected", metadata });
    expect(await opening).toMatchObject({
      name: "RejectedError",
      message: "connection rejected: unauthenticated",
    });
  });
});

describe("a client that closes its session on purpose", () => {
  const kinds: readonly (readonly [string, (session: Session) => unknown])[] = [
    ["in good order", (session) => session.close()],
    ["at once", (session) => session.abort()],
    ["by its last client", (session) => session.client(Shop).$close()],
  ];
  const clients = [
    ["one with reconnect", { reconnect: reconnecting({ open: () => new Promise<never>(() => {}) }) }],
    ["one without", {}],
  ] as const;
  const rows = kinds.flatMap(([how, close]) =>
    clients.map(([kind, options]) => [kind, how, close, options] as const),
  );
  it.each(rows)(
    "is not kept by a server with resumable sessions: %s, %s",
    async (_kind, how, close, options) => {
      const clock = new FakeClock();
      const registry = new SessionRegistry({ clock });
      const { client, server } = await connectPair(served(), {
        clock,
        server: { registry },
        client: options,
      });
      const more = await client.open(Shop);
      await more.add(1, 2);
      expect(registry.size).toBe(1);
      if (how === "by its last client") await more.$close();
      void client.closeWhenIdle();
      void close(client);
      expect((await server.closed).reason).toBe("Remote");
      await client.closed;
      expect([registry.size, registry.waitingCount]).toEqual([0, 0]);
      expect(clock.armed).toBe(0);
    },
  );

  it("says nothing to a server of 0.8.2, whose keys have no mark", () => {
    expect(isMarkedKey(makeResumeKey())).toBe(true);
    const marked = Array.from({ length: 1000 }, () => crypto.getRandomValues(new Uint8Array(16))).filter(
      isMarkedKey,
    );
    expect(marked).toEqual([]);
    expect([undefined, new Uint8Array(), new Uint8Array(17)].map(isMarkedKey)).toEqual([false, false, false]);
  });

  it("is kept when it is lost", async () => {
    const clock = new FakeClock();
    const registry = new SessionRegistry({ clock });
    const { clientLink, server } = await connectPair(served(), { clock, server: { registry } });
    clientLink.abort();
    await settle();
    expect([registry.size, registry.waitingCount]).toEqual([1, 1]);
    server.abort();
  });
});

describe("the clients of one connection are counted:", () => {
  /** A connection with its first client, and the session of the side that has it. */
  interface Held {
    readonly session: Session;
    readonly first: ShopClient;
    /** How the connection ends when its last client is closed. */
    readonly isRoot: boolean;
    readonly pair: Awaited<ReturnType<typeof pairOf>>;
  }
  const kept = { out: undefined as Tx<string> | undefined };
  const own: Partial<ShopHandler> = {
    watch: (out) => {
      out.keepOpen();
      kept.out = out;
    },
  };
  const acceptorOf = (take: (request: ConnectionRequest, connection: IncomingConnection) => void) => ({
    serve: {
      accept(request, connection) {
        if (request.isVirtual) take(request, connection);
        else connection.accept(served(own));
      },
    } satisfies ConnectionAcceptor,
  });
  const sides = ["client", "server"] as const;
  const rows: Readonly<Record<string, (side: (typeof sides)[number]) => Promise<Held>>> = {
    "that this side has opened": async (side) => {
      const pair = await pairOf(own, { client: { serve: served(own) } });
      return { pair, session: pair[side], first: await pair[side].open(Shop), isRoot: false };
    },
    "that this side has accepted with a client": async (side) => {
      const clock = new FakeClock();
      let first: ShopClient | undefined;
      const taking = acceptorOf((_, connection) => {
        first = connection.acceptWithClient(Shop, served(own));
      });
      const both = await connectPair(taking.serve, { clock, client: taking });
      const pair = { ...both, clock };
      await pair[side === "client" ? "server" : "client"].open(Shop, { serve: served(own) });
      return { pair, session: pair[side], first: first as ShopClient, isRoot: false };
    },
    "that was raw": async (side) => {
      const pair = await pairOf(own, { client: { serve: served(own) } });
      const raw = await pair[side].openRaw("Shop");
      return { pair, session: pair[side], first: raw.client(Shop), isRoot: false };
    },
    "that is the root": async (side) => {
      const pair = await pairOf(own, { client: { serve: served(own) } });
      const first = pair[side].client(Shop);
      void pair[side].closeWhenIdle();
      return { pair, session: pair[side], first, isRoot: true };
    },
  };
  const table = Object.entries(rows).flatMap(([name, make]) =>
    sides.map((side) => [`${name}, ${side}`, side, make] as const),
  );

  it.each(table)("one %s ends with its last client, in whichever order", async (_name, side, make) => {
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
    ]) {
      const { pair, first, isRoot } = await make(side);
      const { connection } = first.$caller;
      const second = connection.client(Shop);
      const clients = [first, second, second.$caller.connection.client(Shop)];
      for (const [place, index] of order.entries()) {
        for (const client of clients.filter((each) => each.$caller.connection.isOpen))
          expect(await client.add(1, place)).toBe(1 + place);
        const closing = clients[index] as ShopClient;
        await closing.$close();
        await closing.$close();
        expect(closing.$caller.connection.isOpen).toBe(false);
        const isLast = place === clients.length - 1;
        expect(await codeOf(closing.add(1, 1))).toBe(
          isRoot && isLast ? "SessionShutdown" : "ConnectionClosed",
        );
      }
      expect((await connection.closed).reason).toBe("Local");
      expect(await codeOf(connection.client(Shop).add(1, 1))).toBe(
        isRoot ? "SessionShutdown" : "ConnectionClosed",
      );
      pair.client.abort();
      pair.server.abort();
    }
  });

  it.each(table)("one %s waits for the calls and channels of all", async (_name, side, make) => {
    const { pair, first } = await make(side);
    const { connection } = first.$caller;
    const second = connection.client(Shop);
    const { tx, rx } = channel<string>();
    await first.watch(tx);
    const closings = [first.$close(), second.$close({ timeoutMs: 1000 })];
    await Promise.all(closings);
    await kept.out?.send("late");
    expect(await rx.next()).toEqual({ done: false, value: "late" });
    await kept.out?.close();
    expect((await rx.next()).done).toBe(true);
    expect((await connection.closed).reason).toBe("Local");
    pair.client.abort();
    pair.server.abort();
  });

  it("a client of a handler counts for nothing, and neither do those made of it", async () => {
    let lent: ShopClient | undefined;
    const pair = await pairOf(
      {
        find: (_id, context) => {
          lent = context.client(Shop).$caller.connection.client(Shop);
          return fail({ kind: "Closed" });
        },
      },
      { client: { serve: served() } },
    );
    const more = await pair.client.open(Shop, { serve: served() });
    expect(await codeOf(more.find(1n))).toBe("User");
    expect(await lent?.add(1, 2)).toBe(3);
    await lent?.$close();
    expect(await more.add(1, 2)).toBe(3);
    await more.$close();
    expect((await more.$caller.connection.closed).reason).toBe("Local");
    pair.client.abort();
  });

  it.each([undefined, null, {}, served()])("%s is no service", async (wrong) => {
    const { client } = await pairOf();
    const more = await client.open(Shop);
    for (const of of [more, client.client(Shop)])
      expect(() => of.$caller.connection.client(wrong as never)).toThrow(TypeError);
    await more.$close();
    expect((await more.$caller.connection.closed).reason).toBe("Local");
    client.abort();
  });
});
