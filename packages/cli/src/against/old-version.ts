/** The version that the schemas of a project are compared with: a commit, a folder, a file or a lock. */
import { basename, dirname, isAbsolute, relative } from "node:path/posix";
import type { Compilation, FileNode, Host, Model } from "@voxrpc/codegen";
import type { Compiler } from "../compiler.js";
import { CliError } from "../errors.js";
import { diskTree, type FileTree, memoryTree } from "../files/file-tree.js";
import { findSchemas } from "../files/find-schemas.js";
import { absolutePath, commonFolder, isInside, shownPath } from "../files/paths.js";
import { Roots } from "../files/roots.js";
import { readTextFile, realPath, statOf, utf8Text } from "../files/text-file.js";
import { type CommitFiles, folderIn, readCommit } from "./git.js";
import { lockBase } from "./lock-file.js";
import { diskPath, oldHost, oldPath } from "./old-host.js";

/** The old version, opened. */
export interface OldVersion {
  readonly model: Model;
  readonly files: readonly FileNode[];
  /** Folders that the paths of both versions are relative to. */
  readonly oldBase: string;
  readonly newBase: string;
  /** A file of the old version as it is shown: `main:schemas/catalog.vox`. */
  shown(path: string): string;
}

/** The options of a search for the old version. */
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
 * Opens the old version. An existing path comes before a name of git. The command refuses a version without any schema
 * of the project: a comparison with nothing finds no break.
 *
 * @throws CliError when it cannot be found, holds no schema of the project, or does not compile
 */
export async function openOldVersion(compiler: Compiler, search: Search): Promise<OldVersion> {
  const path = absolutePath(search.againstDirectory, search.against);
  // `main:../x` is no path, though one can be made of it. A single letter is a drive.
  const isRevision = /^[^/\\]{2,}:/.test(search.against);
  const found = statOf(isRevision ? `${search.againstDirectory}/${search.against}` : path);
  if (found === undefined) return openCommit(compiler, search);
  if (found.isDirectory()) return openFolder(compiler, search, path);
  return path.endsWith(".vox") ? openSchema(compiler, search, path) : openLockFile(compiler, search, path);
}

async function openCommit(compiler: Compiler, search: Search): Promise<OldVersion> {
  const { against, directory, cwd } = search;
  // The syntax of git: `main:schemas` is a folder of a commit, relative to the top of the repository.
  const [ref = "", ...rest] = against.split(":");
  const inner = rest.join(":");
  const commit = readCommit(directory, ref);
  const paths = [...commit.contents.keys()];
  const tree = memoryTree(paths.map((path) => `${commit.folder}/${path}`));
  mustHoldFiles(commit, search);
  const shown = (path: string): string =>
    isInside(commit.folder, path) ? `${ref}:${path.slice(commit.folder.length + 1)}` : shownPath(cwd, path);
  const host = hostOf(commit, tree, shown);
  if (rest.length > 0) {
    const folder = absolutePath(commit.folder, inner);
    const entries = isInside(commit.folder, folder) ? await everySchema(search, folder, tree) : [];
    if (entries.length === 0) throw holdsNone(search);
    const { model, files } = compileOld(compiler, host, entries, against);
    return { model, files, oldBase: folder, newBase: commonBase(search), shown };
  }
  const found = await entriesIn(search, folderIn(commit), listed(commit), tree);
  // A pattern that leads upwards may lead out of the repository.
  const entries = found.filter((path) => isInside(commit.folder, path));
  if (entries.length === 0) throw nothingThere(search);
  const { model, files } = compileOld(compiler, host, entries, against);
  const up = commit.inside === "" ? "." : commit.inside.replace(/[^/]+/g, "..");
  return { model, files, oldBase: commit.folder, newBase: absolutePath(directory, up), shown };
}

/** The files of a commit, and no other. */
function hostOf({ folder, contents }: CommitFiles, tree: FileTree, shown: (path: string) => string): Host {
  const roots = new Roots([folder], []);
  return {
    read(path) {
      const bytes = isInside(folder, path) ? contents.get(path.slice(folder.length + 1)) : undefined;
      if (bytes === undefined || roots.problemOfSchema(path) !== undefined) return undefined;
      return utf8Text(bytes, shown(path));
    },
    refusal: (path) => (path.endsWith(".vox") ? roots.problemOfSchema(path) : undefined),
    list: (inner) => [...tree.names(inner)].sort(),
  };
}

/** Refuses files that the commit cannot hold: those of submodules, and those outside of the repository. */
function mustHoldFiles({ top, submodules }: CommitFiles, { files, cwd, against }: Search): void {
  for (const file of files) {
    const real = realPath(file);
    const shown = shownPath(cwd, file);
    const submodule = submodules.find((path) => isInside(absolutePath(top, path), real));
    if (submodule !== undefined)
      throw new CliError(
        "Usage",
        `${shown} is in the submodule ${submodule}, whose files ${against} does not hold`,
        {
          help: "compare inside of the submodule, or with a folder or a lock",
        },
      );
    if (!isInside(top, real))
      throw new CliError("Usage", `${shown} is outside of the repository, so ${against} does not hold it`, {
        help: "compare with a folder or a lock",
      });
  }
}

/** Schemas of the project's folder in a commit, relative to that folder. */
function listed({ contents, inside }: CommitFiles): readonly string[] {
  const paths = [...contents.keys()];
  if (inside === "") return paths;
  return paths.filter((path) => path.startsWith(`${inside}/`)).map((path) => path.slice(inside.length + 1));
}

