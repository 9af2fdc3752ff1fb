import type { Span } from "../source/span.js";
import {
  catalog,
  type DiagnosticCode,
  type DiagnosticParameters,
  fillTemplate,
  type Severity,
} from "./catalog.js";
import { nearestName } from "./suggest.js";

/** One finding of the compiler. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** The problem. */
  readonly message: string;
  /** The advice. */
  readonly help: string | undefined;
  readonly span: Span;
  /** Other places that belong to it, such as the first of two declarations. */
  readonly related: readonly RelatedPlace[];
  /** Text that repairs the problem in place of the span; undefined where there is no single repair. */
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

/** Findings of one severity that are kept: more are of no use, and each costs a frame of several lines. */
const maxFindings = 1_000;
/** Characters of a name or list that a message repeats. */
const maxParameter = 400;
/** Names that are compared for "did you mean" in one run. */
const maxCompared = 100_000;

/** Collects the diagnostics of one run. What it costs is bounded, however much is wrong. */
export class Reporter {
  readonly #found: Diagnostic[] = [];
  readonly #counts: Record<Severity, number> = { error: 0, warning: 0 };
  #compared = 0;

  /** Adds a diagnostic of the catalogue. An empty help text counts as none. */
  report<Code extends DiagnosticCode>(
    code: Code,
    span: Span,
    parameters: DiagnosticParameters<Code>,
    options: ReportOptions = {},
  ): void {
    const entry = catalog[code];
    const { severity } = entry;
    this.#counts[severity] += 1;
    if (this.#counts[severity] > maxFindings) {
      if (this.#counts[severity] === maxFindings + 1) this.#reportRest(severity, span);
      return;
    }
    const values = cutLong(parameters);
    this.#found.push({
      code,
      severity,
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
    return this.#counts.error > 0;
  }

  /**
   * The candidate nearest to a misspelt name; undefined when none is near, or when the run has compared enough names.
   *
   * @param candidates requested only when they are compared
   */
  nearest(name: string, candidates: () => readonly string[]): string | undefined {
    if (this.#compared >= maxCompared) return undefined;
    const names = candidates();
    this.#compared += names.length;
    return nearestName(name, names);
  }

  #reportRest(severity: Severity, span: Span): void {
    const { message, help } = catalog.VOX4006;
    this.#found.push({
      code: "VOX4006",
      severity: "warning",
      message: fillTemplate(message, { limit: maxFindings, kind: `${severity}s` }),
      help,
      span,
      related: [],
      replacement: undefined,
    });
  }

  /** All diagnostics, by file, then position, then code. */
  sorted(): readonly Diagnostic[] {
    return [...this.#found].sort(compareDiagnostics);
  }
}

/** Parameters as messages show them: of long ones the start and the end. */
function cutLong(
  parameters: Readonly<Record<string, string | number>>,
): Readonly<Record<string, string | number>> {
  const isShort = Object.values(parameters).every((value) => String(value).length <= maxParameter);
  if (isShort) return parameters;
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => {
      const text = String(value);
      const isLong = text.length > maxParameter;
      return [name, isLong ? `${text.slice(0, maxParameter - 100)} … ${text.slice(-90)}` : value];
    }),
  );
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
