import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InFlightTable } from "./in-flight-table.js";
import type { OutgoingRequest } from "./outgoing-request.js";

/** What the table looks at. */
const requestOf = (id: number): OutgoingRequest => ({ requestId: id }) as OutgoingRequest;

type Step = readonly ["add"] | readonly ["take" | "abandon" | "answer", number];

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(["add"] as Step) },
    fc.tuple(fc.constantFrom("take", "abandon", "answer"), fc.nat()) as fc.Arbitrary<Step>,
  ),
  { maxLength: 400, size: "max" },
);

describe("requests in flight", () => {
  it("are found by their ids, whatever is answered in which order", () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(1, 2, 2 ** 31 - 7, 2 ** 32 - 401, 2 ** 40), (script, first) => {
        const table = new InFlightTable();
        const model = new Map<number, OutgoingRequest | undefined>();
        let next = first;
        for (const [kind, pick = 0] of script) {
          const ids = [...model.keys()];
          const id = ids[pick % Math.max(1, ids.length)];
          if (kind === "add") {
            const request = requestOf(next);
            model.set(next, request);
            table.add(request);
            // Being resent changes nothing.
            table.add(request);
            next += 2;
          } else if (id !== undefined && kind === "abandon") {
            if (model.get(id) !== undefined) table.abandon(id);
            model.set(id, undefined);
          } else if (id !== undefined) {
            expect(table.peek(id)).toBe(model.get(id));
            expect(table.has(id)).toBe(true);
            expect(table.remove(id)).toBe(model.get(id));
            model.delete(id);
            expect(table.has(id)).toBe(false);
          }
          expect(table.remove(next)).toBeUndefined();
        }
        const open = [...model.values()].filter((request) => request !== undefined);
        expect(table.size).toBe(model.size);
        expect(table.awaited).toBe(open.length);
        expect(table.open()).toEqual(open);
        expect(table.all()).toEqual([...model]);
        const abandoned = [...model].filter(([, request]) => request === undefined).map(([id]) => id);
        expect([...table.forgetAbandoned()].sort((a, b) => a - b)).toEqual(abandoned);
        expect(table.clear()).toEqual(open);
        expect(table.size).toBe(0);
      }),
    );
  });

  it("may be more than the ring has places, and some may stay for long", () => {
    const table = new InFlightTable();
    const requests = Array.from({ length: 5000 }, (_, i) => requestOf(2 * i + 1));
    for (const request of requests) {
      table.add(request);
      if (request.requestId % 10 !== 1) expect(table.remove(request.requestId)).toBe(request);
    }
    const slow = requests.filter(({ requestId }) => requestId % 10 === 1);
    expect(table.open()).toEqual(slow);
    for (const request of slow.reverse()) expect(table.remove(request.requestId)).toBe(request);
    expect(table.size).toBe(0);
  });

  it("are none under ids that are no numbers", () => {
    const table = new InFlightTable();
    table.add(requestOf(1));
    expect([table.has(1n), table.peek(1n), table.remove(1n), table.size]).toEqual([
      false,
      undefined,
      undefined,
      1,
    ]);
  });
});
