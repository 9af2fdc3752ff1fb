/** Imports of one generated file from others, collected while its code is written. */
import { group, type Layout } from "../layout.js";
import { stringLiteral } from "./foreign-text.js";
import type { Scope } from "./names.js";

interface Import {
  readonly name: string;
  readonly local: string;
  isType: boolean;
}

export class Imports {
  readonly #scope: Scope;
  readonly #bySource = new Map<string, Map<string, Import>>();

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /**
   * The local name of what another file exports.
   *
   * @param specifier of the other file, as it is written
   * @param isType whether it is used as a type only
   */
  use(specifier: string, name: string, isType: boolean): string {
    let names = this.#bySource.get(specifier);
    if (names === undefined) {
      names = new Map();
      this.#bySource.set(specifier, names);
    }
    let entry = names.get(name);
    if (entry === undefined) {
      entry = { name, local: this.#scope.claim(name), isType };
      names.set(name, entry);
    } else if (!isType) {
      entry.isType = false;
    }
    return entry.local;
  }

  /** The import statements, by specifier, then name. */
  statements(): readonly Layout[] {
    const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
    return [...this.#bySource]
      .sort(([a], [b]) => byText(a, b))
      .flatMap(([specifier, names]) => {
        const sorted = [...names.values()].sort((a, b) => byText(a.name, b.name));
        const statement = (keyword: string, entries: readonly Import[]): readonly Layout[] =>
          entries.length === 0
            ? []
            : [group(`${keyword} {`, entries.map(clause), `} from ${stringLiteral(specifier)};`, " ")];
        return [
          ...statement(
            "import type",
            sorted.filter((entry) => entry.isType),
          ),
          ...statement(
            "import",
            sorted.filter((entry) => !entry.isType),
          ),
        ];
      });
  }
}

function clause({ name, local }: Import): string {
  return name === local ? name : `${name} as ${local}`;
}
