/** Whose a session is: the application decides at each link, and a session goes on for its own peer only. */
import {
  Dispatcher,
  RejectedError,
  router,
  type Servable,
  type ServerMiddleware,
  withMiddleware,
} from "@voxrpc/runtime";
import type { ResumableOptions, ResumeRequest } from "@voxrpc/runtime/link";
import { settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { shopDispatcher } from "../application/gen/shop.vox.js";
import { expectNothingUnheard } from "../support/unheard.js";
import { Listener } from "./keyed-visits.js";

const listeners: Listener[] = [];
expectNothingUnheard(async () => {
  for (const listener of listeners.splice(0)) await listener.close();
  await settle();
});

function listener(servable: Servable | undefined, options: ResumableOptions = {}): Listener {
  const made = new Listener(servable, options);
  listeners.push(made);
  return made;
}

const shop = shopDispatcher({} as never);
const userOf = (request: { peerMetadata: { getString(key: string): string | undefined } }) =>
  request.peerMetadata.getString("user");

class User {
  readonly name: string | undefined;
  constructor(name: string | undefined) {
    this.name = name;
  }
}

/**
 * What a side serves, and whether it gives a session back to the same user, with the same metadata and another token.
 */
type Row = [string, () => Servable | undefined, sameData: boolean, otherToken: boolean];

const acceptors: readonly Row[] = [
  ["no acceptor", () => undefined, true, false],
  ["a dispatcher", () => shop, true, false],
  ["a router without context", () => router([shop]), true, false],
  ["a router with a factory", () => router({ Shop: () => shop }), true, false],
  ["a router whose context is a text", () => router([shop], { context: userOf }), true, true],
  [
    "a router whose context comes later",
    () => router([shop], { context: async (r) => userOf(r) }),
    true,
    true,
  ],
  [
    "a router whose context is an object",
    () => router([shop], { context: (r) => ({ id: userOf(r), rights: ["a"] }) }),
    true,
    true,
  ],
  [
    "a router whose context is of a class",
    () => router([shop], { context: (r) => new User(userOf(r)) }),
    false,
    false,
  ],
  [
    "a router with an identity",
    () => router([shop], { context: (r) => new User(userOf(r)), identity: (user) => user.name }),
    true,
    true,
  ],
  ["a router whose context is nothing", () => router([shop], { context: () => undefined }), true, false],
  ["an acceptor", () => ({ accept: (_, connection) => connection.accept(shop) }), true, false],
  [
    "an acceptor that identifies",
    () => ({
      accept: async (request, connection) => {
        connection.identify(userOf(request));
        await Promise.resolve();
        connection.accept(shop);
      },
    }),
    true,
    true,
  ],
];

const nothing: ServerMiddleware = (_context, _args, next) => next();

/** The same behind middleware, which changes no answer to these questions. */
const wrapped = acceptors.flatMap(([name, make, ...answers]): Row[] => {
  const servable = make();
  if (servable instanceof Dispatcher)
    return [[`${name} behind middleware`, () => withMiddleware(servable, [nothing]), ...answers]];
  if (servable === undefined || !("route" in servable)) return [];
  return [[`${name} behind middleware`, () => withMiddleware(servable, [nothing]), ...answers]];
});

const alice = { "vox-service": "Shop", user: "alice", token: "1" };

describe.each([...acceptors, ...wrapped])("a session at %s", (_name, make, sameData, otherToken) => {
  const rows: readonly [string, Record<string, string>, boolean][] = [
    ["its peer", alice, sameData],
    ["its user with another token", { ...alice, token: "2" }, otherToken],
    ["another user with its token", { ...alice, user: "mallory" }, false],
    // Without an identity it contradicts nothing.
    ["a peer that says nothing", { "vox-service": "Shop" }, sameData && !otherToken],
    ["a peer that says more", { ...alice, role: "admin" }, otherToken],
    ["a peer that wants another service", { ...alice, "vox-service": "Noop" }, false],
  ];

  it.each(rows)("that has lost its link: %s", async (_who, said, goesOn) => {
    const own = listener(make());
    const first = await own.visit(alice);
    expect(first.session).toBeDefined();
    await first.cut();
    const second = await own.visit(said, first.key);
    expect([second.told, second.session === first.session]).toEqual(
      goesOn ? ["resumed", true] : ["new", false],
    );
    expect(own.heard.refused.length).toBe(goesOn ? 0 : 1);
    if (goesOn) return;
    expect(second.session?.isOpen).toBe(true);
    // The session waits for its own peer, with the key that it had.
    expect(first.session?.state.kind).toBe("recovering");
    const third = await own.visit(alice, first.key);
    expect(third.session === first.session).toBe(sameData);
  });

  it("that has its link is taken by no other", async () => {
    const own = listener(make());
    const first = await own.visit(alice);
    const second = await own.visit({ ...alice, user: "mallory" }, first.key);
    expect(second.told).toBe("new");
    expect(first.session?.state.kind).toBe("open");
    expect(first.peer.end).toBeUndefined();
  });
});

describe("a user that is not welcome any more", () => {
  const banned = new Set<string | undefined>();
  const asked: string[] = [];
  const guarded = router([shop], {
    context: (request) => {
      const user = userOf(request);
      asked.push(`${user} ${request.isResume ? "comes back" : "comes"}`);
      if (banned.has(user)) throw new RejectedError("banned");
      return user;
    },
  });

  it("does not get its session back, and no other peer does", async () => {
    banned.clear();
    asked.length = 0;
    const own = listener(guarded);
    const first = await own.visit(alice);
    await first.cut();
    banned.add("alice");
    const second = await own.visit(alice, first.key);
    expect([second.told, second.session, second.error?.code]).toEqual(["banned", undefined, "Rejected"]);
    banned.delete("alice");
    const third = await own.visit(alice, first.key);
    expect(third.session).toBe(first.session);
    expect(asked).toEqual(["alice comes", "alice comes back", "alice comes back"]);
  });

  it("is refused for now when the application cannot say", async () => {
    const fault = new Error("the directory is down");
    let isDown = false;
    const context = (): string => {
      if (isDown) throw fault;
      return "alice";
    };
    const own = listener(router([shop], { context }));
    const first = await own.visit(alice);
    await first.cut();
    isDown = true;
    const second = await own.visit(alice, first.key);
    expect(second.told).toBe("the acceptor failed");
    expect(own.heard.acceptors).toEqual([fault]);
    isDown = false;
    expect((await own.visit(alice, first.key)).session).toBe(first.session);
  });
});

describe("onResume", () => {
  const boom = new Error("the application's mistake");
  const answers: readonly [string, () => unknown, told: string, isSame: boolean][] = [
    ["true", () => true, "resumed", true],
    ["a promise of true", async () => true, "resumed", true],
    ["false", () => false, "new", false],
    ["a promise of false", async () => false, "new", false],
    ["nothing", () => undefined, "new", false],
    ["a value that is only true-like", () => "yes", "new", false],
    [
      "a refusal",
      () => {
        throw new RejectedError("not here");
      },
      "not here",
      false,
    ],
    ["a promise of a refusal", () => Promise.reject(new RejectedError("not here")), "not here", false],
    [
      "an error",
      () => {
        throw boom;
      },
      "the acceptor failed",
      false,
    ],
    ["a promise of an error", () => Promise.reject(boom), "the acceptor failed", false],
    [
      "what cannot be read",
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: the mistake that is tested
        get then() {
          throw boom;
        },
      }),
      "the acceptor failed",
      false,
    ],
  ];

  it.each(answers)("decides with %s", async (_name, answer, told, isSame) => {
    const seen: ResumeRequest[] = [];
    const onResume = (resume: ResumeRequest) => {
      seen.push(resume);
      return answer() as boolean;
    };
    const own = listener(router([shop], { context: userOf }), { onResume });
    const first = await own.visit(alice);
    await first.cut();
    const second = await own.visit({ ...alice, user: "bob" }, first.key);
    expect([second.told, second.session === first.session]).toEqual([told, isSame]);
    expect(seen).toMatchObject([{ isSameIdentity: false, session: first.session }]);
    expect(seen[0]?.request.peerMetadata.getString("user")).toBe("bob");
    expect(own.heard.acceptors).toEqual(told === "the acceptor failed" ? [boom] : []);
    if (!isSame) return;
    // From now on it is the other's.
    await second.cut();
    const third = await own.visit({ ...alice, user: "bob" }, second.key);
    expect(seen[1]?.isSameIdentity).toBe(true);
    expect(third.session).toBe(first.session);
  });
});

describe("what is said about a session", () => {
  it("is what its peer has said last, also for its virtual connections", async () => {
    const own = listener(shop, { onResume: () => true });
    const first = await own.visit({ ...alice, token: "1" });
    await first.cut();
    const second = await own.visit({ ...alice, token: "2" }, first.key);
    expect(second.session).toBe(first.session);
    expect(second.session?.peerMetadata.getString("token")).toBe("2");
  });
});
