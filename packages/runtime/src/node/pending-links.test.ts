import { describe, expect, it } from "vitest";
import { FakeClock } from "../testing/fake-clock.js";
import { PendingLinks } from "./pending-links.js";

describe("PendingLinks", () => {
  it("has room up to its limit, and again when one is over", () => {
    const pending = new PendingLinks(2, new FakeClock());
    const first = pending.add();
    pending.add();
    expect(pending.makeRoom()).toBe("the server has 2 handshakes under way (option maxPendingHandshakes)");
    pending.delete(first);
    expect(pending.makeRoom()).toBe(undefined);
    expect(first.signal.aborted).toBe(false);
  });

  it("drops the oldest when that is slow, one at a time", () => {
    const clock = new FakeClock();
    const pending = new PendingLinks(2, clock);
    const slow = pending.add();
    clock.advance(999);
    const quick = pending.add();
    expect(pending.makeRoom()).toContain("2 handshakes");
    clock.advance(1);
    expect(pending.makeRoom()).toBe(undefined);
    expect([slow.signal.aborted, quick.signal.aborted]).toEqual([true, false]);
    pending.add();
    expect(pending.makeRoom()).toContain("2 handshakes");
  });

  it("takes none with a limit of 0, and cancels all", () => {
    expect(new PendingLinks(0, new FakeClock()).makeRoom()).toContain("0 handshakes");
    const pending = new PendingLinks(5, new FakeClock());
    const all = [pending.add(), pending.add()];
    pending.cancelAll("the server is closing");
    expect(all.map(({ signal }) => (signal.reason as Error).message)).toEqual(
      Array(2).fill("the server is closing"),
    );
  });
});
