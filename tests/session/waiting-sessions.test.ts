/** Sessions that wait share their places fairly: a flood of one peer's sessions pushes out no other's. */
import { RejectedError, router } from "@voxrpc/runtime";
import type { ResumableOptions } from "@voxrpc/runtime/link";
import { settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { ownerOfAddress } from "../../packages/runtime/src/resume/waiting-sessions.js";
import { shopDispatcher } from "../application/gen/shop.vox.js";
import { expectNothingUnheard } from "../support/unheard.js";
import { Listener, type Visit } from "./keyed-visits.js";

const listeners: Listener[] = [];
expectNothingUnheard(async () => {
  for (const listener of listeners.splice(0)) await listener.close();
  await settle();
});

const shop = shopDispatcher({} as never);
const places = 10;

function listening(acceptor = router([shop]), options: ResumableOptions = {}): Listener {
  const own = new Listener(acceptor, { maxSessions: places, ...options });
  listeners.push(own);
  return own;
}

const from = (peerAddress: string) => ({ transport: "tcp", peerAddress });

/** Many sessions that have lost their links. */
async function flood(
  own: Listener,
  count: number,
  said: (n: number) => Record<string, string>,
  address: (n: number) => string,
): Promise<void> {
  for (let n = 0; n < count; n++) await (await own.visit(said(n), undefined, from(address(n)))).cut();
}

const identified = router([shop], {
  context: (request) => {
    const user = request.peerMetadata.getString("user");
    if (user === undefined) throw new RejectedError("who?");
    return user;
  },
});

const floods: readonly [
  string,
  ReturnType<typeof router>,
  (n: number) => Record<string, string>,
  (n: number) => string,
][] = [
  ["of one address, which all say the same", router([shop]), () => ({}), () => "192.0.2.9"],
  [
    "of one address, which all say something else",
    router([shop]),
    (n) => ({ user: String(n) }),
    () => "192.0.2.9",
  ],
  [
    "of the customer's own address, which all say the same",
    router([shop]),
    () => ({ user: "eve" }),
    () => "192.0.2.1",
  ],
  [
    "of the customer's own address, which all say something else",
    router([shop]),
    (n) => ({ user: String(n) }),
    () => "192.0.2.1",
  ],
  ["of many addresses", router([shop]), (n) => ({ user: String(n) }), (n) => `198.51.100.${n}`],
  [
    "of one IPv6 network",
    router([shop]),
    (n) => ({ user: String(n) }),
    (n) => `2001:db8:0:1::${n.toString(16)}`,
  ],
  ["of one user from many addresses", identified, () => ({ user: "eve" }), (n) => `198.51.100.${n}`],
  ["of no known address", router([shop]), () => ({}), () => undefined as never],
];

describe("a customer that is away keeps its session", () => {
  it.each(floods)("in a flood of sessions %s", async (_name, acceptor, said, address) => {
    const own = listening(acceptor);
    const customer = await own.visit({ user: "alice" }, undefined, from("192.0.2.1"));
    await customer.cut();
    await flood(own, 5 * places, said, address);
    expect(own.registry.waitingCount).toBe(places);
    const back = await own.visit({ user: "alice" }, customer.key, from("203.0.113.7"));
    expect([back.told, back.session]).toEqual(["resumed", customer.session]);
    expect(own.heard.pressures).toEqual([{ store: "sessions", unit: "sessions", limit: places, used: 8 }]);
  });

  it("and finds a place for it while another peer has them all", async () => {
    const own = listening();
    await flood(
      own,
      5 * places,
      () => ({}),
      () => "192.0.2.9",
    );
    const customers: Visit[] = [];
    for (let n = 0; n < places - 1; n++) {
      const customer = await own.visit({ user: "alice" }, undefined, from(`192.0.2.${n + 10}`));
      await customer.cut();
      customers.push(customer);
    }
    await flood(
      own,
      5 * places,
      () => ({}),
      () => "192.0.2.9",
    );
    for (const customer of customers) expect(customer.session?.state.kind).toBe("recovering");
  });
});

describe("sessions of one peer", () => {
  it("end with the oldest when there are too many, and say why", async () => {
    const own = listening();
    const visits: Visit[] = [];
    for (let n = 0; n <= places; n++) {
      const visit = await own.visit({}, undefined, from("192.0.2.1"));
      await visit.cut();
      visits.push(visit);
    }
    expect(visits.map(({ session }) => session?.state.kind)).toEqual([
      "closed",
      ...Array(places).fill("recovering"),
    ]);
    expect(await visits[0]?.session?.closed).toMatchObject({
      error: {
        code: "NotResumable",
        message: expect.stringContaining("maxSessions"),
      },
    });
  });
});

describe("the owner of an address", () => {
  it.each([
    [undefined, ""],
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["2001:0db8:0:0:ffff::9", "2001:db8:0:0"],
    ["2001:db8:0:1::", "2001:db8:0:1"],
    ["::1", "0:0:0:0"],
    ["::", "0:0:0:0"],
    ["fe80::1%eth0", "fe80:0:0:0"],
    ["1:2:3:4:5:6:7:8", "1:2:3:4"],
  ])("%s is %s", (address, owner) => {
    expect(ownerOfAddress(address)).toBe(owner);
  });
});
