/** `vox-gen lock`: records the contract between the peers of the services. */
import { dirname } from "node:path/posix";
import { lockBase, lockPath, readLock } from "../against/lock-file.js";
import { findConfig } from "../config/load.js";
import { CliError, exitCode } from "../errors.js";
import { findSchemas } from "../files/find-schemas.js";
import { absolutePath, shownPath } from "../files/paths.js";
import { statOf } from "../files/text-file.js";
import { applyChanges } from "../output/apply.js";
import { type Checked, checkProject } from "../project/build.js";
import type { Environment } from "../project/environment.js";
import { type Project, type ProjectArguments, resolveProject } from "../project/resolve.js";
import type { Summary } from "../report/event.js";

/**
 * Writes vox.lock beside the config, or in the working directory where there is none. An unchanged one is not touched.
 *
 * @returns the exit code
 * @throws CliError
 */
export async function lock(args: ProjectArguments, { cwd, clock, report }: Environment): Promise<number> {
  const start = clock.now();
  const project = await lockedProject(cwd, args);
  const checked = await checkProject(project);
  const { model, compiler, findings, errors, warnings, files } = checked;
  for (const finding of findings) report({ kind: "finding", finding });
  let written = 0;
  if (model !== undefined) {
    const path = lockPath(project);
    const found = readLock(path);
    const before = found === undefined ? undefined : compiler.plainLock(found);
    if (before !== undefined) mustBeLock(before, path, checked, cwd);
    if (project.origin === undefined && before !== undefined) mustKeep(before, path, checked, cwd);
    const after = compiler.writeLock(model, lockBase(path, files));
    if (before !== after) {
      const change = before === undefined ? "created" : "updated";
      applyChanges([{ change, path, before, after }], dirname(path), project.roots);
      report({ kind: "file", change, path: shownPath(cwd, path) });
      written = 1;
    }
  }
  const summary: Summary = {
    command: "lock",
    ok: errors === 0,
    files: files.length,
    errors,
    warnings,
    written,
    removed: 0,
    unchanged: model === undefined ? 0 : 1 - written,
    stale: 0,
    durationMs: Math.round((clock.now() - start) * 10) / 10,
  };
  report({ kind: "summary", summary });
  return summary.ok ? exitCode.ok : exitCode.problem;
}

/**
 * The project of a lock: all schemas of the config. When the user names schemas beside a config, they must be all of
 * them, so that no lock holds a part of a project.
 */
async function lockedProject(cwd: string, args: ProjectArguments): Promise<Project> {
  if (args.files.length === 0 || (args.config === undefined && findConfig(cwd) === undefined))
    return resolveProject(cwd, args, false);
  const whole = await resolveProject(cwd, { ...args, files: [] }, false);
  const { entries } = await findSchemas(whole);
  const named = await findSchemas({ patterns: args.files, directory: cwd, cwd });
  const missing = entries.filter((entry) => !named.entries.includes(entry));
  const other = named.entries.filter((entry) => !entries.includes(entry));
  if (missing.length === 0 && other.length === 0) return whole;
  const [first = ""] = [...other, ...missing];
  const fact = other.length > 0 ? "is not among them" : "is not named";
  const config = shownPath(cwd, whole.configPath ?? "");
  throw new CliError("Usage", `a lock holds all schemas of ${config}, and ${shownPath(cwd, first)} ${fact}`, {
    help: "run vox-gen lock without names",
  });
}

/** Refuses to overwrite a file that is no lock. A lock that is damaged, or has conflicts of a merge, is overwritten. */
function mustBeLock(before: string, path: string, { compiler }: Checked, cwd: string): void {
  if (before.trim() === "" || compiler.isLock(before)) return;
  throw new CliError("File", `${shownPath(cwd, path)} exists and is no lock, so it is not overwritten`, {
    help: "move or delete it",
  });
}

/** Without a config, schemas that are named one by one must not take others out of the lock. */
function mustKeep(before: string, path: string, { compiler, files }: Checked, cwd: string): void {
  const opened = compiler.openLock(before, path);
  if (opened.problem !== undefined) return;
  const base = lockBase(path, files);
  const dropped = opened.files
    .map(({ source }) => absolutePath(base, source.path.slice(path.length + 1)))
    .find((file) => !files.includes(file) && statOf(file) !== undefined);
  if (dropped === undefined) return;
  throw new CliError(
    "Usage",
    `${shownPath(cwd, path)} also holds ${shownPath(cwd, dropped)}, which is not named: nothing was written`,
    { help: "name all schemas of the lock, or remove it first" },
  );
}
