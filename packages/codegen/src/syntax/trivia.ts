/** Comments and blank lines, and where they belong. */
import type { IToken } from "chevrotain";
import type { SourceFile } from "../source/source-file.js";
import type { Comment, Trivia } from "./ast.js";

/** Finds the comments before, after and inside a node. */
export class TriviaTable {
  readonly comments: readonly Comment[];
  readonly #source: SourceFile;
  /** Start and end offsets of the tokens, in order. */
  readonly #starts: readonly number[];
  readonly #ends: readonly number[];
  readonly #documented = new Set<Comment>();

  constructor(source: SourceFile, tokens: readonly IToken[], comments: readonly IToken[]) {
    this.#source = source;
    this.#starts = tokens.map((token) => token.startOffset);
    this.#ends = tokens.map((token) => token.startOffset + token.image.length);
    this.comments = comments.map((token) => toComment(source, token));
  }

  /** End of the last token that starts before an offset; 0 at the start of the file. */
  endBefore(offset: number): number {
    return this.#ends[lowerBound(this.#starts, offset) - 1] ?? 0;
  }

  /** Start of the first token at or after an offset, or the end of the text. */
  startAfter(offset: number): number {
    return this.#starts[lowerBound(this.#starts, offset)] ?? this.#source.text.length;
  }

  /** Comments on lines of their own in the gap before a node. */
  leading(start: number): readonly Comment[] {
    return this.between(this.endBefore(start), start).filter((comment) => comment.ownLine);
  }

  /** Comments inside a range, own line or not. */
  between(start: number, end: number): readonly Comment[] {
    const found: Comment[] = [];
    for (let at = this.#firstFrom(start); at < this.comments.length; at += 1) {
      const comment = this.comments[at];
      if (comment === undefined || comment.span.start >= end) break;
      found.push(comment);
    }
    return found;
  }

  /** The trivia around a node from `start` to `end`; separators after the node count as part of it. */
  around(start: number, end: number): Trivia {
    const leading = this.leading(start);
    const next = this.startAfter(end);
    const after = this.between(end, next)[0];
    const isTrailing = after !== undefined && !after.ownLine;
    const top = leading[0]?.span.start ?? start;
    const before = this.endBefore(start);
    return {
      leading,
      trailing: isTrailing ? after : undefined,
      blankLineBefore: this.#hasBlankLine(before, top),
    };
  }

  /** Lines of the doc comments between the code before a node and its name. */
  docs(start: number, nameStart: number): string[] {
    const lines: string[] = [];
    for (const comment of this.between(this.endBefore(start), nameStart)) {
      if (comment.kind !== "doc" || !comment.ownLine) continue;
      this.#documented.add(comment);
      lines.push(comment.text);
    }
    return lines;
  }

  /** Doc comments that no call of `docs` has returned. */
  undocumented(): readonly Comment[] {
    return this.comments.filter((comment) => comment.kind === "doc" && !this.#documented.has(comment));
  }

  #firstFrom(offset: number): number {
    let low = 0;
    let high = this.comments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.comments[middle]?.span.start ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #hasBlankLine(from: number, to: number): boolean {
    return from > 0 && /\n[^\S\n]*\n|\r[^\S\n\r]*\r(?!\n)/.test(this.#source.text.slice(from, to));
  }
}

/** Index of the first element that is not below `value`. */
function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function toComment(source: SourceFile, token: IToken): Comment {
  const start = token.startOffset;
  const span = { file: source.path, start, end: start + token.image.length };
  const lineStart = source.lineStart(source.lineAt(start));
  const ownLine = /^\s*$/.test(source.text.slice(lineStart, start));
  const kind =
    token.tokenType.name === "DocComment" ? "doc" : token.tokenType.name === "LineComment" ? "line" : "block";
  const text = kind === "block" ? token.image : token.image.replace(/^\/{2,3} ?/, "").trimEnd();
  return { kind, text, span, ownLine };
}
