/** What two sides say about themselves before a call: credentials, services, and the server's look at a new session. */
import { Metadata, RejectedError, router, type Servable } from "@voxrpc/runtime";
import { acceptSession, openSession, reconnecting, type Session } from "@voxrpc/runtime/link";
import { connect, connectSession, serve } from "@voxrpc/runtime/node";
import { FakeClock, memoryLinkPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Shop, type ShopHandler, shopDispatcher } from "../application/gen/shop.vox.js";

const handlerWith = (own: Partial<ShopHandler> = {}): ShopHandler => ({
  add: (a, b) => a + b,
  find: (id) => ({ id, name: "saw" }),
  close: () => {},
  buy: () => 1,
  watch: (out) => out.closed,
  collect: async () => 0,
  ...own,
});

/** A network whose server takes the tokens of a list, and notes all that it sees. */
function network(valid: (token: string | undefined) => boolean) {
  const seen: (string | undefined)[] = [];
  const servable: Servable = {
    accept(request, connection) {
      const token = request.metadata.getString("token");
      seen.push(token);
      if (!valid(token)) throw new RejectedError("expired");
      connection.accept(shopDispatcher(handlerWith()));
    },
  };
  const clock = new FakeClock();
  let server: Session | undefined;
  const open = async () => {
    const [near, far] = memoryLinkPair();
    acceptSession(far, servable, { clock }).then(
      (session) => {
        server = session;
      },
      () => {},
    );
    return near;
  };
  const cut = async () => {
    await settle();
    server?.abort();
    await settle();
  };
  return { seen, clock, open, cut };
}

describe("metadata that is a function", () => {
  it("is called at each attempt, so that a token can be renewed", async () => {
    let count = 0;
    const { seen, clock, open, cut } = network(() => true);
    const metadata = async ({ signal }: { readonly signal: AbortSignal }) => {
      expect(signal.aborted).toBe(false);
      count += 1;
      return new Metadata({ token: `token ${count}` });
    };
    const session = await openSession(await open(), { clock, metadata, reconnect: reconnecting({ open }) });
    const shop = session.client(Shop);
    for (const expected of [1, 2, 3]) {
      expect(await clock.until(shop.add(expected, 0))).toBe(expected);
      await cut();
    }
    expect(seen).toEqual(["token 1", "token 2", "token 3"]);
    session.abort();
  });

  it.each<[string, () => Metadata | undefined | Promise<Metadata>, object]>([
    [
      "throws",
      () => {
        throw new Error("no token");
      },
      { code: "Io", retryable: true, message: /no token/ },
    ],
    [
      "rejects",
      () => Promise.reject(new Error("no token")),
      { code: "Io", retryable: true, message: /no token/ },
    ],
    [
      "refuses",
      () => {
        throw new RejectedError("signed out");
      },
      { code: "Rejected", message: /signed out/ },
    ],
    ["gives something else", () => ({ token: "x" }) as never, { code: "Io", message: /gave no Metadata/ }],
    [
      "never answers",
      () => new Promise<never>(() => {}),
      { code: "ConnectTimeout", message: /option metadata/ },
    ],
  ])(
    "fails the attempt when it %s",
    async (_name, metadata, { message, ...expected }: { message?: RegExp }) => {
      const { seen, clock, open } = network(() => true);
      const link = await open();
      const error = await clock.until(
        openSession(link, { clock, metadata, timeoutMs: 500 }).catch((thrown: unknown) => thrown),
      );
      expect(error).toMatchObject(expected);
      expect((error as Error).message).toMatch(message ?? /./);
      await settle();
      expect([seen, clock.armed]).toEqual([[], clock.armed]);
    },
  );

  it("is tried again by reconnect when it fails for a moment, and ends it by a refusal", async () => {
    const { clock, open, cut } = network(() => true);
    const answers: (() => Metadata)[] = [
      () => new Metadata({ token: "first" }),
      () => {
        throw new Error("the token server is away");
      },
      () => new Metadata({ token: "second" }),
      () => {
        throw new RejectedError("signed out");
      },
    ];
    const metadata = () => answers.shift()?.();
    const session = await openSession(await open(), { clock, metadata, reconnect: reconnecting({ open }) });
    await cut();
    expect(await clock.until(session.client(Shop).add(1, 2))).toBe(3);
    await cut();
    expect(await clock.until(session.closed)).toMatchObject({ error: { code: "Rejected" } });
  });

  it("gives up with the caller's signal", async () => {
    const controller = new AbortController();
    const metadata = () => new Promise<never>(() => {});
    const opening = openSession(await network(() => true).open(), { metadata, signal: controller.signal });
    controller.abort("enough");
    await expect(opening).rejects.toMatchObject({ code: "Cancelled", cause: "enough" });
  });

  it("is taken by connect", async () => {
    const servable: Servable = {
      accept: (request, connection) => {
        if (request.metadata.getString("token") === "t") connection.accept(shopDispatcher(handlerWith()));
      },
    };
    await using server = await serve("tcp://127.0.0.1:0", servable);
    await using shop = await connect(server.url, Shop, {
      metadata: async () => new Metadata({ token: "t" }),
    });
    expect(await shop.add(1, 2)).toBe(3);
  });
});

