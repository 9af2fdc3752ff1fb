/** The TypeScript target: one readable `NAME.vox.ts` a schema file. */
import { parentPath } from "../../host/path.js";
import type { Model, Service } from "../../model/model.js";
import type { EmitOptions, EmittedFile } from "../emitter.js";
import type { Layout } from "../layout.js";
import { schemaPath } from "../schema-path.js";
import { TextWriter } from "../text-writer.js";
import { clientText } from "./client.js";
import { declarationText } from "./declarations.js";
import { moduleDocs } from "./docs.js";
import { FileScope } from "./file-scope.js";
import { codecConstant, declaredCodec, itemConstant, partTexts } from "./functions.js";
import { genericCodec } from "./generic-codec.js";
import { dispatcherText, handlerText } from "./handler.js";
import { headerLines } from "./header.js";
import { importStatements } from "./import-statements.js";
import { planFile } from "./plan-file.js";
import { ProgramScope } from "./program-scope.js";
import { methodConstant, serviceConstant } from "./service.js";
import { schemaConstants } from "./wire-data.js";

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
    return { ...emitted, text: fileText(new FileScope(file, program, planFile(file, program)), lines) };
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
  const { types: declarations, services } = file.file;
  const writer = new TextWriter();
  writer.add(...header).gap();
  const about = moduleDocs(file.file);
  if (about.length > 0) writer.add(...about).gap();
  if (declarations.length > 0 || services.length > 0) {
    writer.add('import * as $ from "@voxrpc/runtime/gen/v1";').add(...importStatements(file.plan.imports));
  } else {
    writer.add("export {};");
  }
  const add = (title: string, sections: Section): void => {
    const filled = sections.filter((section) => section.length > 0);
    if (filled.length === 0) return;
    writer.gap().add(`// --- ${title} ---`);
    for (const section of filled) writer.gap().add(...section);
  };
  add("types", declarations.map((declaration) => declarationText(declaration, file))); // biome-ignore format: one call
  add("clients and handlers", services.flatMap((service) => surfaceTexts(service, file))); // biome-ignore format: one call
  add("shapes and codecs", [
    ...declarations.flatMap((declaration) => declaredCodec(declaration, file)),
    ...partTexts(file).map(({ text }) => [text]),
    ...declarations.map((declaration) => [
      ...codecConstant(declaration, file),
      ...genericCodec(declaration, file),
    ]),
  ]);
  add("items of channels", [[...file.plan.items].map(([element, name]) => itemConstant(element, name, file))]); // biome-ignore format: one call
  add("schemas, ready for the wire", [schemaConstants(file)]);
  add("methods and services", [
    ...services.flatMap((service) => methodTexts(service, file)),
    ...services.flatMap((service) => [serviceConstant(service, file), dispatcherText(service, file)]),
  ]);
  return writer.toString();
}

function surfaceTexts(service: Service, file: FileScope): Section {
  return [handlerText(service, file), ...clientText(service, file)];
}

function methodTexts(service: Service, file: FileScope): Section {
  return [...file.service(service).methods].map(([method, names]) =>
    methodConstant(service, method, names, file),
  );
}
