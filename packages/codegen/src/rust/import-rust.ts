/** From Rust sources to `.vox` files. Pure: files come from the host alone. */
import { compile } from "../compile.js";
import { type Diagnostic, Reporter } from "../diagnostics/report.js";
import type { Host } from "../host/host.js";
import { memoryHost } from "../host/memory-host.js";
import type { DraftDeclaration, DraftFile, DraftService } from "../print/draft.js";
import { printFile } from "../print/print.js";
import { kebab } from "../schema/kebab.js";
import type { SourceFile } from "../source/source-file.js";
import type { Span } from "../source/span.js";
import { arrange } from "./arrange.js";
import { Findings, TypeMap } from "./findings.js";
import type { ImportInputs } from "./import-inputs.js";
import { TypeLowering, thrownEnum } from "./lower-types.js";
import { type Module, modulesOf, type RustCrate, Sources } from "./modules.js";
import { Resolver } from "./resolve.js";
import { lowerService, roleOf } from "./services.js";

export interface RustImportOptions {
  /** Every crate whose sources are there. */
  readonly crates: readonly RustCrate[];
  /** Names of the crates whose services are imported. */
  readonly wanted: ReadonlySet<string>;
  /** Files whose services are imported; undefined: those of all files of the wanted crates. */
  readonly files?: ReadonlySet<string> | undefined;
  /** The types on the wire for types of Rust, by their paths: `my::Id` → `u64`. */
  readonly types?: ReadonlyMap<string, string> | undefined;
}

export interface ImportedFile {
  /** Name of a `.vox` file. */
  readonly name: string;
  readonly text: string;
  /** Services in it. */
  readonly services: readonly string[];
}

export interface RustImport {
  /** Empty when a diagnostic is an error. */
  readonly files: readonly ImportedFile[];
  readonly diagnostics: readonly Diagnostic[];
  /** Files that places of the diagnostics are in. */
  readonly sources: readonly SourceFile[];
  /** Number of services that were found. */
  readonly services: number;
  /** Functions of the crates that describe the services: `["shop_proto", "api", "shop_service_descriptor"]`. */
  readonly descriptors: readonly (readonly string[])[];
  /** Paths of `types` that no type had. */
  readonly unusedTypes: readonly string[];
}

/** Imports the services of crates with everything that they reach. Never throws for what is in the sources. */
export function importRust(host: Host, options: RustImportOptions): RustImport {
  const reporter = new Reporter();
  const sources = new Sources(host, options.crates, reporter);
  const types = new TypeMap(options.types ?? new Map());
  const findings = new Findings(reporter);
  const workshop: ImportInputs = { sources, resolver: new Resolver(sources), findings, types };
  checkMapped(options.types, reporter);
  const lowering = new TypeLowering(workshop);
  const found: { service: DraftService; module: Module }[] = [];
  const unknown: (() => void)[] = [];
  for (const name of options.wanted) {
    const root = sources.crate(name);
    for (const module of root === undefined ? [] : modulesOf(root)) {
      if (options.files?.has(module.file.source.path) === false) continue;
      for (const trait of module.traits) {
        const role = roleOf(trait, module, workshop);
        if (role.kind === "service") {
          const service = lowerService(trait, module, lowering, workshop);
          if (service !== undefined) found.push({ service, module });
        } else if (role.kind !== "other") {
          const attribute = role.attribute.path.join("::");
          const refuse = (): void =>
            findings.report("VOX6012", role.attribute.span, { name: trait.name.text, attribute });
          if (role.kind === "wrapped") refuse();
          else unknown.push(refuse);
        }
      }
    }
  }
  lowering.declarations.complete();
  markErrors(found.map(({ service }) => service));
  if (found.length === 0 && !reporter.hasErrors) for (const refuse of unknown) refuse();
  const { files, fileOf } = arrange(found, lowering.declarations.all(), findings);
  const printed = reporter.hasErrors ? [] : print(files, fileOf);
  const problems = printed.length === 0 ? undefined : compileProblems(printed);
  return {
    files: reporter.hasErrors || (problems?.diagnostics.length ?? 0) > 0 ? [] : printed,
    diagnostics: [...reporter.sorted(), ...(problems?.diagnostics ?? [])],
    sources: [...[...sources.files.values()].map(({ source }) => source), ...(problems?.sources ?? [])],
    services: found.length,
    descriptors: found.map(({ service, module }) => [
      module.crate.name,
      ...module.path,
      `${kebab(service.name).replaceAll("-", "_")}_service_descriptor`,
    ]),
    unusedTypes: types.unused(),
  };
}

function print(
  files: readonly DraftFile[],
  fileOf: (declaration: DraftDeclaration) => DraftFile,
): readonly ImportedFile[] {
  return files.map((file) => ({
    name: file.name,
    text: printFile(file, fileOf),
    services: file.services.map(({ name }) => name),
  }));
}

/** Thrown enums are errors of the language. */
function markErrors(services: readonly DraftService[]): void {
  for (const { methods } of services)
    for (const { throws } of methods) {
      const declaration = throws === undefined ? undefined : thrownEnum(throws);
      if (declaration !== undefined) declaration.isError = true;
    }
}

/** Errors of the compiler in the generated files: rules of the language that Rust does not have. */
function compileProblems(files: readonly ImportedFile[]): {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly SourceFile[];
} {
  const host = memoryHost(Object.fromEntries(files.map(({ name, text }) => [`/${name}`, text])));
  const { diagnostics, files: nodes } = compile(
    host,
    files.map(({ name }) => `/${name}`),
  );
  return {
    diagnostics: diagnostics.filter(({ severity }) => severity === "error"),
    sources: nodes.map(({ source }) => source),
  };
}

/** A mapped type must be one type of the language and nothing else. */
function checkMapped(types: ReadonlyMap<string, string> | undefined, reporter: Reporter): void {
  for (const [name, text] of types ?? []) {
    const host = memoryHost({ "/mapped.vox": `type Mapped = ${text}` });
    const { model } = compile(host, ["/mapped.vox"]);
    const [file] = model?.files ?? [];
    const isOne = file?.types.length === 1 && file.services.length === 0;
    const span: Span = { file: "--map", start: 0, end: 0 };
    if (!isOne) reporter.report("VOX6020", span, { name, text });
  }
}
