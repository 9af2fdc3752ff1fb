/** What the entries of the board prove. */
import type { Entry } from "../gen/board.vox.js";

export interface Tally {
  /** How many marks each tab has on the board. */
  readonly byWriter: ReadonlyMap<string, number>;
  /** The tab that has coloured each cell last, by `column,row`. */
  readonly cells: ReadonlyMap<string, string>;
  /** Numbers that are missing, in the order of all marks and in that of each tab. */
  readonly lost: number;
  /** Numbers that came before. */
  readonly doubled: number;
}

/** @param entries all that came, from the first one on */
export function tallyOf(entries: readonly Entry[]): Tally {
  const byWriter = new Map<string, number>();
  const cells = new Map<string, string>();
  let lost = 0;
  let doubled = 0;
  let sequence = 0;
  const step = (before: number, now: number): void => {
    if (now <= before) doubled++;
    else lost += now - before - 1;
  };
  for (const entry of entries) {
    step(sequence, entry.sequence);
    step(byWriter.get(entry.writer) ?? 0, entry.mark.number);
    sequence = entry.sequence;
    byWriter.set(entry.writer, entry.mark.number);
    cells.set(`${entry.mark.column},${entry.mark.row}`, entry.writer);
  }
  return { byWriter, cells, lost, doubled };
}
