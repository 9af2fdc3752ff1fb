/** Shared services of the builders of the tree: access to the concrete tree, spans, reports. */
import type { CstElement, CstNode, IToken } from "chevrotain";
import type { DiagnosticCode, DiagnosticParameters } from "../diagnostics/catalog.js";
import type { Reporter, ReportOptions } from "../diagnostics/report.js";
import type { SourceFile } from "../source/source-file.js";
import type { Span } from "../source/span.js";
import type { NameNode } from "./ast.js";
import { maxSyntaxErrors, readString, spanOf } from "./lex.js";
import type { TriviaTable } from "./trivia.js";

function isNode(element: CstElement): element is CstNode {
  return "children" in element;
}

/** Child nodes of a rule, in source order. */
export function nodes(parent: CstNode, rule: string): readonly CstNode[] {
  return (parent.children[rule] ?? []).filter(isNode);
}

export function node(parent: CstNode, rule: string): CstNode | undefined {
  return nodes(parent, rule)[0];
}

/** Child tokens under a name or label, in source order; tokens that recovery made up are left out. */
export function tokens(parent: CstNode, name: string): readonly IToken[] {
  return (parent.children[name] ?? []).filter(
    (element): element is IToken => !isNode(element) && !Number.isNaN(element.startOffset),
  );
}

export function token(parent: CstNode, name: string): IToken | undefined {
  return tokens(parent, name)[0];
}

/** Children of several names, tokens and nodes, in source order. */
export function inOrder(parent: CstNode, ...names: readonly string[]): readonly CstElement[] {
  return names.flatMap((name) => parent.children[name] ?? []).sort((a, b) => startOf(a) - startOf(b));
}

function startOf(element: CstElement): number {
  return isNode(element) ? (element.location?.startOffset ?? 0) : element.startOffset;
}

export { isNode };

export class BuildContext {
  readonly source: SourceFile;
  readonly trivia: TriviaTable;
  readonly #reporter: Reporter;
  #errors = 0;
  /** End of the last reported place: a mistake directly after it is not reported again. */
  #lastReportEnd = -1;

  constructor(source: SourceFile, reporter: Reporter, trivia: TriviaTable) {
    this.source = source;
    this.#reporter = reporter;
    this.trivia = trivia;
  }

  report<Code extends DiagnosticCode>(
    code: Code,
    span: Span,
    parameters: DiagnosticParameters<Code>,
    options?: ReportOptions,
  ): void {
    this.#errors += 1;
    this.#lastReportEnd = Math.max(this.#lastReportEnd, span.end);
    if (this.#errors > maxSyntaxErrors) {
      if (this.#errors === maxSyntaxErrors + 1)
        this.#reporter.report("VOX1024", span, { limit: maxSyntaxErrors });
      return;
    }
    this.#reporter.report(code, span, parameters, options);
  }

  /** True when something was reported at, or just before, an offset: a second message would be about the same slip. */
  isReportedBefore(offset: number): boolean {
    return this.#lastReportEnd >= this.trivia.endBefore(offset) && this.#lastReportEnd <= offset;
  }

  span(start: number, end: number): Span {
    return { file: this.source.path, start, end: Math.max(start, end) };
  }

  tokenSpan(from: IToken): Span {
    return spanOf(this.source, from);
  }

  /** From the first to the last token of a node; a point after the code before it when it is empty. */
  nodeSpan(from: CstNode): Span {
    const start = from.location?.startOffset;
    const end = from.location?.endOffset;
    if (start === undefined || end === undefined || Number.isNaN(start) || Number.isNaN(end))
      return this.span(0, 0);
    return this.span(start, end + 1);
  }

  /** The point just after the last token before an offset. */
  pointBefore(offset: number): Span {
    const at = this.trivia.endBefore(offset);
    return this.span(at, at);
  }

  /** The point just after a place; at the last character of it when nothing follows. */
  pointAfter(place: Span): Span {
    return this.span(place.end, place.end);
  }

  string(from: CstNode): { value: string; span: Span } {
    const found = token(from, "String") ?? token(from, "SingleQuoted") ?? token(from, "OpenString");
    if (found === undefined) return { value: "", span: this.nodeSpan(from) };
    return { value: readString(found, this.source, this.reporterForText), span: this.tokenSpan(found) };
  }

  name(from: IToken | undefined, missingAt: Span): NameNode {
    return from === undefined
      ? { kind: "name", text: "", span: missingAt }
      : { kind: "name", text: from.image, span: this.tokenSpan(from) };
  }

  /** The text at an offset, for messages. */
  foundAt(offset: number): string {
    const start = this.trivia.startAfter(offset);
    if (start >= this.source.text.length) return "the end of the file";
    const word =
      /^(?:[A-Za-z0-9_]+|->|::|"[^"\n]*"|[\s\S])/.exec(this.source.text.slice(start, start + 40))?.[0] ?? "";
    return `\`${word}\``;
  }

  get reporterForText(): Reporter {
    return this.#reporter;
  }
}
