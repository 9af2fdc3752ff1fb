/** Finds, reads and checks the config file. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { VoxConfig } from "../define-config.js";
import { CliError, fileError, messageOf } from "../errors.js";
import { absolutePath, shownPath } from "../files/paths.js";
import { readTextFile, statOf } from "../files/text-file.js";
import type { ConfigProblem } from "./schema.js";

/** Names of a config file, in the order in which they are looked for in each folder. */
export const configFileNames: readonly string[] = [
  "vox.config.ts",
  "vox.config.mts",
  "vox.config.js",
  "vox.config.mjs",
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
export async function loadConfig(cwd: string, path?: string | undefined): Promise<LoadedConfig | undefined> {
  const found = path === undefined ? await findConfig(cwd) : namedConfig(cwd, path);
  if (found === undefined) return undefined;
  const shown = shownPath(cwd, found);
  const value = await readConfig(found, shown);
  const { checkConfig } = await import("./schema.js");
  const checked = checkConfig(value);
  if ("problems" in checked) throw await problemsError(shown, checked.problems);
  return { path: found, directory: dirname(found), config: checked.config };
}

/** Path of the config file that a command in `cwd` would take, or undefined. */
export async function findConfig(cwd: string): Promise<string | undefined> {
  const { lilconfig } = await import("lilconfig");
  // Only the place is searched here: reading is done below, with errors that name the file.
  const skip = (): boolean => true;
  const loaders = { ".ts": skip, ".mts": skip, ".js": skip, ".mjs": skip, ".json": skip };
  const found = await lilconfig("vox", {
    searchPlaces: [...configFileNames],
    loaders,
    cache: false,
    ignoreEmptySearchPlaces: false,
    stopDir: "/",
  }).search(cwd);
  return found === null ? undefined : absolutePath(cwd, found.filepath);
}

function namedConfig(cwd: string, path: string): string {
  const absolute = absolutePath(cwd, path);
  const found = statOf(absolute);
  if (found === undefined || found.isDirectory()) {
    const within = configFileNames.find((name) => existsSync(`${absolute}/${name}`));
    if (found !== undefined && within !== undefined) return `${absolute}/${within}`;
    throw new CliError("Usage", `there is no config file ${shownPath(cwd, absolute)}`, {
      help: `give --config the path of a file such as ${configFileNames[0]}`,
    });
  }
  return absolute;
}

async function readConfig(path: string, shown: string): Promise<unknown> {
  if (!path.endsWith(".json")) {
    if (!/\.m?[jt]s$/.test(path))
      throw new CliError("Config", `${shown}: its name says no format`, {
        help: "a config file ends in .ts, .mts, .js, .mjs or .json",
      });
    const { importConfigModule } = await import("./import-module.js");
    return importConfigModule(path, shown);
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
    throw new CliError("Config", `${shown} is not JSON: ${messageOf(cause)}`, { cause });
  }
}

async function problemsError(shown: string, problems: readonly ConfigProblem[]): Promise<CliError> {
  const lines = problems.map(({ path, message }) => (path === "" ? message : `\`${path}\` ${message}`));
  const [first = "", ...rest] = lines;
  const message =
    rest.length === 0
      ? `${shown}: ${problems[0]?.path === "" ? "the config " : ""}${first}`
      : [`${shown}: ${lines.length} problems`, ...lines.map((line) => `  ${line}`)].join("\n");
  return new CliError("Config", message, { help: await suggestions(problems) });
}

async function suggestions(problems: readonly ConfigProblem[]): Promise<string | undefined> {
  const unknown = problems.filter((problem) => problem.candidates !== undefined);
  if (unknown.length === 0) return undefined;
  // On the way to an error only: the compiler is slow to load.
  const { nearestName } = await import("@voxrpc/codegen");
  const hints = unknown.map(({ path, candidates = [] }) => {
    const key = path.slice(path.lastIndexOf(".") + 1);
    const names = candidates.filter((name) => name !== "$schema");
    const near = nearestName(key, names);
    const known = names.map((name) => `\`${name}\``);
    return near === undefined
      ? `instead of \`${path}\` there are ${known.join(", ")}`
      : `did you mean \`${near}\` instead of \`${key}\`?`;
  });
  return hints.join("\n");
}
