import { describe, expect, it } from "vitest";
import { FakeClock } from "../testing/fake-clock.js";
import { operationStoreContract } from "../testing/operation-store-contract.js";
import { memoryOperationStore } from "./memory-operation-store.js";
import type { OperationKey, OperationRecord, SealedReply } from "./operation-store.js";

const persisted: OperationRecord = { methodId: 7n, fingerprint: "f", persist: true };
const volatile: OperationRecord = { ...persisted, persist: false };

function key(operationId: number): OperationKey {
  return { sessionId: "s", connectionId: 0, operationId };
}

function reply(bytes = 1): SealedReply {
  return { payload: new Uint8Array(bytes), metadata: Uint8Array.of(0) };
}

describe("memoryOperationStore keeps the contract", () => {
  for (const { name, run } of operationStoreContract(() => memoryOperationStore())) it(name, run);
});

describe("memoryOperationStore", () => {
  it("forgets what is sealed or released when its time has passed, and nothing that is live", () => {
    const clock = new FakeClock();
    const store = memoryOperationStore({ ttlMs: 1000, clock });
    for (const id of [1, 2, 3, 4]) store.admit(key(id), id === 3 ? volatile : persisted);
    store.seal(key(1), persisted, reply());
    store.release(key(2));
    store.release(key(3));
    clock.advance(999);
    expect([1, 2, 3, 4].map((id) => store.lookup(key(id)) !== undefined)).toEqual([true, true, true, true]);
    clock.advance(1);
    expect([1, 2, 3, 4].map((id) => store.lookup(key(id)) !== undefined)).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect([store.size, store.bytes]).toEqual([1, 256]);
  });

  it("counts the time of a reply from its sealing", () => {
    const clock = new FakeClock();
    const store = memoryOperationStore({ ttlMs: 1000, clock });
    store.admit(key(1), persisted);
    clock.advance(5000);
    store.seal(key(1), persisted, reply());
    clock.advance(999);
    expect(store.lookup(key(1))?.reply).toBeDefined();
    clock.advance(1);
    expect(store.lookup(key(1))).toBeUndefined();
  });

  it("makes room for entries: the oldest sealed one goes first, then volatile ones without handler", () => {
    const store = memoryOperationStore({ maxEntries: 4 });
    store.admit(key(1), persisted);
    store.release(key(1));
    store.admit(key(2), volatile);
    store.release(key(2));
    store.seal(key(3), persisted, reply());
    store.seal(key(4), persisted, reply());
    store.admit(key(5), volatile);
    expect(store.lookup(key(3))).toBeUndefined();
    store.admit(key(6), volatile);
    expect(store.lookup(key(4))).toBeUndefined();
    store.admit(key(7), volatile);
    expect(store.lookup(key(2))).toBeUndefined();
    // Left are one persisted operation without reply, and three on which handlers work.
    expect(() => store.admit(key(8), volatile)).toThrow(
      expect.objectContaining({ code: "StoreFull", retryable: true }),
    );
    expect([1, 5, 6, 7].map((id) => store.lookup(key(id)) !== undefined)).toEqual([true, true, true, true]);
    expect(store.size).toBe(4);
  });

  it("makes room for bytes", () => {
    const store = memoryOperationStore({ maxBytes: 2000 });
    store.seal(key(1), persisted, reply(700));
    store.seal(key(2), persisted, reply(700));
    expect(store.bytes).toBe(2 * (256 + 701));
    store.seal(key(3), persisted, reply(10));
    expect([1, 2, 3].map((id) => store.lookup(key(id)) !== undefined)).toEqual([false, true, true]);
    expect(store.bytes).toBe(256 + 701 + 256 + 11);
  });

  it("leaves an operation admitted whose reply is too large, and the others alone", () => {
    const store = memoryOperationStore({ maxBytes: 1000 });
    store.admit(key(1), persisted);
    store.seal(key(2), persisted, reply(100));
    expect(() => store.seal(key(1), persisted, reply(1000))).toThrow(
      expect.objectContaining({ code: "StoreFull" }),
    );
    expect(store.lookup(key(1))).toEqual({ ...persisted, reply: undefined });
    expect(store.lookup(key(2))?.reply).toBeDefined();
  });

  describe("that several owners share", () => {
    const of = (owner: string, operationId: number, sessionId = owner): OperationKey => ({
      sessionId,
      connectionId: 0,
      operationId,
      owner,
    });

    it.each([
      ["entries", { maxEntries: 100 }, 1],
      ["bytes", { maxBytes: 100 * 357 }, 100],
    ] as const)("forgets what the one with most of the %s has", (_what, bounds, size) => {
      const store = memoryOperationStore(bounds);
      for (let id = 1; id <= 10; id++) store.seal(of("customer", id), persisted, reply(size));
      // A flood of one owner, in one session and in many.
      for (let id = 1; id <= 1000; id++) store.seal(of("eve", id), persisted, reply(size));
      for (let id = 1; id <= 1000; id++) store.seal(of("eve", 1, `session ${id}`), persisted, reply(size));
      for (let id = 1; id <= 10; id++) expect(store.lookup(of("customer", id))?.reply).toBeDefined();
      // A new owner gets its share, too.
      for (let id = 1; id <= 10; id++) store.seal(of("late", id), persisted, reply(size));
      for (let id = 1; id <= 10; id++) expect(store.lookup(of("late", id))?.reply).toBeDefined();
    });

    it("refuses the one that has all with what must not be forgotten, as all others", () => {
      const store = memoryOperationStore({ maxEntries: 3 });
      for (const id of [1, 2, 3]) store.admit(of("eve", id), persisted);
      expect(() => store.admit(of("customer", 1), persisted)).toThrow(
        expect.objectContaining({ code: "StoreFull" }),
      );
    });

    it("says before it forgets, once until there is room again", () => {
      const clock = new FakeClock();
      const events: unknown[] = [];
      const observer = { onStorePressure: (event: unknown) => void events.push(event) };
      const store = memoryOperationStore({ maxEntries: 10, ttlMs: 1000, clock, observer });
      for (let id = 1; id <= 20; id++) store.seal(of("eve", id), persisted, reply());
      const event = { store: "operations", unit: "entries", used: 8, limit: 10 };
      expect(events).toEqual([event]);
      clock.advance(1000);
      for (let id = 1; id <= 20; id++) store.seal(of("eve", id), persisted, reply());
      expect(events).toEqual([event, event]);
    });
  });
});
