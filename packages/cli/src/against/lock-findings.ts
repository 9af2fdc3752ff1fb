/** Whether the lock of a project still agrees with its schemas. */
import type { FileNode, Model } from "@voxrpc/codegen";
import type { Compiler } from "../compiler.js";
import { shownPath } from "../files/paths.js";
import { changeFindings } from "../report/change-findings.js";
import type { Finding } from "../report/event.js";
import { lockBase, lockPath, readLock } from "./lock-file.js";
import { badLock } from "./old-version.js";

/**
 * Compares the lock with the schemas.
 *
 * @returns a finding for each method that differs in the lock; none where there is no lock
 * @throws CliError `File` when the lock cannot be used
 */
export function lockFindings(
  compiler: Compiler,
  project: { readonly configPath: string | undefined; readonly cwd: string },
  model: Model,
  nodes: readonly FileNode[],
): readonly Finding[] {
  const path = lockPath(project);
  const text = readLock(path);
  if (text === undefined) return [];
  const opened = compiler.openLock(text, path);
  if (opened.problem !== undefined) throw badLock(shownPath(project.cwd, path), opened.problem);
  const base = lockBase(path, nodes.map(({ source }) => source.path)); // biome-ignore format: one call
  const findings = compiler.compareLock(opened.model, path, model, base);
  const sources = new Map([...opened.files, ...nodes].map(({ source }) => [source.path, source]));
  return changeFindings(compiler, findings, (file) => {
    const source = sources.get(file);
    if (source === undefined) return undefined;
    // A removed part is shown in the lock, which is a file of the working tree.
    const disk = file.startsWith(`${path}/`) ? path : file;
    return { source, path: shownPath(project.cwd, file), disk };
  });
}
