/** `vox-gen breaking`: the effect of changed schemas on peers that were built before. */
import { existsSync } from "node:fs";
import { dirname } from "node:path/posix";
import type { ChangeFinding, CompareOptions, FileNode, Model } from "@voxrpc/codegen";
import { lockName, lockPath } from "../against/lock-file.js";
import { type OldVersion, openOldVersion } from "../against/old-version.js";
import { CliError, exitCode } from "../errors.js";
import { absolutePath, shownPath } from "../files/paths.js";
import { type Checked, checkProject, emitProject } from "../project/build.js";
import type { Environment } from "../project/environment.js";
import { type Project, type ProjectArguments, resolveProject } from "../project/resolve.js";
import { changeFindings, type SourceLookup } from "../report/change-findings.js";

export interface BreakingArguments extends ProjectArguments {
  /** A branch, tag or commit, a folder, a `.vox` file or a lock; undefined: what the config says, else the lock. */
  readonly against?: string | undefined;
  readonly level?: "wire" | "source" | undefined;
  readonly peer?: "vox-0.8.2" | undefined;
  /** Whether warnings count as breaks. */
  readonly strict?: boolean | undefined;
}

/**
 * Compares the schemas with another version of them.
 *
 * @returns the exit code: 1 when something breaks that is not allowed
 * @throws CliError
 */
export async function breaking(args: BreakingArguments, environment: Environment): Promise<number> {
  const { clock, report } = environment;
  const start = clock.now();
  const project = await resolveProject(environment.cwd, args, false);
  const checked = await checkProject(project);
  const { model, compiler } = checked;
  if (model === undefined) {
    for (const finding of checked.findings) report({ kind: "finding", finding });
    throw new CliError("Usage", "the schemas have errors, so there is nothing to compare", {
      help: "correct them first; vox-gen check shows them alone",
    });
  }
  const against = againstOf(args, project);
  const old = await openOldVersion(compiler, {
    cwd: project.cwd,
    against: against.text,
    againstDirectory: against.directory,
    patterns: project.patterns,
    directory: project.directory,
    files: checked.files,
    entries: checked.entries,
  });
  const level = args.level ?? project.breaking?.level;
  const outputs = level === "source" ? await outputsOf(project, checked, model) : undefined;
  const wanted = { ...args, level, outputOf: outputs === undefined ? undefined : outputs.get.bind(outputs) };
  return compare(wanted, project, checked, model, old, (ok, counts) => {
    report({
      kind: "compared",
      against: against.text,
      ok,
      ...counts,
      durationMs: Math.round((clock.now() - start) * 10) / 10,
    });
  }, environment); // biome-ignore format: the last argument is short
}

/** Generated files by their schemas, as people see them; undefined where no output folder is known. */
async function outputsOf(
  project: Project,
  checked: Checked,
  model: Model,
): Promise<ReadonlyMap<string, string> | undefined> {
  const { outDirectory, cwd } = project;
  if (outDirectory === undefined) return undefined;
  const files = await emitProject(project, checked, model);
  return new Map(files.map(({ source, path }) => [source, shownPath(cwd, absolutePath(outDirectory, path))]));
}

interface Counts {
  readonly methods: number;
  readonly errors: number;
  readonly warnings: number;
  readonly allowed: number;
  readonly harmless: number;
}

function compare(
  args: BreakingArguments & { readonly outputOf: CompareOptions["outputOf"] },
  project: Project,
  { compiler, nodes }: Checked,
  model: Model,
  old: OldVersion,
  done: (ok: boolean, counts: Counts) => void,
  { report }: Environment,
): number {
  const settings = project.breaking;
  const { oldBase, newBase } = old;
  const comparison = compiler.compareModels(old.model, model, {
    oldBase,
    newBase,
    level: args.level,
    outputOf: args.outputOf,
    peer: args.peer ?? settings?.peer,
  });
  const list = settings?.allow ?? [];
  const { findings, allowed, unused } = compiler.applyAllowed(comparison.findings, nodes, list);
  const lookup = lookupIn(project.cwd, nodes, old);
  for (const finding of changeFindings(compiler, findings, lookup)) report({ kind: "finding", finding });
  for (const { finding, reason } of allowed) {
    const { code, message } = finding.diagnostic;
    report({ kind: "allowed", code, message, reason });
  }
  for (const { text } of comparison.harmless) report({ kind: "harmless", text });
  for (const { method, oldClient, newClient } of comparison.methods) {
    if (oldClient === "compatible" && newClient === "compatible") continue;
    report({ kind: "verdict", method, oldClient, newClient });
  }
  if (unused.length > 0) {
    report({ kind: "advice", lines: unused.map(({ code, at }) => unusedText(code, at, findings)) });
  }
  const errors = findings.filter(({ diagnostic }) => diagnostic.severity === "error").length;
  const warnings = findings.length - errors;
  const isStrict = args.strict ?? settings?.strict ?? false;
  const ok = errors === 0 && !(isStrict && warnings > 0);
  done(ok, {
    methods: comparison.methods.length,
    errors,
    warnings,
    allowed: allowed.length,
    harmless: comparison.harmless.length,
  });
  return ok ? exitCode.ok : exitCode.problem;
}

/** What to do with an entry of the config that allows nothing: a finding of its code shows which names allow it. */
function unusedText(code: string, at: string, findings: readonly ChangeFinding[]): string {
  const alike = findings.find(({ diagnostic }) => diagnostic.code === code);
  return alike === undefined
    ? `the config allows ${code} at ${at}: there is no such finding any more`
    : `the config allows ${code} at ${at}: there is none there; "at" of the one above is ${listOf(alike.subjects)}`;
}

/** `a, b or c`, at most three. */
function listOf(names: readonly string[]): string {
  const [last = "", ...others] = names.slice(0, 3).reverse();
  return others.length === 0 ? last : `${others.reverse().join(", ")} or ${last}`;
}

function lookupIn(cwd: string, nodes: readonly FileNode[], old: OldVersion): SourceLookup {
  const now = new Map(nodes.map(({ source }) => [source.path, source]));
  const before = new Map(old.files.map(({ source }) => [source.path, source]));
  return (file) => {
    const source = now.get(file);
    if (source !== undefined) return { source, path: shownPath(cwd, file), disk: file };
    const other = before.get(file);
    return other === undefined ? undefined : { source: other, path: old.shown(file) };
  };
}

/** The version to compare with: from the command line, the config or the lock, in this order. */
function againstOf(
  { against }: BreakingArguments,
  project: Project,
): { readonly text: string; readonly directory: string } {
  if (against !== undefined) return { text: against, directory: project.cwd };
  const { configPath, breaking: settings } = project;
  if (settings?.against !== undefined && configPath !== undefined)
    return { text: settings.against, directory: dirname(configPath) };
  const path = lockPath(project);
  if (existsSync(path)) return { text: lockName, directory: dirname(path) };
  throw new CliError("Usage", "there is nothing to compare with: no --against, and no vox.lock", {
    help: "for example: vox-gen breaking --against main",
  });
}
