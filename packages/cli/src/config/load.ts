/** Finds, reads and checks the config file. */
import { readdirSync } from "node:fs";
import { dirname } from "node:path/posix";
import type { Clock } from "@voxrpc/runtime/link";
import { systemClock } from "../clock.js";
import type { VoxConfig } from "../define-config.js";
import { CliError, fileError, messageOf } from "../errors.js";
import { absolutePath, shownPath } from "../files/paths.js";
import { readTextFile, statOf } from "../files/text-file.js";
import { foreignText } from "../foreign-text.js";
import type { ConfigProblem } from "./schema.js";

/** Names of a config file, in the order in which they are looked for in each folder. */
export const configFileNames: readonly string[] = [
  "vox.config.ts",
  "vox.config.mts",
  "vox.config.cts",
  "vox.config.js",
  "vox.config.mjs",
  "vox.config.cjs",
  "vox.config.json",
];

export interface LoadedConfig {
  /** Absolute, with `/`. */
  readonly path: string;
  /** Folder of the file, which its paths are relative to. */
  readonly directory: string;
  readonly config: VoxConfig;
}

/**
 * Loads a config file.
 *
 * @param cwd absolute working directory
 * @param path the file, relative to `cwd`; undefined: the nearest one in `cwd` and the folders above it
 * @returns undefined when no path was given and there is no config file
 * @throws CliError `Config`, with every problem of the file, and `Usage` when the given file does not exist
 */
export async function loadConfig(
  cwd: string,
  path?: string | undefined,
  clock: Clock = systemClock,
): Promise<LoadedConfig | undefined> {
  const found = path === undefined ? findConfig(cwd) : namedConfig(cwd, path);
  if (found === undefined) return undefined;
  const shown = shownPath(cwd, found);
  const value = await readConfig(found, shown, clock);
  const { checkConfig } = await import("./schema.js");
  const checked = checkConfig(value);
  if ("problems" in checked) throw await problemsError(shown, checked.problems);
  return { path: found, directory: dirname(found), config: checked.config };
}

/**
 * Path of the config file that a command in `cwd` would take, or undefined. The search ends at the top of a repository:
 * files above it belong to another project, and a config is a program.
 *
 * @throws CliError `Config` where one folder holds several configs, and where there is none, but a file whose name is
 *   almost that of a config
 */
export function findConfig(cwd: string): string | undefined {
  let similar: string | undefined;
  let folder = cwd;
  for (;;) {
    const names = new Set(namesIn(folder));
    const found: string[] = [];
    for (const name of configFileNames) {
      const path = absolutePath(folder, name);
      if (!names.has(name)) continue;
      if (statOf(path)?.isFile() === true) found.push(path);
      else similar ??= path;
    }
    const [only, ...others] = found;
    if (others.length > 0) throw severalConfigs(cwd, found);
    if (only !== undefined) return only;
    const other = [...names].sort().find((name) => /^\.?vox[.-]?(config|rc)(\.\w+)?$/i.test(name));
    if (other !== undefined) similar ??= absolutePath(folder, other);
    const parent = dirname(folder);
    if (parent === folder || names.has(".git")) break;
    folder = parent;
  }
  if (similar === undefined) return undefined;
  const fact = statOf(similar)?.isFile() === true ? "has another name than a config" : "is no file";
  throw new CliError(
    "Config",
    `${shownPath(cwd, similar)} ${fact}, and there is no other config here or above`,
    {
      help: `a config is called ${configFileNames.join(", ")}; give another name with --config`,
    },
  );
}

function severalConfigs(cwd: string, paths: readonly string[]): CliError {
  const shown = paths.map((path) => shownPath(cwd, path));
  return new CliError("Config", `there are ${shown.length} configs in one folder: ${shown.join(", ")}`, {
    help: `remove all but one, or name the one that is meant: --config ${shown[0]}`,
  });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function namedConfig(cwd: string, path: string): string {
  const absolute = absolutePath(cwd, path);
  const found = statOf(absolute);
  if (found?.isFile() !== true) {
    const within = configFileNames.find((name) => statOf(`${absolute}/${name}`)?.isFile() === true);
    if (found !== undefined && within !== undefined) return `${absolute}/${within}`;
    throw new CliError("Usage", `there is no config file ${shownPath(cwd, absolute)}`, {
      help: `give --config the path of a file such as ${configFileNames[0]}`,
    });
  }
  return absolute;
}

async function readConfig(path: string, shown: string, clock: Clock): Promise<unknown> {
  if (!path.endsWith(".json")) {
    if (!/\.[mc]?[jt]s$/.test(path))
      throw new CliError("Config", `${shown}: unsupported config extension`, {
        help: "a config file ends in .ts, .mts, .cts, .js, .mjs, .cjs or .json",
      });
    const { importConfigModule } = await import("./import-module.js");
    return importConfigModule(path, shown, clock);
  }
  let text: string | undefined;
  try {
    text = readTextFile(path);
  } catch (error) {
    throw error instanceof CliError ? error : fileError("read", shown, error);
  }
  if (text === undefined || text.trim() === "")
    throw new CliError("Config", `${shown} is empty`, { help: 'write { "schemas": …, "out": … }' });
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (cause) {
    const isMerge = /^(<{7}|={7}|>{7})( |$)/m.test(text);
    throw new CliError("Config", `${shown} is not JSON: ${messageOf(cause)}`, {
      cause,
      help: isMerge ? "a merge left its markers in it" : undefined,
    });
  }
}

/** Problems of a config that are shown. */
const mostProblems = 20;

async function problemsError(shown: string, all: readonly ConfigProblem[]): Promise<CliError> {
  const problems = all.slice(0, mostProblems);
  const lines = problems.map(({ path, message }) =>
    path === "" ? foreignText(message) : `\`${foreignText(path)}\` ${foreignText(message)}`,
  );
  if (all.length > mostProblems) lines.push(`… and ${all.length - mostProblems} more`);
  const [first = "", ...rest] = lines;
  const message =
    rest.length === 0
      ? `${shown}: ${problems[0]?.path === "" ? "the config " : ""}${first}`
      : [`${shown}: ${all.length} problems`, ...lines.map((line) => `  ${line}`)].join("\n");
  return new CliError("Config", message, { help: await suggestions(problems) });
}

async function suggestions(problems: readonly ConfigProblem[]): Promise<string | undefined> {
  const unknown = problems.filter((problem) => problem.candidates !== undefined);
  if (unknown.length === 0) return undefined;
  // Loaded for an error only: the compiler is slow to load.
  const { nearestName } = await import("@voxrpc/codegen");
  const hints = unknown.map(({ path, candidates = [] }) => {
    const key = path.slice(path.lastIndexOf(".") + 1);
    const names = candidates.filter((name) => name !== "$schema");
    const near = nearestName(key, names);
    const known = names.map((name) => `\`${name}\``);
    return near === undefined
      ? `instead of \`${foreignText(path)}\` there are ${known.join(", ")}`
      : `did you mean \`${near}\` instead of \`${foreignText(key)}\`?`;
  });
  return hints.join("\n");
}
