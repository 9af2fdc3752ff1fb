/** Text → tokens, with the faults of the text itself reported. */
import { type IToken, Lexer } from "chevrotain";
import type { DiagnosticCode, DiagnosticParameters } from "../diagnostics/catalog.js";
import type { Reporter } from "../diagnostics/report.js";
import { isInvisible } from "../source/invisible.js";
import type { SourceFile } from "../source/source-file.js";
import type { Span } from "../source/span.js";
import { mergeMarkers } from "./merge-markers.js";
import {
  allTokens,
  commentGroup,
  cutTypeToken,
  leftAngle,
  leftBracket,
  leftParen,
  openStringToken,
  rightAngle,
  rightBracket,
  rightParen,
  singleQuotedToken,
  stringToken,
  wideIdentifierToken,
} from "./tokens.js";

/** Most levels of brackets in a type, and of a type once it is read. */
export const maxTypeDepth = 128;

/** Most syntax errors that the compiler reports for one file, and most faults of its characters. */
export const maxSyntaxErrors = 200;

let shared: Lexer | undefined;

export interface Lexed {
  /** Tokens for the parser: reported tokens without a meaning are dropped. */
  readonly tokens: readonly IToken[];
  readonly comments: readonly IToken[];
}

/** Cuts a text into tokens. Keeps one lexer: building it costs, it has no state. */
export function lex(source: SourceFile, reporter: Reporter): Lexed {
  shared ??= new Lexer([...allTokens], {
    positionTracking: "full",
    ensureOptimizations: true,
    skipValidations: true,
  });
  const result = shared.tokenize(source.text);
  const comments = result.groups[commentGroup] ?? [];
  const faults = new TextFaults(source, reporter);
  for (const comment of comments) {
    if (comment.tokenType.name === "BlockComment") faults.report("VOX1006", spanOf(source, comment), {});
    if (comment.tokenType.name === "HashComment") faults.reportUnknown(comment.startOffset, 1);
  }
  const conflicts = mergeMarkers(source.text);
  for (const { start, end } of conflicts) faults.report("VOX1007", { file: source.path, start, end }, {});
  const passed = conflicts.flatMap((conflict) => conflict.passed);
  for (const { offset, length } of outside(passed, result.errors, ({ offset }) => offset))
    faults.reportUnknown(offset, length);
  const tokens = outside(passed, result.tokens, ({ startOffset }) => startOffset);
  for (const token of tokens) {
    if (token.tokenType === wideIdentifierToken)
      faults.report("VOX1002", spanOf(source, token), { name: token.image });
  }
  return { tokens: limitDepth(tokens, source, reporter), comments };
}

/** Items that start in none of the ranges; both in the order of the text. */
function outside<Item>(
  ranges: readonly { readonly start: number; readonly end: number }[],
  items: readonly Item[],
  offsetOf: (item: Item) => number,
): readonly Item[] {
  if (ranges.length === 0) return items;
  let at = 0;
  return items.filter((item) => {
    const offset = offsetOf(item);
    while (at < ranges.length && (ranges[at]?.end ?? 0) <= offset) at += 1;
    return offset < (ranges[at]?.start ?? Number.POSITIVE_INFINITY);
  });
}

export function spanOf(source: SourceFile, token: IToken): Span {
  return { file: source.path, start: token.startOffset, end: token.startOffset + token.image.length };
}

const unknownAdvice: ReadonlyMap<string, string> = new Map([
  ["#", "comments start with `//`, attributes with `@`"],
  ["“", 'use the straight quote `"`'],
  ["”", 'use the straight quote `"`'],
  ["`", 'strings are written in `"`'],
  ["!", "the type without values is `never`"],
  ["\0", "is the file saved as UTF-8?"],
]);

