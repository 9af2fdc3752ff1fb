import type { Span } from "../source/span.js";
import {
  catalog,
  type DiagnosticCode,
  type DiagnosticParameters,
  fillTemplate,
  type Severity,
} from "./catalog.js";

/** One finding of the compiler. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** What is wrong. */
  readonly message: string;
  /** What to do about it. */
  readonly help: string | undefined;
  readonly span: Span;
  /** Other places that belong to it, such as the first of two declarations. */
  readonly related: readonly RelatedPlace[];
  /** Text that would repair it when put in place of the span; undefined where there is no single one. */
  readonly replacement: string | undefined;
}

export interface RelatedPlace {
  readonly span: Span;
  readonly message: string;
}

export interface ReportOptions {
  readonly related?: readonly RelatedPlace[];
  readonly replacement?: string | undefined;
}

/** Collects the diagnostics of one run. */
export class Reporter {
  readonly #found: Diagnostic[] = [];

  /** Adds a diagnostic of the catalogue. An empty help text counts as none. */
  report<Code extends DiagnosticCode>(
    code: Code,
    span: Span,
    parameters: DiagnosticParameters<Code>,
    options: ReportOptions = {},
  ): void {
    const entry = catalog[code];
    const values: Readonly<Record<string, string | number>> = parameters;
    this.#found.push({
      code,
      severity: entry.severity,
      message: fillTemplate(entry.message, values),
      help: fillTemplate(entry.help, values) || undefined,
      span,
      related: options.related ?? [],
      replacement: options.replacement,
    });
  }

  /** Number of diagnostics so far. */
  get count(): number {
    return this.#found.length;
  }

  get hasErrors(): boolean {
    return this.#found.some((diagnostic) => diagnostic.severity === "error");
  }

  /** All diagnostics, by file, then position, then code. */
  sorted(): readonly Diagnostic[] {
    return [...this.#found].sort(compareDiagnostics);
  }
}

function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return (
    compareText(a.span.file, b.span.file) ||
    a.span.start - b.span.start ||
    a.span.end - b.span.end ||
    compareText(a.code, b.code) ||
    compareText(a.message, b.message)
  );
}

/** By code unit: the same on every machine, whatever its language. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
