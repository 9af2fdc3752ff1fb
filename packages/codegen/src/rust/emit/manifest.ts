/** The Cargo.toml of a generated crate: the dependencies that its modules need. */
import type { Model, PrimitiveName, Type } from "../../model/model.js";
import { innerTypes, serviceTypes, withoutAliases } from "../../model/parts.js";
import { memberTypes } from "../../schema/index.js";

/** Whether cargo takes a name for a package. */
export function isPackageName(name: string): boolean {
  return /^[a-z][a-z0-9_-]{0,63}$/i.test(name);
}

/** Begins a crate around the modules of `emitRust`. @param name of the package: see `isPackageName` */
export function rustManifest(model: Model, name: string): string {
  const used = primitivesOf(model);
  const hasTimeDelta = used.has("timedelta");
  const facet = hasTimeDelta ? '{ version = "=0.46.4", features = ["chrono"] }' : '"=0.46.4"';
  const dependencies = [
    ...(hasTimeDelta ? ['chrono = { version = "0.4", default-features = false }'] : []),
    `facet = ${facet}`,
    ...(used.has("value") ? ['facet-value = "=0.46.0"'] : []),
    'vox = { version = "=0.8.2", default-features = false, features = ["runtime"] }',
  ];
  return [
    "# Begun by vox-gen, and yours: a second run leaves this file as it is.",
    "[package]",
    `name = "${name}"`,
    'version = "0.1.0"',
    'edition = "2024"',
    "",
    "# vox 0.8.2 needs museair 0.4.0, which its author has withdrawn. Cargo takes a withdrawn version from a Cargo.lock alone:",
    "# copy one that names it, such as that of your workspace, and keep it.",
    "[dependencies]",
    ...dependencies,
    "",
  ].join("\n");
}

function primitivesOf({ files }: Model): ReadonlySet<PrimitiveName> {
  const found = new Set<PrimitiveName>();
  const visit = (type: Type): void => {
    const seen = withoutAliases(type);
    if (seen.kind === "primitive") found.add(seen.name);
    else if (seen.kind === "payload") visit(seen.content);
    else innerTypes(seen).forEach(visit);
  };
  for (const { types, services } of files) {
    for (const declaration of types) memberTypes<Type>(declaration).forEach(visit);
    for (const service of services) serviceTypes(service).forEach(visit);
  }
  return found;
}
