/** Types and services that moved to another file. A move is no rename, because files are not on the wire. */
import type { ModelFile } from "../model/model.js";
import type { Collector } from "./collector.js";
import type { ContractSide } from "./sides.js";

/** Reports types and services that moved as harmless on the wire. */
export function compareFiles(older: ContractSide, newer: ContractSide, collector: Collector): void {
  for (const { kind, name, from, to } of movedDeclarations(older, newer)) {
    const text = `${kind} ${name} moved from ${from} to ${to}: files are not on the wire`;
    collector.addHarmless(`moved ${name}`, "", text, [name]);
  }
}

export interface MovedDeclaration {
  readonly kind: "type" | "service";
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** Types, then services, of a name that each version has once, in different files. */
export function movedDeclarations(older: ContractSide, newer: ContractSide): readonly MovedDeclaration[] {
  return (["type", "service"] as const).flatMap((kind) => {
    const [before, after] = [onlyOnes(older, kind), onlyOnes(newer, kind)];
    return [...before].flatMap(([name, file]) => {
      const other = after.get(name);
      if (other === undefined) return [];
      const [from, to] = [older.pathOf(file), newer.pathOf(other)];
      return from === to ? [] : [{ kind, name, from, to }];
    });
  });
}

function onlyOnes({ model }: ContractSide, kind: "type" | "service"): ReadonlyMap<string, ModelFile> {
  const found = new Map<string, ModelFile>();
  const twice = new Set<string>();
  for (const file of model.files) {
    for (const { name } of kind === "type" ? file.types : file.services) {
      if (found.has(name)) twice.add(name);
      found.set(name, file);
    }
  }
  for (const name of twice) found.delete(name);
  return found;
}
