/** One run of the compiler over a project: schemas in, findings and wanted files out. Writes nothing. */
import { dirname } from "node:path/posix";
import type { EmittedFile, Emitter, FileNode, Model } from "@voxrpc/codegen";
import { type Compiler, loadCompiler } from "../compiler.js";
import { CliError } from "../errors.js";
import { findSchemas, type SchemaPlace } from "../files/find-schemas.js";
import { absolutePath, commonFolder, isInside, shownPath } from "../files/paths.js";
import { visible } from "../foreign-text.js";
import { nodeHost } from "../node-host.js";
import { isStale, ownerText, type RunOwner } from "../output/owner.js";
import { type OutputPlan, planOutput } from "../output/plan.js";
import { regenerateCommand } from "../output/regenerate.js";
import type { Finding } from "../report/event.js";
import { findingsOf } from "../report/findings.js";
import type { Project } from "./resolve.js";

/** The results of the front end. */
export interface Checked {
  readonly compiler: Compiler;
  /** Undefined when a schema has an error. */
  readonly model: Model | undefined;
  readonly findings: readonly Finding[];
  readonly errors: number;
  readonly warnings: number;
  /** Absolute paths of the schemas that were read. */
  readonly files: readonly string[];
  /** The same, with their texts. */
  readonly nodes: readonly FileNode[];
  /** Entries of the run, and where they were looked for. */
  readonly entries: readonly string[];
  readonly places: readonly SchemaPlace[];
  /** Every path that the compiler requested. */
  readonly asked: ReadonlySet<string>;
}

/**
 * Finds and compiles the schemas of a project.
 *
 * @throws CliError when there is none, or one cannot be read
 */
export async function checkProject(project: Project): Promise<Checked> {
  const { patterns, directory, cwd, origin } = project;
  const { entries, places } = await findSchemas({ patterns, directory, cwd, origin });
  const compiler = await loadCompiler();
  const { roots } = project;
  for (const entry of entries) {
    const problem = roots.problemOfSchema(entry);
    if (problem === undefined) continue;
    throw new CliError("File", `${visible(shownPath(cwd, entry))} ${problem}`, {
      help: "rename it, or name the folder where it really is",
    });
  }
  const host = nodeHost((path) => roots.problemOfSchema(path));
  const compilation = compiler.compile(host, entries);
  const findings = findingsOf(compiler, compilation, cwd);
  const errors = findings.filter(({ severity }) => severity === "error").length;
  return {
    compiler,
    model: compilation.model,
    findings,
    errors,
    warnings: findings.length - errors,
    files: compilation.files.map(({ source }) => source.path),
    nodes: compilation.files,
    entries,
    places,
    asked: host.asked,
  };
}

/** The owner of a run's outputs, and their place. */
interface Layout {
  /** The config, where all schemas of the run are schemas of the config. */
  readonly owner: RunOwner;
  /** The folder whose layout the output mirrors. */
  readonly baseDirectory: string;
}

/**
 * The generated files of a checked project.
 *
 * @throws CliError `Config` when a schema is outside of the requested root
 */
export async function emitProject(
  project: Project,
  checked: Checked,
  model: Model,
): Promise<readonly EmittedFile[]> {
  return emit(project, checked, model, await layoutOf(project, checked));
}

function emit(
  project: Project,
  checked: Checked,
  model: Model,
  { owner, baseDirectory }: Layout,
  emitter: Emitter = checked.compiler.emitTypeScript,
): readonly EmittedFile[] {
  const { importExtension, overrides, target, crate } = project;
  const outDirectory = outOf(project);
  const importers = new Importers(checked);
  return emitter(model, {
    baseDirectory,
    importExtension: importExtension === "none" ? "" : importExtension,
    header: ({ path, source }) => ({
      owner: ownerText(absolutePath(outDirectory, path), owner ?? source),
      command: regenerateCommand({
        configPath: owner,
        // A schema outside of the base folder has its place by an import only.
        schema: isInside(baseDirectory, source) ? source : importers.entryOf(source),
        outDirectory,
        baseDirectory,
        importExtension,
        overrides,
        target,
        crate,
      }),
    }),
  });
}

