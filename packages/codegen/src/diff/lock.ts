/**
 * The lock file: the contract between the peers of a project's services, as a text that people can review and compare
 * without version control. It holds the reachable declarations in one layout, each announcement with ids and a
 * fingerprint. It compiles again, so a comparison with a lock finds the same as one with the sources.
 */
import { assemblePayload, type TypeRef, typeIdText, typeRefKey } from "@voxrpc/runtime/internal/schema";
import { compile } from "../compile.js";
import { memoryHost } from "../host/memory-host.js";
import { normalizePath } from "../host/path.js";
import type { Model, ModelFile, TypeDeclaration } from "../model/model.js";
import { hash64 } from "../schema/hash.js";
import { methodSchemas, type TypeSchemas, typeSchemas } from "../schema/index.js";
import type { FileNode } from "../syntax/ast.js";
import { mergeMarkers } from "../syntax/merge-markers.js";
import { type NameOf, printDeclaration, printMethod } from "./print-schema.js";
import { importsOf, reachableTypes } from "./reachable.js";
import { type ContractSide, openSide, type SideMethod } from "./sides.js";

const lockMark = "// vox.lock: ";
const header = [
  "// vox.lock: what the peers of these services agree on. `vox-gen lock` writes it: review its changes, do not edit it.",
  "// version 1",
];
const fileMark = "//=== ";

/**
 * The lock of a model. Equal contracts give equal bytes: comments, layout and types that no service uses do not count.
 *
 * @param base absolute folder that the paths in the lock are relative to
 */
export function writeLock(model: Model, base: string): string {
  const side = openSide(model, base);
  const reachable = reachableTypes(model);
  const kept = model.files
    .map((file) => ({
      file,
      path: side.pathOf(file),
      types: file.types.filter((type) => reachable.has(type)),
    }))
    .filter(({ file, types }) => types.length > 0 || file.services.length > 0)
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const sections = kept.map(({ file, path, types }) => fileLines(file, path, types, side));
  return `${[...header, ...sections.flatMap((lines) => ["", ...lines])].join("\n")}\n`;
}

function fileLines(
  file: ModelFile,
  path: string,
  types: readonly TypeDeclaration[],
  side: ContractSide,
): readonly string[] {
  const imported = [...importsOf(file, types)]
    .map(([owner, declared]) => ({ from: specifier(path, side.pathOf(owner)), declared }))
    .sort((a, b) => (a.from < b.from ? -1 : 1));
  const names = localNames(
    file,
    types,
    imported.flatMap(({ declared }) => declared),
  );
  const nameOf = (type: TypeDeclaration): string => names.get(type) ?? type.name;
  const imports = imported
    .map(({ from, declared }) => {
      const list = declared.map((type) =>
        nameOf(type) === type.name ? type.name : `${type.name} as ${nameOf(type)}`,
      );
      return `import { ${list.join(", ")} } from "${from}"`;
    })
    .sort();
  const declarations = types.map((type) => [...idLines(type, side), ...printDeclaration(type, nameOf)]);
  const services = file.services.map((service) => {
    // Not the methods of the side by id: two files may declare different versions of the same service.
    const methods = service.methods.map((method) => ({
      method,
      schemas: methodSchemas(service, method, side.cache),
    }));
    return [`service ${service.name} {`, ...methods.flatMap((method) => methodLines(method, nameOf)), "}"];
  });
  const blocks = [...(imports.length === 0 ? [] : [imports]), ...declarations, ...services];
  return [`${fileMark}${path}`, ...blocks.flatMap((lines) => ["", ...lines])];
}

/** Names of imported types where the file already has a type of that name. Names in the source do not matter. */
function localNames(
  file: ModelFile,
  types: readonly TypeDeclaration[],
  imported: readonly TypeDeclaration[],
): ReadonlyMap<TypeDeclaration, string> {
  const taken = new Set([...types, ...file.services, ...imported].map(({ name }) => name));
  const own = new Set([...types, ...file.services].map(({ name }) => name));
  const found = new Map<TypeDeclaration, string>();
  for (const type of imported) {
    let { name } = type;
    for (let number = 2; own.has(name); number++)
      name = taken.has(`${type.name}${number}`) ? name : `${type.name}${number}`;
    own.add(name);
    found.set(type, name);
  }
  return found;
}

