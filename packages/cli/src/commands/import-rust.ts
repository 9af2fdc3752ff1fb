/** `vox-gen import rust`: schemas out of the sources of Rust services. */
import type { Diagnostic, SourceFile } from "@voxrpc/codegen";
import { findCrates } from "../cargo/crates.js";
import { rustHost } from "../cargo/rust-host.js";
import { loadCompiler } from "../compiler.js";
import { configFileNames, findConfig, loadConfig } from "../config/load.js";
import { CliError, exitCode } from "../errors.js";
import { absolutePath, shownPath } from "../files/paths.js";
import { projectOf, Roots } from "../files/roots.js";
import { readTextFile } from "../files/text-file.js";
import { applyChanges } from "../output/apply.js";
import { unifiedDiff } from "../output/diff.js";
import { type PlannedChange, unixLines } from "../output/plan.js";
import type { Environment } from "../project/environment.js";
import type { Summary } from "../report/event.js";
import { findingsOf } from "../report/findings.js";

export interface ImportRustArguments {
  /** Crates, workspaces, folders or `.rs` files, relative to the working directory. */
  readonly paths: readonly string[];
  readonly out: string | undefined;
  readonly config: string | undefined;
  /** `my::Id=u64` */
  readonly map: readonly string[];
  /** Replace schemas that differ. */
  readonly write: boolean;
  /** Write nothing; exit with 1 when something would be written. */
  readonly check: boolean;
}

/** The result of an import, from sources or from a crate. */
export interface ImportedSchemas {
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly SourceFile[];
}

/**
 * Imports services from the text of Rust sources.
 *
 * @returns the exit code
 * @throws CliError
 */
export async function importRustText(args: ImportRustArguments, environment: Environment): Promise<number> {
  const { cwd, clock } = environment;
  const start = clock.now();
  if (args.paths.length === 0)
    throw new CliError("Usage", "no Rust source is named", {
      help: "name a crate, a workspace or .rs files: vox-gen import rust crates/proto --out schemas",
    });
  const { importRust } = await import("@voxrpc/codegen/rust");
  const found = findCrates(args.paths, cwd);
  const types = await typesOf(args, cwd);
  const project = projectOf(cwd, configFileNames) ?? cwd;
  const host = rustHost(new Roots([project], found.folders));
  const result = importRust(host, { ...found, types });
  if (result.services === 0 && result.diagnostics.every(({ severity }) => severity !== "error"))
    throw new CliError("Usage", `no service is found in ${args.paths.join(", ")}`, {
      help: "a service is a trait under #[vox::service]; what a macro makes is seen by vox-gen import rust --crate",
    });
  const [unused] = result.unusedTypes;
  if (unused !== undefined && result.files.length > 0)
    throw new CliError("Usage", `no type of the sources is \`${unused}\`, which --map or the config gives`, {
      help: "name the path as the sources write it, or in full: my_crate::module::Name",
    });
  return finishImport(result, args, environment, start);
}

/** Types of `--map`, and those of the config where there is one. */
async function typesOf(args: ImportRustArguments, cwd: string): Promise<ReadonlyMap<string, string>> {
  const hasConfig = args.config !== undefined || findConfig(cwd) !== undefined;
  const config = hasConfig ? (await loadConfig(cwd, args.config))?.config : undefined;
  const types = new Map(Object.entries(config?.rust?.types ?? {}));
  for (const one of args.map) {
    const at = one.indexOf("=");
    const [name, type] = [one.slice(0, at).trim(), one.slice(at + 1).trim()];
    if (at < 0 || name === "" || type === "")
      throw new CliError("Usage", `--map takes a type of Rust and one of the language, not \`${one}\``, {
        help: 'for example: --map "my::Id=u64"',
      });
    types.set(name, type);
  }
  return types;
}

/**
 * Writes or compares the result of an import. Replaces an existing schema that differs only with `--write`.
 *
 * @param start when the command began
 */
export async function finishImport(
  { files, diagnostics, sources }: ImportedSchemas,
  { out, write, check }: Pick<ImportRustArguments, "out" | "write" | "check">,
  { cwd, clock, report }: Environment,
  start: number,
): Promise<number> {
  const compiler = await loadCompiler();
  const nodes = sources.map((source) => ({ source }));
  for (const finding of findingsOf(compiler, { diagnostics, files: nodes }, cwd))
    report({ kind: "finding", finding });
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const folder = absolutePath(cwd, out ?? "schemas");
  const changes = files.flatMap(({ name, text }) => changeOf(`${folder}/${name}`, text));
  const isWritten = (change: PlannedChange): boolean => !check && (write || change.before === undefined);
  const written = changes.filter(isWritten);
  const project = projectOf(cwd, configFileNames) ?? cwd;
  applyChanges(written, folder, new Roots([project], [folder]));
  for (const change of changes) {
    const path = shownPath(cwd, change.path);
    if (isWritten(change)) report({ kind: "file", change: change.change, path });
    else report({ kind: "stale", change: change.change, path, diff: diffOf(change, path) });
  }
  const stale = changes.length - written.length;
  const summary: Summary = {
    command: "import",
    ok: errors === 0 && stale === 0,
    files: sources.length,
    errors,
    warnings: diagnostics.length - errors,
    written: written.length,
    removed: 0,
    unchanged: files.length - changes.length,
    stale,
    durationMs: Math.round((clock.now() - start) * 10) / 10,
  };
  report({ kind: "summary", summary });
  return summary.ok ? exitCode.ok : exitCode.problem;
}

function changeOf(path: string, after: string): readonly PlannedChange[] {
  const before = readTextFile(path);
  if (before !== undefined && unixLines(before) === after) return [];
  return [{ change: before === undefined ? "created" : "updated", path, before, after }];
}

function diffOf({ before, after }: PlannedChange, path: string): string {
  return unifiedDiff(unixLines(before ?? ""), after ?? "", {
    before: before === undefined ? "/dev/null" : `${path} (on disk)`,
    after: `${path} (imported)`,
  });
}
