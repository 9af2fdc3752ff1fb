/** `vox-gen init`: a project that works. */
import { basename } from "node:path/posix";
import { fileURLToPath } from "node:url";
import { CliError, exitCode } from "../errors.js";
import { absolutePath, shownPath } from "../files/paths.js";
import { Roots } from "../files/roots.js";
import { linkStatOf, statOf } from "../files/text-file.js";
import { packageSource } from "../init/package-source.js";
import { initialFiles, packageName } from "../init/project-files.js";
import { applyChanges } from "../output/apply.js";
import { shellWord } from "../output/regenerate.js";
import type { Environment } from "../project/environment.js";

export interface InitArguments {
  /** Folder of the project, relative to the working directory; made when it is not there. */
  readonly directory: string;
}

/**
 * Writes a project: schema, server, client, scripts. Nothing is overwritten.
 *
 * @returns the exit code
 * @throws CliError `Usage` when one of the files is there already
 */
export async function init(
  { directory }: InitArguments,
  { cwd, report, packageManager }: Environment,
): Promise<number> {
  const folder = absolutePath(cwd, directory);
  if (statOf(folder)?.isDirectory() === false)
    throw new CliError("Usage", `${shownPath(cwd, folder)} is a file`, { help: "name a folder" });
  const source = packageSource(fileURLToPath(new URL("../..", import.meta.url)).replace(/[/\\]$/, ""));
  const files = [...initialFiles(packageName(basename(folder)), folder, source)].map(([path, after]) => ({
    change: "created" as const,
    path: `${folder}/${path}`,
    before: undefined,
    after,
  }));
  const standing = files.filter(({ path }) => linkStatOf(path) !== undefined);
  if (standing.length > 0) {
    const names = standing.map(({ path }) => `  ${shownPath(cwd, path)}`).join("\n");
    throw new CliError("Usage", `these files exist already, and nothing was written:\n${names}`, {
      help: "name an empty folder: vox-gen init my-service",
    });
  }
  applyChanges(files, folder, new Roots([folder], []));
  for (const { path } of files) report({ kind: "file", change: "created", path: shownPath(cwd, path) });
  const enter = folder === cwd ? [] : [`  cd ${shellWord(shownPath(cwd, folder))}`];
  const run = [`  ${packageManager} install`, `  ${packageManager} start`];
  report({ kind: "advice", lines: ["Next:", ...enter, ...run] });
  return exitCode.ok;
}
