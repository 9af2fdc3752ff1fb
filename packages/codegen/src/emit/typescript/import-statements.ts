/** The import statements of a generated file. */
import { group, type Layout } from "../layout.js";
import type { PlannedImport } from "./file-plan.js";
import { stringLiteral } from "./foreign-text.js";

/** The statements by specifier, then name: types apart. */
export function importStatements(imports: readonly PlannedImport[]): readonly Layout[] {
  const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  const sorted = [...imports].sort((a, b) => byText(a.specifier, b.specifier) || byText(a.name, b.name));
  return [...new Set(sorted.map(({ specifier }) => specifier))].flatMap((specifier) => {
    const own = sorted.filter((entry) => entry.specifier === specifier);
    const statement = (keyword: string, entries: readonly PlannedImport[]): readonly Layout[] =>
      entries.length === 0
        ? []
        : [group(`${keyword} {`, entries.map(clause), `} from ${stringLiteral(specifier)};`, " ")];
    return [
      ...statement("import type", own.filter(({ isType }) => isType)), // biome-ignore format: one call
      ...statement("import", own.filter(({ isType }) => !isType)), // biome-ignore format: one call
    ];
  });
}

function clause({ name, local }: PlannedImport): string {
  return name === local ? name : `${name} as ${local}`;
}