/** A folder is another state of the project's folder, or of the folder that holds its schemas. */
async function openFolder(compiler: Compiler, search: Search, folder: string): Promise<OldVersion> {
  const { cwd, directory, against } = search;
  const every = await everySchema(search, folder, diskTree);
  const listing = every.map((path) => path.slice(folder.length + 1));
  const alike = await entriesIn(search, folder, listing, diskTree);
  const isAlike = alike.length > 0;
  const entries = (isAlike ? alike : every).map(oldPath);
  const { model, files } = compileOld(compiler, oldHost(), entries, against);
  return {
    model,
    files,
    oldBase: oldPath(folder),
    newBase: isAlike ? directory : commonBase(search),
    shown: (path) => shownPath(cwd, diskPath(path)),
  };
}

/** Every schema below a folder. @throws CliError `Usage` when it holds none, or is not there */
async function everySchema(
  { cwd, against }: Search,
  folder: string,
  tree: FileTree,
): Promise<readonly string[]> {
  const search = { patterns: ["."], directory: folder, cwd, mayMiss: true, tree };
  const entries = tree.kindOf(folder) === undefined ? [] : (await findSchemas(search)).entries;
  if (entries.length > 0) return entries;
  throw holdsNone({ against });
}

function holdsNone({ against }: Pick<Search, "against">): CliError {
  return new CliError("Usage", `there is no .vox file in ${against}`, {
    help: "give --against a folder, a schema, a lock, or a branch, tag or commit that holds the schemas",
  });
}

/** Takes one schema file as the old version of the project's only schema, whatever the names of the two files are. */
function openSchema(compiler: Compiler, search: Search, path: string): OldVersion {
  const { cwd, entries, against } = search;
  const [entry] = entries;
  if (entry === undefined || entries.length > 1)
    throw new CliError(
      "Usage",
      `${against} is one schema, and there are ${entries.length} to compare with it`,
      {
        help: `name the one that is meant: vox-gen breaking SCHEMA --against ${against}`,
      },
    );
  const twin = oldPath(`${dirname(path)}/${basename(entry)}`);
  const { model, files } = compileOld(compiler, oldHost(new Map([[twin, path]])), [twin], against);
  const shown = (file: string): string => shownPath(cwd, file === twin ? path : diskPath(file));
  const oldBase = oldPath(dirname(path));
  return { model, files, oldBase, newBase: dirname(entry), shown };
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
  };
}

/** A lock that cannot be used. */
export function badLock(shown: string, problem: string): CliError {
  return new CliError("File", `${shown}: ${problem}`, {
    help: "restore it from version control, or write it again with vox-gen lock",
  });
}

/**
 * Schemas that the patterns of the project name in another folder; none when nothing is there. A pattern that finds
 * nothing there is new. The exception: that folder has schemas that are gone here, so the pattern may mean those.
 *
 * @param listing paths of all schemas of that folder, relative to it
 * @param tree the files of that folder
 * @throws CliError `Usage` when schemas may have moved
 */
async function entriesIn(
  search: Search,
  folder: string,
  listing: readonly string[],
  tree: FileTree,
): Promise<readonly string[]> {
  const { cwd, directory } = search;
  const patterns = search.patterns.map((pattern) => relativePattern(directory, pattern));
  const found = await findSchemas({ patterns, directory: folder, cwd, mayMiss: true, tree });
  if (found.entries.length === 0) return [];
  const known = new Set(found.entries);
  const isThere = (path: string): boolean => statOf(absolutePath(directory, path)) !== undefined;
  const gone = listing.filter((path) => !known.has(absolutePath(folder, path)) && !isThere(path));
  // A file of the same name that is new here is a move, too, even where every pattern finds something.
  const fresh = new Set(
    search.entries
      .filter((path) => !known.has(absolutePath(folder, relative(directory, path))))
      .map((path) => basename(path)),
  );
  const moved = gone.filter((path) => found.missing.length > 0 || fresh.has(basename(path)));
  if (moved.length === 0) return found.entries;
  throw mayHaveMoved(search, found.missing, moved);
}

/** Most paths that a message names. */
const maxNamed = 3;

function mayHaveMoved(
  { directory, cwd, against }: Search,
  missing: readonly string[],
  gone: readonly string[],
): CliError {
  const patterns = missing.map((pattern) => `\`${pattern}\``).join(", ");
  const more = gone.length > maxNamed ? ` and ${gone.length - maxNamed} more` : "";
  const names = gone.slice(0, maxNamed).map((path) => shownPath(cwd, absolutePath(directory, path)));
  const fact = missing.length === 0 ? "" : `no schema of ${against} matches ${patterns}, and `;
  return new CliError(
    "Usage",
    `${fact}${names.join(", ")}${more} of ${against} may have moved: it is not here any more`,
    {
      help: `compare what moved by itself: vox-gen breaking SCHEMA --against ${against}:FOLDER`,
    },
  );
}

function nothingThere({ against, patterns }: Search): CliError {
  const written = patterns.map((pattern) => `\`${pattern}\``).join(", ");
  return new CliError(
    "Usage",
    `no schema of ${against} matches ${written}, so there is nothing to compare with`,
    {
      help: `where they have moved, name the folder where they were, seen from the top of the repository: --against ${against}:FOLDER`,
    },
  );
}

/** The folder that the schemas of the new version have in common. */
function commonBase({ files, directory }: Search): string {
  return commonFolder(files.map((file) => dirname(file))) ?? directory;
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
