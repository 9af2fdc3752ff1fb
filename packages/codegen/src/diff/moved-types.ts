/** Types that stand in another file than before: told apart from renames, because files are not on the wire. */
import type { TypeDeclaration } from "../model/model.js";
import type { Collector } from "./collector.js";
import type { ContractSide } from "./sides.js";

/** Reports types and services that moved as harmless on the wire. */
export function compareFiles(older: ContractSide, newer: ContractSide, collector: Collector): void {
  for (const { name, from, to } of movedTypes(older, newer)) {
    const text = `type ${name} moved from ${from} to ${to}: files are not on the wire`;
    collector.addHarmless(`moved ${name}`, "", text, [name]);
  }
  for (const service of older.services.values()) {
    const other = [...newer.services.values()].find(({ name }) => name === service.name);
    const [from, to] = [older.pathOf(service.file), other === undefined ? "" : newer.pathOf(other.file)];
    if (other === undefined || from === to) continue;
    const text = `service ${service.name} moved from ${from} to ${to}: files are not on the wire`;
    collector.addHarmless(`moved ${service.name}`, "", text, [service.name]);
  }
}

export interface MovedType {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** Types of a name that each version has once, in different files. */
export function movedTypes(older: ContractSide, newer: ContractSide): readonly MovedType[] {
  const [before, after] = [onlyOnes(older), onlyOnes(newer)];
  return [...before].flatMap(([name, type]) => {
    const other = after.get(name);
    if (other === undefined) return [];
    const [from, to] = [older.pathOf(type.file), newer.pathOf(other.file)];
    return from === to ? [] : [{ name, from, to }];
  });
}

function onlyOnes({ model }: ContractSide): ReadonlyMap<string, TypeDeclaration> {
  const found = new Map<string, TypeDeclaration>();
  const twice = new Set<string>();
  for (const type of model.files.flatMap((file) => file.types)) {
    if (found.has(type.name)) twice.add(type.name);
    found.set(type.name, type);
  }
  for (const name of twice) found.delete(name);
  return found;
}
