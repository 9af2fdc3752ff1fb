/** Declarations that the services of a model use, aliases included. */

import { elementTypes } from "../model/channels.js";
import type { Model, ModelFile, Type, TypeDeclaration } from "../model/model.js";
import { memberTypes, serviceTypes } from "./print-schema.js";

/** The declarations that services and their types name, at any depth. */
export function reachableTypes({ files }: Model): ReadonlySet<TypeDeclaration> {
  const found = new Set<TypeDeclaration>();
  const pending: Type[] = files.flatMap((file) => file.services.flatMap(serviceTypes));
  for (let type = pending.pop(); type !== undefined; type = pending.pop()) {
    pending.push(...elementTypes(type));
    if (type.kind !== "named" && type.kind !== "alias") continue;
    pending.push(...type.args);
    if (found.has(type.declaration)) continue;
    found.add(type.declaration);
    pending.push(...memberTypes(type.declaration));
  }
  return found;
}

/** Declarations that the kept parts of a file take from other files, by file, sorted by name. */
export function importsOf(
  file: ModelFile,
  types: readonly TypeDeclaration[],
): ReadonlyMap<ModelFile, readonly TypeDeclaration[]> {
  const found = new Map<ModelFile, Set<TypeDeclaration>>();
  const visit = (type: Type): void => {
    if (type.kind === "named" || type.kind === "alias") {
      const owner = type.declaration.file;
      if (owner !== file) {
        const declarations = found.get(owner) ?? new Set();
        declarations.add(type.declaration);
        found.set(owner, declarations);
      }
      type.args.forEach(visit);
    }
    elementTypes(type).forEach(visit);
  };
  for (const declaration of types) memberTypes(declaration).forEach(visit);
  for (const service of file.services) serviceTypes(service).forEach(visit);
  const byName = (a: TypeDeclaration, b: TypeDeclaration): number => (a.name < b.name ? -1 : 1);
  return new Map([...found].map(([owner, declarations]) => [owner, [...declarations].sort(byName)]));
}