/** Characters that come with pasted text and cannot be seen. */
const invisibleNames: readonly (readonly [RegExp, string])[] = [
  [/[\u200b\u2060]/, "zero width space"],
  [/[\u200c\u200d]/, "zero width joiner"],
  [/\u00ad/, "soft hyphen"],
  [/[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/, "changes the direction of text"],
];

/** Reports the faults of one text: at most `maxSyntaxErrors`, and each character that cannot be seen once. */
class TextFaults {
  readonly #source: SourceFile;
  readonly #reporter: Reporter;
  readonly #unseen = new Set<number>();
  #count = 0;

  constructor(source: SourceFile, reporter: Reporter) {
    this.#source = source;
    this.#reporter = reporter;
  }

  report<Code extends DiagnosticCode>(code: Code, span: Span, parameters: DiagnosticParameters<Code>): void {
    this.#count += 1;
    if (this.#count <= maxSyntaxErrors) this.#reporter.report(code, span, parameters);
    else if (this.#count === maxSyntaxErrors + 1)
      this.#reporter.report("VOX1024", span, { limit: maxSyntaxErrors });
  }

  /** Characters that no token starts with are dropped; a run of them is one message. */
  reportUnknown(offset: number, length: number): void {
    const { text, path } = this.#source;
    const point = text.codePointAt(offset) ?? 0;
    const character = String.fromCodePoint(point);
    const isPrintable = !isInvisible(character) && !/^[\p{Z}\p{M}]$/u.test(character);
    if (!isPrintable && this.#unseen.has(point)) return;
    if (!isPrintable) this.#unseen.add(point);
    const code = `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
    const name = invisibleNames.find(([pattern]) => pattern.test(character))?.[1];
    const found = isPrintable ? `\`${character}\`` : name === undefined ? code : `${code} (${name})`;
    const span = { file: path, start: offset, end: offset + Math.max(length, character.length) };
    const advice =
      unknownAdvice.get(character) ?? (isPrintable ? "remove it" : "it cannot be seen: remove it");
    this.report("VOX1001", span, { found, advice });
  }
}

/**
 * Takes out brackets that nest more deeply than the parser's own recursion may go, and puts one token in their place.
 * Angle brackets count as brackets only where they can be type arguments: after a name.
 */
function limitDepth(tokens: readonly IToken[], source: SourceFile, reporter: Reporter): readonly IToken[] {
  if (!isDeep(tokens)) return tokens;
  const kept: IToken[] = [];
  let depth = 0;
  let reported = false;
  for (const token of tokens) {
    const step = depthStep(token);
    // A word at the left margin starts a new item, even after an open bracket.
    if (token.startColumn === 1 && step === 0) {
      depth = 0;
      reported = false;
    }
    if (step > 0) depth += 1;
    const isCut = depth > maxTypeDepth;
    if (isCut && !reported) {
      reported = true;
      reporter.report("VOX1018", spanOf(source, token), { limit: maxTypeDepth });
      if (token.tokenType === leftAngle) kept.pop();
      kept.push({ ...token, tokenType: cutTypeToken, tokenTypeIdx: cutTypeToken.tokenTypeIdx ?? 0 });
    }
    if (!isCut) kept.push(token);
    if (step < 0) depth = Math.max(0, depth - 1);
    if (depth <= maxTypeDepth && !isCut) reported = false;
  }
  return kept;
}

function isDeep(tokens: readonly IToken[]): boolean {
  let depth = 0;
  for (const token of tokens) {
    depth = Math.max(0, depth + depthStep(token));
    if (depth > maxTypeDepth) return true;
  }
  return false;
}

function depthStep({ tokenType }: IToken): -1 | 0 | 1 {
  if (tokenType === leftParen || tokenType === leftAngle || tokenType === leftBracket) return 1;
  return tokenType === rightParen || tokenType === rightAngle || tokenType === rightBracket ? -1 : 0;
}

/** Value of a string token; faults inside it are reported and read as written. */
export function readString(token: IToken, source: SourceFile, reporter: Reporter): string {
  const span = spanOf(source, token);
  if (token.tokenType === openStringToken) {
    reporter.report("VOX1003", span, {});
    return token.image.slice(1);
  }
  const inner = token.image.slice(1, -1);
  if (token.tokenType === singleQuotedToken) {
    const replacement = `"${inner.replaceAll('"', '\\"')}"`;
    reporter.report("VOX1004", span, { replacement }, { replacement });
    return inner;
  }
  if (token.tokenType !== stringToken || !inner.includes("\\")) return inner;
  return inner.replace(
    /\\(?:u\{[^}]*\}|u[0-9a-fA-F]{0,4}|x[0-9a-fA-F]{0,2}|.)/gsu,
    (written: string, at: number) => {
      const value = readEscape(written);
      if (value !== undefined) return value;
      const start = token.startOffset + 1 + at;
      reporter.report(
        "VOX1005",
        { file: source.path, start, end: start + written.length },
        { escape: written, advice: escapeAdvice },
      );
      return written;
    },
  );
}

const escapeAdvice = 'there are \\" \\\\ \\n \\r \\t \\0 and \\u{1F600} (a Unicode scalar value)';
const simpleEscapes: Readonly<Record<string, string>> = {
  '\\"': '"',
  "\\\\": "\\",
  "\\n": "\n",
  "\\r": "\r",
  "\\t": "\t",
  "\\0": "\0",
};

function readEscape(written: string): string | undefined {
  const digits =
    /^\\u\{([0-9a-fA-F]{1,6})\}$/.exec(written)?.[1] ?? /^\\u([0-9a-fA-F]{4})$/.exec(written)?.[1];
  if (digits === undefined) return simpleEscapes[written];
  const point = Number.parseInt(digits, 16);
  const isScalar = point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
  return isScalar ? String.fromCodePoint(point) : undefined;
}
