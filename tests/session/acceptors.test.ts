/** What an application may do with a connection that a peer requests: root and virtual ones, at once and later. */
import {
  type ConnectionAcceptor,
  type ConnectionRequest,
  type IncomingConnection,
  Metadata,
  RejectedError,
  router,
  withMiddleware,
} from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { openSession, type Session } from "@voxrpc/runtime/link";
import { proxyThrough, proxyTo, type RawConnection } from "@voxrpc/runtime/proxy";
import { connectPair, FakeClock, memoryLinkPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { acceptSession } from "../../packages/runtime/src/establish/accept.js";
import { Golden, type GoldenClient } from "../support/gen/session.vox.js";
import { serveGolden, wait } from "../support/golden-service.js";
import { handshakeFrames, RawPeer } from "../support/raw-peer.js";

const answering = (prefix = ""): $.Dispatcher => serveGolden({ lookup: (key) => prefix + key });
const ask = (caller: GoldenClient | undefined, key = "a"): Promise<unknown> | undefined =>
  caller?.lookup(key);

type Use = (connection: IncomingConnection, request: ConnectionRequest) => void | Promise<void>;

/** Roots are answered; virtual connections are what the test is about. */
const onVirtual = (use: Use): ConnectionAcceptor => ({
  accept(request, connection) {
    if (request.isVirtual) return use(connection, request);
    connection.accept(answering("root "));
    return undefined;
  },
});

const used = { code: "Protocol", message: "protocol error: the connection has been used already" };

/** Arguments whose members are not reached. */
const unusedRaw = { join: () => {}, close: () => {} } as unknown as RawConnection;
const unusedSession = { openRaw: () => {} } as unknown as Session;

describe("a virtual connection that is offered", () => {
  it("is described by its request", async () => {
    const requests: ConnectionRequest[] = [];
    const acceptor = onVirtual((connection, request) => {
      requests.push(request);
      connection.accept(answering());
    });
    await using pair = await connectPair(acceptor, {
      client: { metadata: new Metadata({ user: "ann" }), service: "Golden" },
    });
    const caller = await pair.client.open(Golden, {
      metadata: new Metadata({ table: 7 }),
      maxConcurrentRequests: 3,
      initialChannelCredit: 5,
    });
    expect(await ask(caller)).toBe("a");
    const [request] = requests;
    expect(request).toMatchObject({
      service: "Golden",
      isVirtual: true,
      link: pair.serverLink.remoteAddress,
      settings: { parity: "Odd", maxConcurrentRequests: 3, initialChannelCredit: 5 },
    });
    expect(request?.metadata.getU64("table")).toBe(7n);
    expect(request?.peerMetadata.getString("user")).toBe("ann");
  });

  it("is handled with a client: both sides call, the server first", async () => {
    const heard: unknown[] = [];
    const acceptor = onVirtual((connection) => {
      const client = connection.acceptWithClient(Golden, answering("server "));
      // The peer learns of the connection before it is called on it.
      void ask(client, "early")?.then((answer) => heard.push(answer));
    });
    await using pair = await connectPair(acceptor);
    const caller = await pair.client.open(Golden, { serve: answering("client ") });
    expect(await ask(caller)).toBe("server a");
    await settle();
    expect(heard).toEqual(["client early"]);
  });

  it("ends when its client is closed", async () => {
    const clients: $.ClientBase[] = [];
    const Base = Golden;
    const acceptor = onVirtual((connection) => {
      clients.push(connection.acceptWithClient(Base));
    });
    await using pair = await connectPair(acceptor);
    const caller = await pair.client.open(Golden);
    await clients[0]?.$close();
    expect((await caller.$caller.connection.closed).reason).toBe("Remote");
    expect(pair.server.isOpen).toBe(true);
  });

  it("is used once", async () => {
    const errors: unknown[] = [];
    const again: Use[] = [
      (connection) => connection.accept(answering()),
      (connection) => void connection.acceptWithClient(Golden),
      (connection) => void connection.intoRaw(),
      (connection) => connection.reject("no"),
      (connection) => void proxyTo(connection, unusedRaw),
      async (connection) => {
        await proxyThrough(connection, unusedSession);
      },
    ];
    const acceptor = onVirtual(async (connection) => {
      expect(connection.isSettled).toBe(false);
      connection.accept(answering());
      expect(connection.isSettled).toBe(true);
      for (const use of again) {
        try {
          await use(connection, {} as ConnectionRequest);
          errors.push("nothing");
        } catch (error) {
          errors.push(error);
        }
      }
    });
    await using pair = await connectPair(acceptor);
    const caller = await pair.client.open(Golden);
    await settle();
    expect(errors).toHaveLength(again.length);
    for (const error of errors) expect(error).toMatchObject(used);
    expect(await ask(caller)).toBe("a");
  });

  it("is refused as an unknown service when no connection uses it, now or later", async () => {
    for (const use of [() => {}, async () => settle()]) {
      await using pair = await connectPair(onVirtual(use));
      await expect(pair.client.open(Golden)).rejects.toThrow("connection rejected: unknown service Golden");
      expect(pair.server.core.connectionCount).toBe(1);
    }
  });

  it("is refused with a text, or with metadata", async () => {
    const metadata = new Metadata({ error: "full", again: 5 });
    const uses: readonly (readonly [Use, string])[] = [
      [(connection) => connection.reject("closed today"), "connection rejected: closed today"],
      [(connection) => connection.reject(metadata), "connection rejected: full"],
      [
        () => {
          throw new RejectedError(metadata);
        },
        "connection rejected: full",
      ],
      [() => Promise.reject(new RejectedError(metadata)), "connection rejected: full"],
      [
        () => {
          throw new Error("a secret");
        },
        "connection rejected: the acceptor failed",
      ],
      [() => Promise.reject(new Error("a secret")), "connection rejected: the acceptor failed"],
    ];
    const failures: unknown[] = [];
    const observer = { onAcceptError: (event: unknown) => failures.push(event) };
    for (const [use, text] of uses) {
      await using pair = await connectPair(onVirtual(use), { server: { observer } });
      await expect(pair.client.open(Golden)).rejects.toMatchObject({ code: "Rejected", message: text });
    }
    const failure = { service: "Golden", isVirtual: true, error: new Error("a secret") };
    expect(failures).toMatchObject([failure, failure]);
  });

  it("ends when its connection acceptor throws after it has used it", async () => {
    const acceptor = onVirtual(async (connection) => {
      connection.accept(answering());
      await settle();
      throw new Error("too late");
    });
    await using pair = await connectPair(acceptor);
    const caller = await pair.client.open(Golden);
    expect((await caller.$caller.connection.closed).reason).toBe("Remote");
  });

  it("may wait, for a bounded time, while other connections go on", async () => {
    const clock = new FakeClock();
    const waiting: IncomingConnection[] = [];
    const acceptor = onVirtual((connection) => {
      waiting.push(connection);
      return new Promise(() => {});
    });
    await using pair = await connectPair(acceptor, {
      clock,
      server: { limits: { openTimeoutMs: 700, maxConnections: 3 } },
    });
    const [first, second] = [pair.client.open(Golden), pair.client.open(Golden)];
    const refused = pair.client.open(Golden);
    await expect(refused).rejects.toThrow("connection rejected: too many connections");
    expect(await ask(pair.client.client(Golden))).toBe("root a");
    expect(pair.server.snapshot().connections.map(({ state }) => state)).toEqual([
      "open",
      "opening",
      "opening",
    ]);
    waiting[0]?.accept(answering("late "));
    expect(await ask(await first)).toBe("late a");
    const timedOut = expect(second).rejects.toThrow("within 700 ms");
    await clock.elapse(700);
    await timedOut;
    expect(waiting[1]?.isSettled).toBe(false);
    expect(() => waiting[1]?.accept(answering())).toThrow("the connection that was requested is given up");
    expect(clock.armed).toBe(0);
  });

  it("is given up when the peer gives it up, or is gone", async () => {
    for (const leave of [
      (_session: Session, controller: AbortController) => controller.abort(),
      (session: Session) => session.abort(),
    ]) {
      const clock = new FakeClock();
      const waiting: IncomingConnection[] = [];
      const acceptor = onVirtual((connection) => {
        waiting.push(connection);
        return new Promise(() => {});
      });
      const pair = await connectPair(acceptor, { clock });
      const controller = new AbortController();
      const opening = pair.client.open(Golden, { signal: controller.signal }).catch(() => "failed");
      await settle();
      leave(pair.client, controller);
      expect(await opening).toBe("failed");
      await settle();
      expect(() => waiting[0]?.intoRaw()).toThrow("the connection that was requested is given up");
      expect(pair.server.core.virtual?.pendingCount).toBe(0);
      pair.client.abort();
      await pair.server.closed;
      expect(clock.armed).toBe(0);
    }
  });
});

describe("a root connection that is offered", () => {
  it("is handled with a client, whose calls wait for the session", async () => {
    const heard: unknown[] = [];
    const acceptor: ConnectionAcceptor = {
      accept(_request, connection) {
        const caller = connection.acceptWithClient(Golden, answering("server "));
        expect(() => caller.$caller.session).toThrow("the session is not established yet");
        expect(caller.$caller.connection.isOpen).toBe(true);
        void ask(caller, "welcome")?.then((answer) => heard.push(answer, caller.$caller.session.isOpen));
        void caller.$try.lookup("again").then((result) => heard.push(result));
        void caller.$caller.connection.closed.then(({ reason }) =>
          heard.push(reason, caller.$caller.connection.isOpen),
        );
      },
    };
    const pair = await connectPair(acceptor, { client: { serve: answering("client ") } });
    expect(await ask(pair.client.client(Golden))).toBe("server a");
    await settle();
    expect(heard).toEqual(["client welcome", true, { ok: true, value: "client again" }]);
    await pair.client.close();
    await pair.server.closed;
    await settle();
    expect(heard.slice(3)).toEqual(["Remote", false]);
  });

  it("fails the calls that wait when there is no session after all", async () => {
    const [ours, theirs] = memoryLinkPair();
    const peer = new RawPeer(theirs);
    const outcomes: unknown[] = [];
    const accepting = acceptSession(ours, {
      accept(_request, connection) {
        const caller = connection.acceptWithClient(Golden);
        void caller.$try.lookup("a").then((result) => outcomes.push(result));
        void ask(caller)?.catch((error: unknown) => outcomes.push(error));
        void caller.$caller.connection.closed.then((end) =>
          outcomes.push(end.reason, caller.$caller.connection.isOpen),
        );
      },
    });
    const [prologue, hello] = handshakeFrames("initiator");
    peer.send(...[prologue, hello].flatMap((frame) => frame ?? []));
    await settle();
    peer.close();
    await expect(accepting).rejects.toMatchObject({ code: "WentAway" });
    await settle();
    expect(outcomes).toHaveLength(4);
    const failure = expect.objectContaining({ code: "ConnectionClosed", retryable: true }) as unknown;
    expect(outcomes).toContainEqual(failure);
    expect(outcomes).toContainEqual({ ok: false, error: failure });
    expect(outcomes).toContain("Transport");
    expect(outcomes).toContain(false);
  });

  it("may be decided about later; a peer that talks meanwhile breaks the rules", async () => {
    const acceptor: ConnectionAcceptor = {
      async accept(request, connection) {
        await settle();
        if (request.metadata.getString("user") === "ann") connection.accept(answering());
        else connection.reject("who are you?");
      },
    };
    await using pair = await connectPair(acceptor, { client: { metadata: new Metadata({ user: "ann" }) } });
    expect(await ask(pair.client.client(Golden))).toBe("a");
    await expect(connectPair(acceptor)).rejects.toThrow("rejected: who are you?");

    const [ours, theirs] = memoryLinkPair();
    const peer = new RawPeer(theirs);
    const accepting = acceptSession(ours, { accept: () => new Promise(() => {}) });
    peer.send(...handshakeFrames("initiator"));
    await expect(accepting).rejects.toMatchObject({ code: "Protocol" });
    peer.close();
  });

  it("waits no longer than the handshake may take", async () => {
    const clock = new FakeClock();
    const [ours, theirs] = memoryLinkPair();
    const kept: IncomingConnection[] = [];
    const acceptor: ConnectionAcceptor = {
      accept(_request, connection) {
        kept.push(connection);
        return new Promise(() => {});
      },
    };
    const both = Promise.allSettled([
      openSession(theirs, { clock }),
      acceptSession(ours, acceptor, { clock }),
    ]);
    await clock.elapse(10_000);
    const outcomes = await both;
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(() => kept[0]?.accept(answering())).toThrow(used.message);
    await clock.elapse(10_000);
    expect(clock.armed).toBe(0);
  });

  it("reaches the acceptor at the side that opened the link, too", async () => {
    const acceptor: ConnectionAcceptor = {
      async accept(request, connection) {
        await settle();
        connection.reject(`not ${request.service}`);
      },
    };
    await expect(connectPair(answering(), { client: { serve: acceptor } })).rejects.toMatchObject({
      code: "Rejected",
      message: "connection rejected: not Noop",
    });
  });

  it("is refused when it is not used, or used as if it were virtual", async () => {
    const uses: readonly (readonly [Use, RegExp])[] = [
      [() => {}, /^connection rejected: unknown service Golden/],
      [
        (connection) => connection.reject(new Metadata()),
        /^connection rejected: the connection is not wanted/,
      ],
      [
        () => {
          throw new RejectedError(new Metadata({ error: "no seats" }));
        },
        /^connection rejected: no seats/,
      ],
      [(connection) => void connection.intoRaw(), /^went away: the acceptor failed/],
      [
        async (connection) => {
          await proxyThrough(connection, unusedSession);
        },
        /^went away: the acceptor failed/,
      ],
      [
        (connection) => {
          connection.accept(answering());
          throw new Error("void");
        },
        /^went away: the acceptor failed/,
      ],
    ];
    const errors: unknown[] = [];
    const observer = {
      onAcceptError: ({ error }: { readonly error: unknown }) => errors.push((error as Error).message),
    };
    for (const [use, text] of uses) {
      const acceptor: ConnectionAcceptor = { accept: (request, connection) => use(connection, request) };
      const [ours, theirs] = memoryLinkPair();
      const [client, server] = await Promise.allSettled([
        openSession(theirs, { service: "Golden" }),
        acceptSession(ours, acceptor, { observer }),
      ]);
      expect(client.status === "rejected" && (client.reason as Error).message).toMatch(text);
      expect(server.status).toBe("rejected");
    }
    const onlyHandled =
      "protocol error: the root connection can be handled only: it is no virtual connection";
    expect(errors).toEqual([onlyHandled, onlyHandled, "void"]);
  });

  it("ends with its session when its connection acceptor throws after it has used it", async () => {
    const acceptor: ConnectionAcceptor = {
      async accept(_request, connection) {
        await settle();
        connection.accept(answering());
        await settle();
        throw new Error("too late");
      },
    };
    const pair = await connectPair(acceptor);
    await Promise.all([pair.client.closed, pair.server.closed]);
    expect(pair.server.isOpen).toBe(false);
  });
});

describe("a client that has named no service", () => {
  const factory = (): $.Dispatcher => answering();
  const routers = {
    "of functions": router({ Golden: factory, Other: factory }),
    "of a dispatcher and a function": router({ Other: $.dispatcher("Other", []), Golden: factory }),
    "within middleware": withMiddleware(router({ Golden: factory, Other: factory }), [
      (context, _args, next) => next(context),
    ]),
  };

  it("is refused with the names of a router that is an instance of a class", async () => {
    class Routes {
      get services(): readonly string[] {
        return ["Golden", "Other"];
      }
      route(): undefined {
        return undefined;
      }
    }
    for (const serve of [new Routes(), withMiddleware(new Routes(), [])])
      await expect(connectPair(serve, { client: { service: "Missing" } })).rejects.toThrow(
        "unknown service Missing; there are Golden, Other",
      );
  });

  it.each(Object.entries(routers))(
    "learns the names of the services of a router %s",
    async (_name, acceptor) => {
      await using pair = await connectPair(acceptor);
      const error = await ask(pair.client.client(Golden))?.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "UnknownMethod" });
      expect((error as Error).message).toMatch(
        /^Golden.lookup: unknown vox method call: the client has named no service \(option service of connectSession\), and there are (Golden, Other|Other, Golden); nothing has run; /,
      );
      expect(await ask(await pair.client.open(Golden))).toBe("a");
    },
  );

  it("gets the plain text where all services are answered", async () => {
    await using pair = await connectPair(router({ Other: $.dispatcher("Other", []) }));
    const error = await ask(pair.client.client(Golden))?.catch((thrown: unknown) => thrown);
    expect((error as Error).message).toMatch(
      /^Golden.lookup: unknown vox method call: the peer does not serve it; /,
    );
  });
});

