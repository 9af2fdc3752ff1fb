/** The TypeScript target: one readable `NAME.vox.ts` a schema file. */
import { parentPath } from "../../host/path.js";
import type { Model } from "../../model/model.js";
import type { EmitOptions, EmittedFile } from "../emitter.js";
import type { Layout } from "../layout.js";
import { schemaPath } from "../schema-path.js";
import { TextWriter } from "../text-writer.js";
import { clientText } from "./client.js";
import { declarationText } from "./declarations.js";
import { moduleDocs } from "./docs.js";
import { FileScope, ProgramScope } from "./file-scope.js";
import { codecConstant, declaredCodec, itemConstant, partTexts } from "./functions.js";
import { genericCodec } from "./generic-codec.js";
import { dispatcherText, handlerText } from "./handler.js";
import { headerLines } from "./header.js";
import { SchemaConstants } from "./plan.js";
import { methodConstant, serviceConstant } from "./service.js";

/**
 * Generated files of every schema file of a model, in the order of the model. Pure: equal inputs give equal bytes.
 *
 * @throws RangeError when a schema file is on another drive than `options.baseDirectory`
 */
export function emitTypeScript(model: Model, options: EmitOptions): readonly EmittedFile[] {
  const extension = options.importExtension ?? ".js";
  const schemas = new Map(model.files.map((file) => [file, schemaPath(file, options.baseDirectory)]));
  const outputs = new Map([...schemas].map(([file, path]) => [file, outputPath(path)]));
  const program = new ProgramScope(
    (from, to) => `${relativeSpecifier(outputs.get(from) ?? "", outputs.get(to) ?? "")}${extension}`,
  );
  return model.files.map((file) => {
    const emitted = { path: `${outputs.get(file) ?? ""}.ts`, source: file.path };
    const header = options.header?.(emitted) ?? { command: options.command };
    const lines = headerLines(file, schemas.get(file) ?? "", header);
    return { ...emitted, text: fileText(new FileScope(file, program), lines) };
  });
}

/** Below the output folder, wherever the schema is. */
function outputPath(schema: string): string {
  return schema.replace(/^(\.\.\/)+/, (up) => up.replaceAll("..", "_up"));
}

/** How one file of the output names another, without the extension. */
function relativeSpecifier(from: string, to: string): string {
  const here = parentPath(`/${from}`).split("/").filter(Boolean);
  const there = to.split("/");
  let shared = 0;
  while (shared < here.length && shared < there.length - 1 && here[shared] === there[shared]) shared += 1;
  const up = here.slice(shared).map(() => "..");
  return [...(up.length === 0 ? ["."] : up), ...there.slice(shared)].join("/");
}

type Section = readonly (readonly Layout[])[];

function fileText(file: FileScope, header: readonly string[]): string {
  const schemas = new SchemaConstants(file);
  const { types: declarations, services } = file.file;
  // The emitter lists the parts after the code that uses them. It knows all imports when everything else is written.
  const types: Section = declarations.map((declaration) => declarationText(declaration, file));
  const surfaces: Section = services.flatMap((service) => [
    handlerText(service, file),
    ...clientText(service, file),
  ]);
  const named: Section = declarations.flatMap((declaration) => declaredCodec(declaration, file));
  const codecs: Section = declarations.map((declaration) => [
    ...codecConstant(declaration, file),
    ...genericCodec(declaration, file),
  ]);
  const methods: Section = services.flatMap((service) => methodSections(service, schemas, file));
  const ends: Section = services.flatMap((service) => [
    serviceConstant(service, file),
    dispatcherText(service, file),
  ]);
  const parts = partSections(file);

  const writer = new TextWriter();
  writer.add(...header).gap();
  const about = moduleDocs(file.file);
  if (about.length > 0) writer.add(...about).gap();
  if (declarations.length > 0 || services.length > 0) {
    writer.add('import * as $ from "@voxrpc/runtime/gen/v1";').add(...file.imports.statements());
  } else {
    writer.add("export {};");
  }
  const add = (title: string, sections: Section): void => {
    const filled = sections.filter((section) => section.length > 0);
    if (filled.length === 0) return;
    writer.gap().add(`// --- ${title} ---`);
    for (const section of filled) writer.gap().add(...section);
  };
  add("types", types);
  add("clients and handlers", surfaces);
  add("shapes and codecs", [...named, ...parts.codecs, ...codecs]);
  if (parts.items.length > 0) add("items of channels", [parts.items]);
  const constants = schemas.constants();
  if (constants.length > 0) add("schemas, ready for the wire", [constants]);
  add("methods and services", [...methods, ...ends]);
  return writer.toString();
}

function methodSections(
  service: FileScope["file"]["services"][number],
  schemas: SchemaConstants,
  file: FileScope,
): Section {
  return [...file.service(service).methods].map(([method, names]) =>
    methodConstant(service, method, names, schemas, file),
  );
}

interface PartSections {
  readonly codecs: Section;
  readonly items: readonly Layout[];
}

/** Codecs of composites and items of channels, each of which may request more of the other. */
function partSections(file: FileScope): PartSections {
  const items = new Map<string, Layout>();
  const addItems = (): boolean => {
    const before = items.size;
    for (const [element, name] of file.items()) {
      if (!items.has(name)) items.set(name, itemConstant(element, name, file));
    }
    return items.size > before;
  };
  const codecs = partTexts(file, addItems).map(({ text }) => [text]);
  return { codecs, items: [...items.values()] };
}
