/** Findings of the import about Rust sources, and the types that a user gives for types that it cannot see. */
import type { DiagnosticCode, DiagnosticParameters } from "../diagnostics/catalog.js";
import type { Reporter } from "../diagnostics/report.js";
import type { Span } from "../source/span.js";

/** Types of the language by paths of Rust, as `--map` gives them. */
export class TypeMap {
  readonly #types: ReadonlyMap<string, string>;
  readonly #used = new Set<string>();

  constructor(types: ReadonlyMap<string, string>) {
    this.#types = types;
  }

  /** The type for the first of some spellings of a path. */
  find(...spellings: readonly (readonly string[])[]): string | undefined {
    for (const segments of spellings) {
      const key = segments.join("::");
      const found = this.#types.get(key);
      if (found === undefined) continue;
      this.#used.add(key);
      return found;
    }
    return undefined;
  }

  /** Paths that no type of the sources had. */
  unused(): readonly string[] {
    return [...this.#types.keys()].filter((key) => !this.#used.has(key));
  }
}

/** Reports each finding at one place once: several services reach the same types. */
export class Findings {
  readonly #reporter: Reporter;
  readonly #seen = new Set<string>();

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  report<Code extends DiagnosticCode>(code: Code, span: Span, parameters: DiagnosticParameters<Code>): void {
    const key = `${code} ${span.file} ${span.start}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#reporter.report(code, span, parameters);
  }
}