/** A plan, with every output that the schemas have. */
export interface ProjectPlan extends OutputPlan {
  /** Absolute paths, in the order of the model. */
  readonly outputs: readonly { readonly source: string; readonly path: string }[];
}

/** Compares the generated files with the disk. */
export async function planProject(
  project: Project,
  checked: Checked,
  model: Model,
  emitter?: Emitter,
): Promise<ProjectPlan> {
  const outDirectory = outOf(project);
  const layout = await layoutOf(project, checked);
  const { owner } = layout;
  const wanted = emit(project, checked, model, layout, emitter).map(({ path, source, text }) => ({
    path: absolutePath(outDirectory, path),
    source,
    owner: owner ?? source,
    text,
  }));
  const wholeConfig = project.origin === undefined ? undefined : owner;
  const plan = planOutput(wanted, {
    outDirectory,
    cwd: project.cwd,
    ending: project.target === "rust" ? ".rs" : ".vox.ts",
    isStale: (path, header) => isStale(path, header, wholeConfig),
  });
  return { ...plan, outputs: wanted.map(({ source, path }) => ({ source, path })) };
}

/** The output folder of a command that needs one. */
export function outOf({ outDirectory }: Project): string {
  if (outDirectory === undefined)
    throw new CliError("Usage", "no output folder is given", { help: "add --out" });
  return outDirectory;
}

/** Which entries of a run lead to a file. */
class Importers {
  readonly #checked: Checked;
  #imports: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(checked: Checked) {
    this.#checked = checked;
  }

  /** The first entry that imports a file, or the file itself. */
  entryOf(file: string): string {
    this.#imports ??= new Map(
      this.#checked.nodes.map(({ source, imports }) => [
        source.path,
        imports.flatMap(({ from }) =>
          from === undefined ? [] : [absolutePath(dirname(source.path), from.path)],
        ),
      ]),
    );
    return this.#checked.entries.find((entry) => this.#leads(entry, file, new Set())) ?? file;
  }

  #leads(from: string, to: string, seen: Set<string>): boolean {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return (this.#imports?.get(from) ?? []).some((next) => this.#leads(next, to, seen));
  }
}

/**
 * The base folder is the requested root, else the deepest folder that holds all folders of the entries. Imports never
 * widen it. A run that names schemas of the config is a part of the config's run and writes the same bytes.
 */
async function layoutOf(project: Project, { files, entries, places }: Checked): Promise<Layout> {
  const { root, cwd, configPath, origin } = project;
  const ofConfig = origin === undefined ? await partOfConfig(project, entries) : places;
  const owner = ofConfig === undefined ? undefined : configPath;
  if (root !== undefined) {
    const outside = files.find((file) => !isInside(root, file));
    if (outside === undefined) return { owner, baseDirectory: root };
    throw new CliError(
      "Config",
      `${shownPath(cwd, outside)} is outside of the root ${shownPath(cwd, root)}, so its output has no place`,
      { help: "choose a root that holds every schema and every import" },
    );
  }
  const base = commonFolder((ofConfig ?? places).map(({ folder }) => folder));
  if (base === undefined || files.some((file) => commonFolder([base, file]) === undefined))
    throw new CliError("Config", "the schemas are on different drives", { help: "put them on one" });
  return { owner, baseDirectory: base };
}

/** Places of the config's schemas, where all entries of a run are among them. */
async function partOfConfig(
  { configPath, configPatterns, cwd }: Project,
  entries: readonly string[],
): Promise<readonly SchemaPlace[] | undefined> {
  if (configPath === undefined || configPatterns.length === 0) return undefined;
  const directory = dirname(configPath);
  const found = await findSchemas({ patterns: configPatterns, directory, cwd, mayMiss: true });
  const known = new Set(found.entries);
  return entries.every((entry) => known.has(entry)) ? found.places : undefined;
}
