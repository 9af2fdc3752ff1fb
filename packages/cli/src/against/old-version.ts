/** The version that the schemas of a project are compared with: a commit, a folder, a file or a lock. */
import { basename, dirname, isAbsolute, relative } from "node:path/posix";
import type { Compilation, FileNode, Host, Model } from "@voxrpc/codegen";
import type { Compiler } from "../compiler.js";
import { CliError } from "../errors.js";
import { findSchemas } from "../files/find-schemas.js";
import { absolutePath, commonFolder, isInside, shownPath } from "../files/paths.js";
import { readTextFile, statOf } from "../files/text-file.js";
import { nodeHost } from "../node-host.js";
import { checkOut, folderIn } from "./git.js";
import { lockBase } from "./lock-file.js";

/** What is compared with, opened. Disposing removes what was written for it. */
export interface OldVersion extends Disposable {
  readonly model: Model;
  readonly files: readonly FileNode[];
  /** Folders that the paths of both versions are relative to. */
  readonly oldBase: string;
  readonly newBase: string;
  /** A file of the old version as it is shown: `main:schemas/catalog.vox`. */
  shown(path: string): string;
}

/** What the old version is looked for with. */
export interface Search {
  readonly cwd: string;
  /** As given: a path relative to `directory`, or a name that git knows. */
  readonly against: string;
  /** Folder that `against` is relative to. */
  readonly againstDirectory: string;
  /** Schemas of the project: patterns as written, and the folder that they are relative to. */
  readonly patterns: readonly string[];
  readonly directory: string;
  /** Files of the new version, absolute. */
  readonly files: readonly string[];
  readonly entries: readonly string[];
}

/**
 * Opens the old version. A path that exists comes before a name of git.
 *
 * @throws CliError when it cannot be found, or does not compile
 */
export async function openOldVersion(compiler: Compiler, search: Search): Promise<OldVersion> {
  const path = absolutePath(search.againstDirectory, search.against);
  const found = statOf(path);
  if (found === undefined) return openCommit(compiler, search);
  if (found.isDirectory()) return openFolder(compiler, search, path);
  return path.endsWith(".vox") ? openSchema(compiler, search, path) : openLockFile(compiler, search, path);
}

const nothing = (): void => {};

async function openCommit(compiler: Compiler, search: Search): Promise<OldVersion> {
  const { against, directory, cwd } = search;
  const checkout = checkOut(directory, against);
  try {
    const folder = folderIn(checkout);
    const entries = await entriesIn(search, folder);
    const { model, files } = compileOld(compiler, nodeHost(), entries, against);
    const up = checkout.inside === "" ? "." : checkout.inside.replace(/[^/]+/g, "..");
    return {
      model,
      files,
      oldBase: checkout.folder,
      newBase: absolutePath(directory, up),
      shown: (path) =>
        isInside(checkout.folder, path)
          ? `${against}:${path.slice(checkout.folder.length + 1)}`
          : shownPath(cwd, path),
      [Symbol.dispose]: () => checkout[Symbol.dispose](),
    };
  } catch (error) {
    checkout[Symbol.dispose]();
    throw error;
  }
}

/** A folder is another state of the project's folder, or of the folder that holds its schemas. */
async function openFolder(compiler: Compiler, search: Search, folder: string): Promise<OldVersion> {
  const { cwd, directory, against } = search;
  const alike = await entriesIn(search, folder);
  const isAlike = alike.length > 0;
  const origin = `--against ${against}`;
  const entries = isAlike
    ? alike
    : (await findSchemas({ patterns: ["."], directory: folder, cwd, origin })).entries;
  const { model, files } = compileOld(compiler, nodeHost(), entries, against);
  const newBase = isAlike
    ? directory
    : (commonFolder(search.files.map((file) => dirname(file))) ?? directory);
  return {
    model,
    files,
    oldBase: folder,
    newBase,
    shown: (path) => shownPath(cwd, path),
    [Symbol.dispose]: nothing,
  };
}

/** One schema file stands for the one of the project, whatever the two are called. */
function openSchema(compiler: Compiler, search: Search, path: string): OldVersion {
  const { cwd, entries, against } = search;
  const [entry] = entries;
  const disk = nodeHost();
  const twin = entries.length === 1 && entry !== undefined ? `${dirname(path)}/${basename(entry)}` : path;
  const host: Host = { ...disk, read: (asked) => disk.read(asked === twin ? path : asked) };
  const { model, files } = compileOld(compiler, host, [twin], against);
  const newBase = entry === undefined ? cwd : dirname(entry);
  const shown = (file: string): string => shownPath(cwd, file === twin ? path : file);
  return { model, files, oldBase: dirname(path), newBase, shown, [Symbol.dispose]: nothing };
}

function openLockFile(compiler: Compiler, search: Search, path: string): OldVersion {
  const shownLock = shownPath(search.cwd, path);
  const folder = `${path}/`;
  const opened = compiler.openLock(readTextFile(path) ?? "", path);
  if (opened.problem !== undefined) throw badLock(shownLock, opened.problem);
  return {
    model: opened.model,
    files: opened.files,
    oldBase: path,
    newBase: lockBase(path, search.files),
    shown: (file) => (file.startsWith(folder) ? `${shownLock}:${file.slice(folder.length)}` : file),
    [Symbol.dispose]: nothing,
  };
}

/** A lock that cannot be used. */
export function badLock(shown: string, problem: string): CliError {
  return new CliError("File", `${shown}: ${problem}`, {
    help: "restore it from version control, or write it anew with vox-gen lock",
  });
}

const magic = /[*?[{]|[!@+]\(/;

/** Schemas that the patterns of the project name in another folder; none when nothing is there. */
async function entriesIn(search: Search, folder: string): Promise<readonly string[]> {
  const { cwd, directory, against } = search;
  const patterns = search.patterns
    .map((pattern) => relativePattern(directory, pattern))
    // A file that was not there yet is no error.
    .filter((pattern) => magic.test(pattern) || statOf(absolutePath(folder, pattern)) !== undefined);
  if (!patterns.some((pattern) => !pattern.startsWith("!"))) return [];
  try {
    return (await findSchemas({ patterns, directory: folder, cwd, origin: `--against ${against}` })).entries;
  } catch (error) {
    if (error instanceof CliError && error.code === "Config") return [];
    throw error;
  }
}

function relativePattern(directory: string, pattern: string): string {
  const [mark, path] = pattern.startsWith("!") ? ["!", pattern.slice(1)] : ["", pattern];
  return isAbsolute(path) ? `${mark}${relative(directory, path)}` : pattern;
}

function compileOld(
  compiler: Compiler,
  host: Host,
  entries: readonly string[],
  against: string,
): { readonly model: Model; readonly files: Compilation["files"] } {
  const { model, diagnostics, files } = compiler.compile(host, entries);
  if (model !== undefined) return { model, files };
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const [first] = errors;
  const place = first === undefined ? "" : `${basename(first.span.file)}: `;
  throw new CliError("Usage", `the schemas of ${against} have errors: ${place}${first?.message ?? ""}`, {
    help: "compare with a version that compiles",
  });
}