describe("a client that requests a wrong service hears which there are:", () => {
  const dispatcher = shopDispatcher(handlerWith());
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`Service${index}`, dispatcher]));
  it.each<[string, Servable, string | undefined, string]>([
    [
      "a few",
      router({ Shop: dispatcher, Other: dispatcher }),
      "Shops",
      "unknown service Shops; there are Shop, Other",
    ],
    ["many", router(many), "Shop", "Service15, and 4 more"],
    ["one that refuses this client", router({ Shop: () => undefined }), "Shop", "unknown service Shop"],
    [
      "none, where it names none",
      { accept: () => {} },
      undefined,
      "unknown service Noop (the client names none: option service)",
    ],
  ])("%s", async (_name, servable, service, expected) => {
    await using server = await serve("tcp://127.0.0.1:0", servable);
    const error = await connectSession(server.url, { service }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RejectedError);
    expect((error as RejectedError).message.endsWith(expected)).toBe(true);
  });
});

it("a connection request says how the peer has come, for the root and for virtual connections", async () => {
  const seen: unknown[] = [];
  const servable: Servable = {
    accept: ({ transport, peerAddress }, connection) => {
      seen.push([transport, peerAddress]);
      connection.accept(shopDispatcher(handlerWith()));
    },
  };
  await using server = await serve("tcp://127.0.0.1:0", servable);
  await using session = await connectSession(server.url);
  await session.open(Shop);
  expect(seen).toEqual(Array(2).fill(["tcp", "127.0.0.1"]));
});

describe("onSession runs before any handler of the session:", () => {
  it("over TCP, and the handler finds what it has prepared", async () => {
    const users = new WeakMap<object, string>();
    const found: (string | undefined)[] = [];
    const dispatcher = shopDispatcher(
      handlerWith({
        add: (a, b, { session }) => {
          found.push(users.get(session));
          return a + b;
        },
      }),
    );
    const onSession = (session: Session) => void users.set(session, "prepared");
    await using server = await serve("tcp://127.0.0.1:0", dispatcher, { onSession });
    for (let round = 0; round < 3; round++) {
      await using shop = await connect(server.url, Shop);
      await Promise.all([shop.add(1, 2), shop.add(3, 4)]);
    }
    expect(found).toEqual(Array(6).fill("prepared"));
  });

  it("of a link, where calls arrive with the end of the handshake", async () => {
    const [near, far] = memoryLinkPair();
    const order: string[] = [];
    const dispatcher = shopDispatcher(
      handlerWith({
        add: (a, b) => {
          order.push("handler");
          return a + b;
        },
      }),
    );
    const accepting = acceptSession(far, dispatcher, { onSession: () => void order.push("onSession") });
    const session = await openSession(near);
    expect(await session.client(Shop).add(1, 2)).toBe(3);
    void accepting.then(() => order.push("resolved"));
    expect(order).toEqual(["onSession", "handler"]);
    session.abort();
  });

  it("and a session for which it throws is ended", async () => {
    const [near, far] = memoryLinkPair();
    const onSession = () => {
      throw new Error("no");
    };
    void acceptSession(far, shopDispatcher(handlerWith()), { onSession });
    const session = await openSession(near);
    expect((await session.closed).reason).toMatch(/Remote|Transport/);
  });
});
