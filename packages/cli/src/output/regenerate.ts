/**
 * The command in the header of a generated file. It makes that file again, and it depends neither on the folder that a
 * run was started in nor on what else the run has made: the same schema gives the same bytes everywhere. So its paths
 * are relative to the output folder, and it names one schema at most.
 */
import { basename, dirname } from "node:path/posix";
import { shownPath } from "../files/paths.js";

export interface RegenerateOptions {
  /** Absolute path of the config file of the run; undefined: the run named its schemas. */
  readonly configPath: string | undefined;
  /** Absolute path of a schema whose run makes the output: its own, or one that imports it. */
  readonly schema: string;
  /** Absolute. */
  readonly outDirectory: string;
  /** Absolute folder whose layout the output mirrors. */
  readonly baseDirectory: string;
  readonly importExtension: ".js" | ".ts" | "none";
  readonly target: "typescript" | "rust";
  /** Name of the package, where the output folder is the `src` of a crate. */
  readonly crate?: string | undefined;
  /** Settings of the command line that replace those of the config. */
  readonly overrides: ReadonlySet<"out" | "root" | "importExtension">;
}

const usualConfig = /^vox\.config\.([mc]?[jt]s|json)$/;
/** Says where the relative paths start. */
const place = "(in the output folder)";

/** The command that makes an output again. */
export function regenerateCommand(options: RegenerateOptions): string {
  const { configPath, schema, outDirectory, baseDirectory, importExtension, overrides, target, crate } =
    options;
  const language = target === "rust" ? " --target rust" : "";
  const command = `npx vox-gen generate${language}${crate === undefined ? "" : ` --crate ${crate}`}`;
  const out = crate === undefined ? "--out ." : "--out ..";
  const relative = (path: string): string => shellWord(shownPath(outDirectory, path));
  if (configPath === undefined) {
    const words = [command, relative(schema), out];
    if (baseDirectory !== dirname(schema)) words.push(`--root ${relative(baseDirectory)}`);
    if (importExtension !== ".js") words.push(`--import-extension ${importExtension}`);
    return [...words, place].join(" ");
  }
  if (usualConfig.test(basename(configPath)) && overrides.size === 0) return command;
  const words = [command, `--config ${relative(configPath)}`];
  if (overrides.has("out")) words.push(out);
  if (overrides.has("root")) words.push(`--root ${relative(baseDirectory)}`);
  if (overrides.has("importExtension")) words.push(`--import-extension ${importExtension}`);
  return [...words, place].join(" ");
}

/**
 * A word for shells. The shells of Windows understand double quotes too. A word gets single quotes when it has a
 * character with a meaning inside double quotes.
 */
export function shellWord(word: string): string {
  const path = word.startsWith("-") || word.startsWith("!") ? `./${word}` : word;
  if (/^[\w@+=:,./-]+$/.test(path)) return path;
  return /["$`\\!%]/.test(path) ? `'${path.replaceAll("'", "'\\''")}'` : `"${path}"`;
}
