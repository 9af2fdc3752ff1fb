/**
 * The command in the header of generated files. It must not depend on the folder that a run was started in, nor hold an
 * absolute path: the same schemas give the same bytes everywhere. So the paths of a run with named schemas are relative
 * to its output folder.
 */
import { basename } from "node:path/posix";
import { absolutePath, shownPath } from "../files/paths.js";

export interface RegenerateOptions {
  /** Absolute path of the config file; undefined: none was read. */
  readonly configPath: string | undefined;
  /** Schemas as named on the command line; empty: those of the config. */
  readonly patterns: readonly string[];
  /** Absolute folder that the patterns are relative to. */
  readonly directory: string;
  /** Absolute. */
  readonly outDirectory: string;
  readonly importExtension: ".js" | ".ts" | "none";
  /** Absolute base folder, when the command line gives one. */
  readonly root: string | undefined;
}

const command = "npx vox-gen generate";
const usualConfig = /^vox\.config\.(m?[jt]s|json)$/;
/** Says where the relative paths start. */
const place = "(in the output folder)";

/** The command that makes the outputs of a run again. */
export function regenerateCommand(options: RegenerateOptions): string {
  const { configPath, patterns, outDirectory } = options;
  if (patterns.length === 0) {
    const name = basename(configPath ?? "");
    return configPath === undefined || usualConfig.test(name)
      ? command
      : `${command} --config ${quote(name)}`;
  }
  const relative = (path: string): string => quote(shownPath(outDirectory, path));
  const schemas = patterns.map((pattern) =>
    pattern.startsWith("!")
      ? quote(`!${shownPath(outDirectory, absolutePath(options.directory, pattern.slice(1)))}`)
      : relative(absolutePath(options.directory, pattern)),
  );
  const words = [command, ...schemas, "--out ."];
  if (options.root !== undefined) words.push(`--root ${relative(options.root)}`);
  if (options.importExtension !== ".js") words.push(`--import-extension ${options.importExtension}`);
  return [...words, place].join(" ");
}

/** Paths and patterns of schemas in a header's command, relative to the output folder; empty for a config run. */
export function schemasOfCommand(text: string): readonly string[] {
  if (!text.startsWith(`${command} `) || !text.endsWith(place)) return [];
  const words = text.slice(command.length, -place.length).match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  const end = words.findIndex((word) => word.startsWith("--"));
  return words
    .slice(0, end < 0 ? words.length : end)
    .map(unquote)
    .filter((word) => !word.startsWith("!"));
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word);
}

function unquote(word: string): string {
  return word.startsWith('"') ? (JSON.parse(word) as string) : word;
}
