/** `vox-gen lock`: records what the peers of the services agree on. */
import { dirname } from "node:path/posix";
import { lockBase, lockPath, readLock } from "../against/lock-file.js";
import { exitCode } from "../errors.js";
import { shownPath } from "../files/paths.js";
import { applyChanges } from "../output/apply.js";
import type { Summary } from "../report/event.js";
import { checkProject } from "./build.js";
import type { Environment } from "./environment.js";
import { type ProjectArguments, resolveProject } from "./project.js";

/**
 * Writes vox.lock beside the config, or in the working directory where there is none. An unchanged one is not touched.
 *
 * @returns the exit code
 * @throws CliError
 */
export async function lock(args: ProjectArguments, { cwd, clock, report }: Environment): Promise<number> {
  const start = clock.now();
  const project = await resolveProject(cwd, args, false);
  const checked = await checkProject(project);
  const { model, compiler, findings, errors, warnings, files } = checked;
  for (const finding of findings) report({ kind: "finding", finding });
  let written = 0;
  if (model !== undefined) {
    const path = lockPath(project);
    const before = readLock(path)?.replaceAll("\r\n", "\n");
    const after = compiler.writeLock(model, lockBase(path, files));
    if (before !== after) {
      const change = before === undefined ? "created" : "updated";
      applyChanges([{ change, path, before, after }], dirname(path));
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
