import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeptSession } from "./session-keys.js";

let made = 0;
function newKey(): Uint8Array {
  made += 1;
  return Uint8Array.of(made & 0xff, (made >> 8) & 0xff, made >> 16);
}

/**
 * A client that makes one link after the other. Of each its Hello may be lost, the answer may be lost, and its LetsGo
 * may be lost or come late, behind those of later links.
 */
interface Link {
  readonly hello: boolean;
  readonly answer: boolean;
  readonly letsGo: "at once" | "late" | "never";
}

const links = fc.array(
  fc.record<Link>({
    hello: fc.boolean(),
    answer: fc.boolean(),
    letsGo: fc.constantFrom("at once", "late", "never"),
  }),
  { maxLength: 40 },
);

describe("the keys of a session", () => {
  it("hold the key that its peer has, however Hellos, answers and LetsGos cross", () => {
    fc.assert(
      fc.property(links, fc.infiniteStream(fc.boolean()), (steps, chance) => {
        const first = newKey();
        const kept = new KeptSession(first, {} as never, undefined);
        let known = first;
        const used = new Set<Uint8Array>();
        let late: Uint8Array[] = [];
        const finish = (key: Uint8Array): void => {
          if (!kept.isStale(key)) kept.confirm(key);
        };
        for (const { hello, answer, letsGo } of steps) {
          if (!hello) continue;
          expect(kept.all).toContain(known);
          const offered = newKey();
          kept.offer(offered, known);
          if (!answer) continue;
          used.add(known);
          known = offered;
          if (letsGo === "late") late.push(offered);
          // Late ones come in any order, before or behind this one.
          const [coming, staying] = [late.filter(() => chance.next().value), [] as Uint8Array[]];
          for (const each of late) if (!coming.includes(each)) staying.push(each);
          late = staying;
          for (const each of coming.reverse()) finish(each);
          if (letsGo === "at once") finish(offered);
          if (letsGo === "at once") for (const each of used) expect(kept.all).not.toContain(each);
          expect(kept.all).toContain(known);
          expect(kept.all.length).toBeLessThanOrEqual(6);
        }
      }),
    );
  });

  it("forget no key that the peer has read for offers that it has not", () => {
    const first = newKey();
    const kept = new KeptSession(first, {} as never, undefined);
    const read = newKey();
    kept.offer(read, first);
    for (let count = 0; count < 100; count++) kept.offer(newKey(), read);
    expect(kept.all).toContain(read);
    expect(kept.all).not.toContain(first);
    expect(kept.all).toHaveLength(5);
  });
});
