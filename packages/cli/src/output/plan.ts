/** The changes of a run on disk: the wanted files compared with the existing ones. */
import { readdirSync } from "node:fs";
import { CliError, fileError, systemCode } from "../errors.js";
import { shownPath } from "../files/paths.js";
import { readTextFile, statOf } from "../files/text-file.js";
import type { FileChange } from "../report/event.js";
import type { GeneratedHeader } from "./header.js";
import { parseHeader } from "./header.js";
import { claimOf } from "./owner.js";

/** A file as the command would write it. */
export interface WantedFile {
  /** Absolute, with `/`. */
  readonly path: string;
  readonly text: string;
  /** Absolute path of the schema that it is made of. */
  readonly source: string;
  /** Absolute path of its owner: the config, or the schema. */
  readonly owner: string;
}

/** One change of the disk. */
export interface PlannedChange {
  readonly change: FileChange;
  /** Absolute, with `/`. */
  readonly path: string;
  /** The text on disk; undefined for a new file. */
  readonly before: string | undefined;
  /** The text that the command writes; undefined when the command deletes the file. */
  readonly after: string | undefined;
}

export interface OutputPlan {
  /** By path. */
  readonly changes: readonly PlannedChange[];
  /** Number of wanted files that are on disk with the wanted text. */
  readonly unchanged: number;
}

export interface PlanOptions {
  /** Absolute output folder: the plan looks at nothing outside of it. */
  readonly outDirectory: string;
  /** Absolute working directory, for messages. */
  readonly cwd: string;
  /** How the names of outputs end. */
  readonly ending: string;
  /** Whether a generated file that this run does not want is stale. Default: never. */
  readonly isStale?: (path: string, header: GeneratedHeader) => boolean;
}

/**
 * Compares wanted files with the disk, and writes nothing. A file that differs in its line ends only is unchanged: a
 * checkout on another system may have made them so.
 *
 * @throws CliError `File` when a wanted path holds a file of another owner, or one that is neither generated nor empty
 */
export function planOutput(wanted: readonly WantedFile[], options: PlanOptions): OutputPlan {
  const changes: PlannedChange[] = [];
  const paths = new Set<string>();
  let unchanged = 0;
  for (const file of wanted) {
    const { path, text } = file;
    if (paths.has(path)) throw new CliError("Config", `two schemas have the output ${shown(path, options)}`);
    paths.add(path);
    const before = readTextFile(path);
    if (before === undefined) changes.push({ change: "created", path, before, after: text });
    else if (unixLines(before) === text) unchanged += 1;
    else {
      mayOverwrite(file, before, options);
      changes.push({ change: "updated", path, before, after: text });
    }
  }
  changes.push(...staleFiles(paths, options));
  changes.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { changes, unchanged };
}

/** Refuses to overwrite a file that was not generated, or that belongs to another owner. */
function mayOverwrite({ path, owner, source }: WantedFile, before: string, options: PlanOptions): void {
  const header = parseHeader(before);
  if (header === undefined) {
    if (before.trim() !== "") throw inTheWay(shown(path, options));
    return;
  }
  const claim = claimOf(path, header, owner, source);
  if (claim.kind !== "foreign") return;
  throw new CliError(
    "File",
    `${shown(path, options)} belongs to ${shown(claim.owner, options)}, so it is not overwritten`,
    { help: `choose another output folder, or remove the file so that ${shown(owner, options)} can have it` },
  );
}

/** A file's text with `\n` alone at its line ends, and without a byte order mark. */
export function unixLines(text: string): string {
  const plain = text.startsWith("\ufeff") ? text.slice(1) : text;
  return plain.includes("\r") ? plain.replaceAll("\r\n", "\n") : plain;
}

function shown(path: string, { cwd }: PlanOptions): string {
  return shownPath(cwd, path);
}

function inTheWay(path: string): CliError {
  return new CliError("File", `${path} exists and was not generated, so it is not overwritten`, {
    help: "move or delete it, or choose another output folder",
  });
}

function staleFiles(wanted: ReadonlySet<string>, options: PlanOptions): readonly PlannedChange[] {
  const { isStale, outDirectory, ending } = options;
  if (isStale === undefined) return [];
  const stale: PlannedChange[] = [];
  for (const path of outputsBelow(outDirectory, ending)) {
    if (wanted.has(path) || isSameFile(path, wanted)) continue;
    const before = readTextFile(path);
    const header = before === undefined ? undefined : parseHeader(before);
    if (header !== undefined && isStale(path, header))
      stale.push({ change: "removed", path, before, after: undefined });
  }
  return stale;
}

/** On a disk that takes capitals for small letters, a listed name can be a wanted one. */
function isSameFile(path: string, wanted: ReadonlySet<string>): boolean {
  const lower = path.toLowerCase();
  for (const other of wanted) {
    if (other.toLowerCase() !== lower) continue;
    const a = statOf(path);
    const b = statOf(other);
    if (a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev) return true;
  }
  return false;
}

/** Names of generated files, folders of packages and of git left out; symbolic links to folders are not followed. */
function outputsBelow(folder: string, ending: string): readonly string[] {
  const found: string[] = [];
  const pending = [folder];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const entry of listFolder(next)) {
      const path = `${next === "/" ? "" : next}/${entry.name}`;
      if (entry.isDirectory() && entry.name !== "node_modules" && entry.name !== ".git") pending.push(path);
      else if (entry.name.endsWith(ending) && !entry.isDirectory()) found.push(path);
    }
  }
  return found;
}

function listFolder(folder: string): readonly { readonly name: string; isDirectory(): boolean }[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw fileError("list", folder, error);
  }
}
