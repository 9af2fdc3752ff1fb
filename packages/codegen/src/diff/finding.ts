/** The findings of a comparison. */
import {
  catalog,
  type DiagnosticCode,
  type DiagnosticParameters,
  fillTemplate,
} from "../diagnostics/catalog.js";
import type { Diagnostic, RelatedPlace } from "../diagnostics/report.js";
import type { Span } from "../source/span.js";
import type { Verdict } from "./change.js";

/** Codes of findings: `VOX5xxx`. */
export type ChangeCode = Extract<DiagnosticCode, `VOX5${string}`>;

/** How the versions go together, in both directions of an upgrade. */
export interface Compatibility {
  /** A client built before calls a server built now. */
  readonly oldClient: Verdict;
  /** A client built now calls a server built before. */
  readonly newClient: Verdict;
}

/** A change that the user has to think about: a diagnostic, and its subjects. */
export interface ChangeFinding extends Compatibility {
  readonly diagnostic: Diagnostic;
  /**
   * The names that can allow the finding: members (`Product.price`), methods (`Catalog.search`), types and services.
   */
  readonly subjects: readonly string[];
}

/** A change that harms no peer, with the reason. */
export interface HarmlessChange {
  /** `Catalog.search response: field Page.note added, optional: old peers skip it`. */
  readonly text: string;
  readonly subjects: readonly string[];
}

/** A place in one of the two versions. */
export type SchemaLocation = Span;

/** Makes a finding. */
export function finding<Code extends ChangeCode>(
  code: Code,
  span: SchemaLocation,
  parameters: DiagnosticParameters<Code>,
  compatibility: Compatibility,
  subjects: readonly string[],
  related: readonly RelatedPlace[] = [],
): ChangeFinding {
  const { severity, message, help } = catalog[code];
  const values: Readonly<Record<string, string | number>> = parameters;
  return {
    ...compatibility,
    subjects: [...new Set(subjects)],
    diagnostic: {
      code,
      severity,
      message: fillTemplate(message, values),
      help: fillTemplate(help, values) || undefined,
      span,
      related,
      replacement: undefined,
    },
  };
}
