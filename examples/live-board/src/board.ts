/** The board as a service: marks go to the journal, and from there to all who watch. */
import { fail } from "@voxrpc/runtime";
import type { BoardHandler, Entry } from "./gen/board.vox.js";
import type { Journal } from "./journal.js";

/** A page keeps all entries, and a server, too. */
const limit = 20_000;

/** @param kill ends the process */
export function boardOf(journal: Journal<Entry>, kill: () => void): BoardHandler {
  const entries: Entry[] = [...journal.found];
  const totals = new Map<string, number>();
  const waiting = new Set<() => void>();
  for (const { writer, mark } of entries) totals.set(writer, mark.number);

  return {
    async draw(writer, marks, confirmed) {
      for await (const mark of marks) {
        const expected = (totals.get(writer) ?? 0) + 1;
        if (mark.number > expected) return fail({ kind: "Gap", expected });
        if (mark.number === expected) {
          if (entries.length >= limit) return fail({ kind: "Full", limit });
          const entry = { sequence: entries.length + 1, writer, mark };
          journal.append(entry);
          entries.push(entry);
          totals.set(writer, mark.number);
          for (const wake of waiting) wake();
        }
        await confirmed.send(mark.number);
      }
      return undefined;
    },

    async watch(after, out, { signal }) {
      let next = after;
      while (!signal.aborted) {
        const known = entries.slice(next);
        for (const entry of known) await out.send(entry);
        next += known.length;
        if (entries.length > next) continue;
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            waiting.delete(wake);
            signal.removeEventListener("abort", wake);
            resolve();
          };
          waiting.add(wake);
          signal.addEventListener("abort", wake);
        });
      }
    },

    totals: () => totals,

    kill() {
      kill();
    },
  };
}
