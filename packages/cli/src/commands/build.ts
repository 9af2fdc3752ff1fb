/** One run of the compiler over a project: schemas in, findings and wanted files out. Writes nothing. */
import { dirname } from "node:path/posix";
import type { EmittedFile, FileNode, Model } from "@voxrpc/codegen";
import { type Compiler, loadCompiler } from "../compiler.js";
import { CliError } from "../errors.js";
import { findSchemas, type SchemaPlace } from "../files/find-schemas.js";
import { absolutePath, commonFolder, isInside, shownPath } from "../files/paths.js";
import { nodeHost } from "../node-host.js";
import { type OutputPlan, planOutput } from "../output/plan.js";
import { regenerateCommand } from "../output/regenerate.js";
import { staleRule } from "../output/stale.js";
import type { Finding } from "../report/event.js";
import { findingsOf } from "../report/findings.js";
import type { Project } from "./project.js";

/** What the front end found. */
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
  /** Every path that the compiler asked for. */
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
  const host = nodeHost();
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

/**
 * The generated files of a checked project.
 *
 * @throws CliError `Config` when a schema lies outside the root that was asked for
 */
export function emitProject(project: Project, checked: Checked, model: Model): readonly EmittedFile[] {
  const { importExtension } = project;
  return checked.compiler.emitTypeScript(model, {
    baseDirectory: baseOf(project, checked),
    importExtension: importExtension === "none" ? "" : importExtension,
    command: regenerateCommand({ ...named(project), outDirectory: outOf(project) }),
  });
}

/** Compares the generated files with the disk. */
export function planProject(project: Project, checked: Checked, model: Model): OutputPlan {
  const outDirectory = outOf(project);
  const wanted = emitProject(project, checked, model).map(({ path, text }) => ({
    path: absolutePath(outDirectory, path),
    text,
  }));
  const isWholeConfig = project.origin !== undefined;
  const baseDirectory = baseOf(project, checked);
  return planOutput(wanted, {
    outDirectory,
    cwd: project.cwd,
    isStale: staleRule({ outDirectory, baseDirectory, isWholeConfig }),
  });
}

/** The output folder; commands that need it have asked for it. */
export function outOf({ outDirectory }: Project): string {
  if (outDirectory === undefined)
    throw new CliError("Usage", "no output folder is given", { help: "add --out" });
  return outDirectory;
}

function named(project: Project): Omit<Parameters<typeof regenerateCommand>[0], "outDirectory"> {
  const { configPath, patterns, directory, importExtension, origin, root } = project;
  return { configPath, patterns: origin === undefined ? patterns : [], directory, importExtension, root };
}

/**
 * The folder whose layout the output mirrors: what was asked for, else the folder that the entries' folders have in
 * common, widened until it holds every import.
 */
function baseOf({ root, cwd }: Project, { files, places }: Checked): string {
  if (root !== undefined) {
    const outside = files.find((file) => !isInside(root, file));
    if (outside === undefined) return root;
    throw new CliError(
      "Config",
      `${shownPath(cwd, outside)} is outside of the root ${shownPath(cwd, root)}, so its output has no place`,
      { help: "choose a root that holds every schema and every import" },
    );
  }
  const folders = new Set(places.map(({ folder }) => folder));
  const narrow = commonFolder([...folders]);
  const outside = files.filter((file) => narrow === undefined || !isInside(narrow, file)).map(dirname);
  const base = commonFolder([...folders, ...outside]);
  if (base === undefined)
    throw new CliError("Config", "the schemas are on different drives", { help: "put them on one" });
  return base;
}
