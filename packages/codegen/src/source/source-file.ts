import type { Span } from "./span.js";

/** A place as people and editors name it. */
export interface Position {
  /** From 1. Lines end at `\n`, `\r\n` or a lone `\r`. */
  readonly line: number;
  /** From 1, in UTF-16 units; a byte order mark does not count. */
  readonly column: number;
}

const byteOrderMark = 0xfeff;
const lineFeed = 10;
const carriageReturn = 13;

/** The text of one file with its line table. */
export class SourceFile {
  readonly path: string;
  readonly text: string;
  /** Offset of the first character of each line. */
  readonly #lineStarts: readonly number[];

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
    this.#lineStarts = findLineStarts(text);
  }

  get lineCount(): number {
    return this.#lineStarts.length;
  }

  /** Line (from 1) that holds an offset; an offset outside the text counts as its nearest end. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  /** Line and column of an offset; an offset outside the text counts as its nearest end. */
  position(offset: number): Position {
    const at = Math.min(Math.max(offset, 0), this.text.length);
    const line = this.lineAt(at);
    return { line, column: Math.max(at - this.lineStart(line), 0) + 1 };
  }

  /** Column (from 1) in bytes of UTF-8, as tools that do not count UTF-16 units expect it. */
  byteColumn(offset: number): number {
    const { line, column } = this.position(offset);
    const start = this.lineStart(line);
    return utf8Length(this.text.slice(start, start + column - 1)) + 1;
  }

  /** Offset of the first character of a line (from 1), after a byte order mark. */
  lineStart(line: number): number {
    const start = this.#lineStarts[line - 1] ?? this.text.length;
    return start === 0 && this.text.charCodeAt(0) === byteOrderMark ? 1 : start;
  }

  /** Text of a line (from 1) without its end. */
  lineText(line: number): string {
    const start = this.lineStart(line);
    let end = this.#lineStarts[line] ?? this.text.length;
    while (end > start && isLineEnd(this.text.charCodeAt(end - 1))) end -= 1;
    return this.text.slice(start, end);
  }

  /** Offset of a line and column, both from 1; a column past the end of its line is the end of the line. */
  offset(line: number, column: number): number {
    return this.lineStart(line) + Math.min(column - 1, this.lineText(line).length);
  }

  textOf(span: Span): string {
    return this.text.slice(span.start, span.end);
  }
}

function isLineEnd(unit: number): boolean {
  return unit === lineFeed || unit === carriageReturn;
}

function findLineStarts(text: string): number[] {
  const starts = [0];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === carriageReturn && text.charCodeAt(at + 1) === lineFeed) at += 1;
    if (isLineEnd(unit)) starts.push(at + 1);
  }
  return starts;
}

function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    length += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return length;
}
