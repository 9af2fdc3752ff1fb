/** Declarations that the services of a model use, aliases included. */

import type { Model, ModelFile, Type, TypeDeclaration } from "../model/model.js";
import { serviceTypes, writtenTypes } from "../model/parts.js";
import { memberTypes } from "../schema/index.js";

/** The declarations that services and their types name, at any depth. */
export function reachableTypes({ files }: Model): ReadonlySet<TypeDeclaration> {
  const found = new Set<TypeDeclaration>();
  const pending: Type[] = files.flatMap((file) => file.services.flatMap(serviceTypes));
  for (let type = pending.pop(); type !== undefined; type = pending.pop()) {
    pending.push(...writtenTypes(type));
    if (type.kind !== "named" && type.kind !== "alias") continue;
    if (found.has(type.declaration)) continue;
    found.add(type.declaration);
    pending.push(...memberTypes<Type>(type.declaration));
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
    }
    writtenTypes(type).forEach(visit);
  };
  for (const declaration of types) memberTypes<Type>(declaration).forEach(visit);
  for (const service of file.services) serviceTypes(service).forEach(visit);
  const byName = (a: TypeDeclaration, b: TypeDeclaration): number => (a.name < b.name ? -1 : 1);
  return new Map([...found].map(([owner, declarations]) => [owner, [...declarations].sort(byName)]));
}
