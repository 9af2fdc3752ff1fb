/** The Rust target: one module a schema file, and a `mod.rs` in each folder. */
import { type Diagnostic, Reporter } from "../../diagnostics/report.js";
import type { EmitOptions, EmittedFile } from "../../emit/emitter.js";
import { schemaPath } from "../../emit/schema-path.js";
import { originLines } from "../../emit/typescript/header.js";
import { channelHolders } from "../../model/channels.js";
import type { Field, Model, ModelFile, TypeDeclaration, Variant } from "../../model/model.js";
import { Boxes } from "../../schema/boxes.js";
import { docLines, typeLines } from "./declaration-text.js";
import { moduleName, standardPaths } from "./names.js";
import { serviceLines } from "./service-text.js";
import { reportTrouble } from "./trouble.js";
import { TypeWriter } from "./type-text.js";

/** Reports features of schemas that Rust or vox 0.8.2 lacks. Modules of schemas with an error here do not compile. */
export function findTrouble(model: Model): readonly Diagnostic[] {
  const reporter = new Reporter();
  reportTrouble(model, reporter);
  return reporter.sorted();
}

/**
 * Rust modules of every schema file, as rustfmt leaves them. Pure: equal inputs give equal bytes.
 *
 * @throws RangeError when a schema file is on another drive than `options.baseDirectory`
 */
export function emitRust(model: Model, options: EmitOptions): readonly EmittedFile[] {
  const paths = new Map(model.files.map((file) => [file, modulePath(file, options)]));
  const boxes = new Boxes();
  const holders = channelHolders(model.files.flatMap(({ types }) => types));
  const modules = model.files.map((file) => {
    const path = paths.get(file) ?? [];
    const emitted = { path: `${path.join("/")}.rs`, source: file.path };
    const lines = headerOf(file, emitted, options);
    return { ...emitted, text: moduleText(file, lines, { boxes, holders, paths }) };
  });
  return [...modules, ...folderModules(paths, options)];
}

interface Context {
  readonly boxes: Boxes;
  readonly holders: ReadonlySet<TypeDeclaration>;
  readonly paths: ReadonlyMap<ModelFile, readonly string[]>;
}

function headerOf(
  file: ModelFile,
  emitted: Pick<EmittedFile, "path" | "source">,
  options: EmitOptions,
): readonly string[] {
  const header = options.header?.(emitted) ?? { command: options.command };
  return originLines(file, schemaPath(file, options.baseDirectory), header);
}

function moduleText(file: ModelFile, header: readonly string[], context: Context): string {
  const writer = new TypeWriter(file, context.boxes);
  const blocks = [
    ...file.types.map((type) => typeLines(type, writer, context.holders.has(type))),
    ...file.services.map((service) => serviceLines(service, writer)),
  ];
  const docs = docLines(file.docs, "").map((line) => `//!${line.slice(3)}`);
  const uses = useBlocks(writer, file, context.paths);
  const parts = [docs, allowed(file), ...uses, ...blocks].filter((lines) => lines.length > 0);
  return `${[header, ...parts].map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** Names of the wire need not follow the conventions of Rust, and a type may use what is deprecated. */
function allowed(file: ModelFile): readonly string[] {
  const members = file.types.flatMap((type): readonly (Field | Variant)[] =>
    type.kind === "struct" ? type.fields : type.kind === "enum" ? type.variants : [],
  );
  const all = [...file.types, ...members, ...file.services];
  const hasDeprecated = all.some(({ deprecated }) => deprecated !== undefined);
  const names = [...(hasDeprecated ? ["deprecated"] : []), "non_camel_case_types", "non_snake_case"];
  return [`#![allow(${names.join(", ")})]`];
}

function useBlocks(
  { standard, imported }: TypeWriter,
  file: ModelFile,
  paths: Context["paths"],
): readonly (readonly string[])[] {
  const collections = ["BTreeMap", "BTreeSet"].filter((name) => standard.has(name));
  const channels = ["Rx", "Tx"].filter((name) => standard.has(name));
  const std = [
    ...(collections.length > 0 ? [`use std::collections::${braced(collections)};`] : []),
    ...(standard.has("Infallible") ? [`use ${(standardPaths["Infallible"] ?? "").slice(2)};`] : []),
  ];
  const crates = [
    ...(standard.has("Facet") ? ["use facet::Facet;"] : []),
    ...(channels.length > 0 ? [`use vox::${braced(channels)};`] : []),
  ];
  const own = paths.get(file) ?? [];
  const local = [...imported].map(([target, names]) => {
    const path = paths.get(target) ?? [];
    return `use ${relativeModule(own, path)}::${braced([...names].sort())};`;
  });
  return [std, crates, local.sort()];
}

function braced(names: readonly string[]): string {
  return names.length === 1 ? (names[0] ?? "") : `{${names.join(", ")}}`;
}

/** The path of a module seen from another one, wherever both are put. */
function relativeModule(from: readonly string[], to: readonly string[]): string {
  let shared = 0;
  while (shared < from.length - 1 && shared < to.length - 1 && from[shared] === to[shared]) shared += 1;
  return [...from.slice(shared).map(() => "super"), ...to.slice(shared)].join("::");
}

/** Folders and module of a schema file. */
function modulePath(file: ModelFile, options: EmitOptions): readonly string[] {
  const parts = schemaPath(file, options.baseDirectory)
    .replace(/\.vox$/, "")
    .split("/");
  return parts.map((part) => (part === ".." ? "_up" : moduleName(part)));
}

/** A `mod.rs` for each folder, made of the first schema below it. */
function folderModules(
  paths: ReadonlyMap<ModelFile, readonly string[]>,
  options: EmitOptions,
): readonly EmittedFile[] {
  const folders = new Map<string, { readonly file: ModelFile; readonly names: Set<string> }>();
  for (const [file, path] of [...paths].sort(([a], [b]) => (a.path < b.path ? -1 : 1)))
    path.forEach((name, depth) => {
      const folder = path.slice(0, depth).join("/");
      const known = folders.get(folder) ?? { file, names: new Set() };
      known.names.add(name);
      folders.set(folder, known);
    });
  return [...folders].map(([folder, { file, names }]) => {
    const emitted = { path: folder === "" ? "mod.rs" : `${folder}/mod.rs`, source: file.path };
    const lines = [...names].sort().map((name) => `pub mod ${name};`);
    return { ...emitted, text: `${[...headerOf(file, emitted, options), "", ...lines].join("\n")}\n` };
  });
}
