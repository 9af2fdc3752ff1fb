/**
 * Which file of the output holds which declaration: one file a crate. Crates cannot depend on each other in a circle.
 */
import type { DraftDeclaration, DraftFile, DraftService } from "../print/draft.js";
import type { Declared } from "./declarations.js";
import type { Findings } from "./findings.js";
import type { Module } from "./modules.js";
import { rootOf } from "./resolve.js";

export interface Arranged {
  readonly files: readonly DraftFile[];
  readonly fileOf: (declaration: DraftDeclaration) => DraftFile;
}

interface ModuleFile {
  readonly file: DraftFile & { declarations: DraftDeclaration[]; services: DraftService[] };
  readonly names: Set<string>;
}

export function arrange(
  services: readonly { readonly service: DraftService; readonly module: Module }[],
  declared: readonly Declared[],
  findings: Findings,
): Arranged {
  const parts = new Map<string, ModuleFile>();
  const files = new Map<DraftDeclaration, DraftFile>();
  const partOf = (module: Module): ModuleFile => {
    const { name } = module.crate;
    const known = parts.get(name);
    if (known !== undefined) return known;
    const part: ModuleFile = {
      file: {
        name: `${name}.vox`,
        packageName: name,
        docs: [],
        declarations: [],
        services: [],
      },
      names: new Set(),
    };
    parts.set(name, part);
    return part;
  };
  const names = new Map<string, string>();
  for (const { declaration, module, trail, span } of inSourceOrder(declared)) {
    const { file } = partOf(module);
    const { name } = declaration;
    const known = names.get(name);
    if (known !== undefined) findings.report("VOX6015", span, { name, path: String(trail) });
    names.set(name, file.name);
    file.declarations.push(declaration);
    files.set(declaration, file);
  }
  for (const { service, module } of services) partOf(module).file.services.push(service);
  return {
    files: [...parts.values()].map(({ file }) => file).sort((a, b) => (a.name < b.name ? -1 : 1)),
    fileOf: (declaration) => {
      const file = files.get(declaration);
      if (file === undefined) throw new Error(`${declaration.name} is in no file`);
      return file;
    },
  };
}

/** By crate, then by file and place: stable, whatever service reaches a type first. */
function inSourceOrder(declared: readonly Declared[]): readonly Declared[] {
  const order = (one: Declared): readonly [string, string, number] => [
    rootOf(one.module).crate.name,
    one.span.file,
    one.span.start,
  ];
  return [...declared].sort((a, b) => {
    const [left, right] = [order(a), order(b)];
    for (const at of [0, 1] as const) if (left[at] !== right[at]) return left[at] < right[at] ? -1 : 1;
    return left[2] - right[2];
  });
}
