/** One source line as a terminal shows it, with the part to underline. */

import stringWidth from "string-width";
import { hidesInText } from "../source/invisible.js";

/** Most columns of a source line that are shown; of a longer one, a window around the place. */
const maxLineColumns = 100;
/** Columns that stay visible before the place when the start of a line is cut off. */
const columnsBefore = 30;
const tabColumns = 4;
/** Most UTF-16 units before the place that can matter for its window; twice as many after it. */
const reach = 512;
const ellipsis = "…";

export interface Excerpt {
  /** Without tabs and control characters. */
  readonly text: string;
  /** Columns of the terminal before the first caret. */
  readonly caretStart: number;
  /** Number of carets, at least 1. */
  readonly caretCount: number;
}

/**
 * Cuts and pads a line for display.
 *
 * @param line text of the line, without its end
 * @param start first UTF-16 unit to underline; @param end the one after the last. Both are cut to the line.
 */
export function excerpt(line: string, start: number, end: number): Excerpt {
  // A line may be a whole file long: only its part around the place is looked at.
  const sliceStart = Math.max(0, Math.min(start, line.length) - reach);
  const slice = line.slice(sliceStart, sliceStart + 3 * reach);
  const cells = toCells(slice);
  const cellOf = (offset: number): number => cellAt(cells, Math.min(offset, line.length) - sliceStart);
  const from = cellOf(start);
  const to = Math.max(cellOf(Math.max(end, start)), from);
  const isWhole = slice.length === line.length && columnsOf(cells, 0, cells.length) <= maxLineColumns;
  if (isWhole) return cut(cells, 0, cells.length, from, to, false, false);
  const isNearStart = sliceStart === 0 && columnsOf(cells, 0, from) <= maxLineColumns - columnsBefore;
  const first = isNearStart ? 0 : back(cells, from);
  let last = first;
  for (let width = 0; last < cells.length; last += 1) {
    width += cells[last]?.columns ?? 0;
    if (width > maxLineColumns) break;
  }
  const isCutAfter = last < cells.length || sliceStart + slice.length < line.length;
  return cut(cells, first, last, from, Math.min(to, last), first > 0 || sliceStart > 0, isCutAfter);
}

interface Cell {
  readonly text: string;
  readonly columns: number;
  /** Offset of the character in the line, in UTF-16 units. */
  readonly offset: number;
}

function toCells(line: string): readonly Cell[] {
  const cells: Cell[] = [];
  let offset = 0;
  for (const character of line) {
    const text = shown(character);
    cells.push({ text, columns: text === character ? stringWidth(character) : text.length, offset });
    offset += character.length;
  }
  return cells;
}

/** Tabs as spaces, invisible characters as a sign: a schema must not control a terminal or hide parts of itself. */
function shown(character: string): string {
  if (character === "\t") return " ".repeat(tabColumns);
  return hidesInText(character) ? "\ufffd" : character;
}

/** Index of the cell that holds an offset. */
function cellAt(cells: readonly Cell[], offset: number): number {
  let low = 0;
  let high = cells.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const cell = cells[middle];
    if (cell !== undefined && cell.offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function columnsOf(cells: readonly Cell[], from: number, to: number): number {
  let columns = 0;
  for (let at = from; at < to; at += 1) columns += cells[at]?.columns ?? 0;
  return columns;
}

/** The cell that lies `columnsBefore` columns before another one. */
function back(cells: readonly Cell[], from: number): number {
  let at = from;
  for (let columns = 0; at > 0 && columns < columnsBefore; at -= 1) columns += cells[at - 1]?.columns ?? 0;
  return at;
}

function cut(
  cells: readonly Cell[],
  first: number,
  last: number,
  from: number,
  to: number,
  isCutBefore: boolean,
  isCutAfter: boolean,
): Excerpt {
  const inner = cells
    .slice(first, last)
    .map((cell) => cell.text)
    .join("");
  const text = `${isCutBefore ? ellipsis : ""}${inner}${isCutAfter ? ellipsis : ""}`.trimEnd();
  const caretStart = (isCutBefore ? 1 : 0) + columnsOf(cells, first, from);
  return { text, caretStart, caretCount: Math.max(1, columnsOf(cells, from, to)) };
}
