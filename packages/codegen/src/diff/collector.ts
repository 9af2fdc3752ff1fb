/** Gathers findings: one change of a type that many methods carry is one finding. */
import type { DiagnosticParameters } from "../diagnostics/catalog.js";
import type { RelatedPlace } from "../diagnostics/report.js";
import { worst } from "./change.js";
import {
  type ChangeCode,
  type ChangeFinding,
  type Compatibility,
  finding,
  type HarmlessChange,
  type SchemaLocation,
} from "./finding.js";

/** Places of a change that are named. */
const maxNamed = 3;

interface Gathered {
  readonly finding: ChangeFinding;
  /** Further places: `Catalog.get response`. */
  readonly others: Set<string>;
  readonly subjects: Set<string>;
  compatibility: Compatibility;
}

interface GatheredHarmless {
  readonly where: string;
  readonly text: string;
  readonly others: Set<string>;
  readonly subjects: Set<string>;
}

export class Collector {
  readonly #found = new Map<string, Gathered>();
  readonly #harmless = new Map<string, GatheredHarmless>();

  /**
   * Adds a finding.
   *
   * @param key equal for findings that say the same of several places
   * @param where the place of this one
   */
  add<Code extends ChangeCode>(
    key: string,
    where: string,
    code: Code,
    span: SchemaLocation,
    parameters: DiagnosticParameters<Code>,
    compatibility: Compatibility,
    subjects: readonly string[],
    related: readonly RelatedPlace[] = [],
  ): void {
    const full = `${code} ${key}`;
    const known = this.#found.get(full);
    if (known === undefined) {
      const made = finding(code, span, parameters, compatibility, subjects, related);
      this.#found.set(full, { finding: made, others: new Set(), subjects: new Set(subjects), compatibility });
      return;
    }
    if (!known.finding.diagnostic.message.startsWith(`${where}:`)) known.others.add(where);
    for (const subject of subjects) known.subjects.add(subject);
    known.compatibility = {
      oldClient: worst(known.compatibility.oldClient, compatibility.oldClient),
      newClient: worst(known.compatibility.newClient, compatibility.newClient),
    };
  }

  /** Adds a harmless change. */
  addHarmless(key: string, where: string, text: string, subjects: readonly string[]): void {
    const known = this.#harmless.get(key);
    if (known === undefined) {
      this.#harmless.set(key, { where, text, others: new Set(), subjects: new Set(subjects) });
      return;
    }
    if (known.where !== where) known.others.add(where);
    for (const subject of subjects) known.subjects.add(subject);
  }

  /** In the order in which they were added. */
  findings(): readonly ChangeFinding[] {
    return [...this.#found.values()].map(({ finding: made, others, subjects, compatibility }) => {
      const { diagnostic } = made;
      const also = alsoText(others);
      const help = [diagnostic.help, also].filter((text) => text !== undefined).join("; ") || undefined;
      return { ...compatibility, subjects: [...subjects], diagnostic: { ...diagnostic, help } };
    });
  }

  harmlessChanges(): readonly HarmlessChange[] {
    return [...this.#harmless.values()].map(({ where, text, others, subjects }) => {
      const also = alsoText(others);
      const place = where === "" ? "" : `${where}: `;
      return { text: `${place}${text}${also === undefined ? "" : ` (${also})`}`, subjects: [...subjects] };
    });
  }
}

function alsoText(others: ReadonlySet<string>): string | undefined {
  if (others.size === 0) return undefined;
  const named = [...others].slice(0, maxNamed).join(", ");
  const more = others.size - maxNamed;
  return `the same in ${named}${more > 0 ? ` and ${more} more` : ""}`;
}