describe("a router with a context", () => {
  it("takes a service named routes for a service", async () => {
    await using pair = await connectPair(router({ routes: answering() }), { client: { service: "routes" } });
    expect(await ask(pair.client.client(Golden))).toBe("a");
    const inContext = router({ context: () => "a", routes: { routes: (_request, name) => answering(name) } });
    await using other = await connectPair(inContext, { client: { service: "routes" } });
    expect(await ask(other.client.client(Golden))).toBe("aa");
    expect(() => router({ context: 1, routes: {} } as never)).toThrow("context must be a function");
  });

  interface User {
    readonly name: string;
  }

  const authenticate = ({ peerMetadata }: ConnectionRequest): User => {
    const name = peerMetadata.getString("user");
    if (name === undefined) throw new RejectedError(new Metadata({ error: "unauthenticated" }));
    return { name };
  };

  it.each([
    ["at once", authenticate],
    [
      "later",
      async (request: ConnectionRequest): Promise<User> => {
        await settle();
        return authenticate(request);
      },
    ],
  ] as const)("makes it for each connection, %s", async (_when, context) => {
    const seen: string[] = [];
    const routes = router(
      {
        Golden: (request, { name }) => {
          seen.push(`${name} ${request.isVirtual}`);
          return answering(`${name}: `);
        },
        Shared: $.dispatcher("Shared", [wait.handled(([value]) => value)]),
        Nothing: () => undefined,
        Late: async (_request, { name }) => {
          await settle();
          return answering(`late ${name}: `);
        },
      },
      { context },
    );
    const metadata = new Metadata({ user: "ann" });
    await using pair = await connectPair(routes, { client: { metadata, service: "Golden" } });
    expect(await ask(pair.client.client(Golden))).toBe("ann: a");
    expect(await ask(await pair.client.open(Golden))).toBe("ann: a");
    expect(seen).toEqual(["ann false", "ann true"]);
    const named = (name: string): $.Service<GoldenClient> => ({ ...Golden, name });
    expect(await (await pair.client.open(named("Shared"))).wait(5)).toBe(5);
    expect(await ask(await pair.client.open(named("Late")))).toBe("late ann: a");
    await expect(pair.client.open(named("Nothing"))).rejects.toThrow("unknown service Nothing");
    await expect(pair.client.open(named("Other"))).rejects.toThrow("unknown service Other");
    for (const service of ["Golden", "Noop"])
      await expect(connectPair(routes, { client: { service } })).rejects.toThrow("unauthenticated");
  });
});