function idLines(type: TypeDeclaration, side: ContractSide): readonly string[] {
  if (type.kind === "alias" || type.parameters.length > 0) return [];
  const { root } = typeSchemas({ kind: "named", declaration: type, args: [] }, side.cache);
  return root.tag === "var" ? [] : [`// type ${typeIdText(root.typeId)}`];
}

function methodLines(
  { method, schemas }: Pick<SideMethod, "method" | "schemas">,
  nameOf: NameOf,
): readonly string[] {
  return [
    `  // id ${typeIdText(schemas.methodId)}`,
    `  //   arguments ${rootText(schemas.args)}`,
    `  //   response  ${rootText(schemas.response)}`,
    `  ${printMethod(method, nameOf)}`,
  ];
}

/** Root, and what is announced with it. */
function rootText({ root, schemas }: TypeSchemas): string {
  const count = schemas.length === 1 ? "1 schema" : `${schemas.length} schemas`;
  return `${refText(root)}, ${count}, blake3 ${typeIdText(fingerprint({ root, schemas }))}`;
}

function refText(ref: TypeRef): string {
  if (ref.tag === "var") return typeRefKey(ref);
  const args = ref.args.length === 0 ? "" : `<${ref.args.map(refText).join(", ")}>`;
  return `${typeIdText(ref.typeId)}${args}`;
}

/** Hash of the CBOR that a peer announces. Unlike the ids, it covers all of the announcement. */
export function fingerprint({ root, schemas }: TypeSchemas): bigint {
  return hash64(assemblePayload(schemas.map(({ cbor }) => cbor), root)); // biome-ignore format: one call
}

function specifier(from: string, to: string): string {
  const here = from.split("/").slice(0, -1);
  const there = to.split("/");
  let shared = 0;
  while (shared < here.length && shared < there.length - 1 && here[shared] === there[shared]) shared += 1;
  const up = here.slice(shared).map(() => "..");
  return [...(up.length === 0 ? ["."] : up), ...there.slice(shared)].join("/");
}

/** Whether a text is a lock, of any version, also one that a merge has left its markers in. */
export function isLock(text: string): boolean {
  return plainLock(text)
    .split("\n", linesBeforeMark)
    .some((line) => line.startsWith(lockMark));
}

/** A merge may have put its marker, or one of two first lines, before it. */
const linesBeforeMark = 5;

/** The text of a lock, without the additions of an editor or of a checkout on another system. */
export function plainLock(text: string): string {
  return text.replace(/^\ufeff/, "").replaceAll("\r\n", "\n");
}

/** A lock that was read: compiled, or what is wrong with it. */
export type OpenedLock =
  | { readonly model: Model; readonly files: readonly FileNode[]; readonly problem?: undefined }
  | { readonly problem: string };

/**
 * Compiles a lock.
 *
 * @param folder absolute folder for the files of the lock, for spans: no other file is in it
 */
export function openLock(text: string, folder: string): OpenedLock {
  const plain = plainLock(text);
  const marker = mergeMarkers(plain)[0];
  if (marker !== undefined)
    return {
      problem: `a merge left its markers in it, in line ${plain.slice(0, marker.start).split("\n").length}`,
    };
  const [first, version] = plain.split("\n");
  if (first !== header[0]) return { problem: "it is no lock file: its first line is another" };
  if (version !== header[1])
    return { problem: `it says \`${version}\`; this version of vox-gen reads version 1` };
  const files = new Map<string, string>();
  for (const section of plain.split(`\n${fileMark}`).slice(1)) {
    const end = section.indexOf("\n");
    files.set(normalizePath(`${folder}/${section.slice(0, end)}`), section.slice(end + 1));
  }
  const { model, diagnostics, files: nodes } = compile(memoryHost(files), [...files.keys()]);
  if (model === undefined) {
    const error = diagnostics.find(({ severity }) => severity === "error");
    return { problem: `it does not compile: ${error?.message ?? "no reason"}` };
  }
  if (writeLock(model, folder) !== plain) {
    return { problem: "its ids do not belong to its declarations: it was edited by hand, or merged" };
  }
  return { model, files: nodes };
}
