/** Finds schema files from paths, folders and patterns. */
import { dirname } from "node:path/posix";
import { CliError, type CliErrorCode } from "../errors.js";
import { diskTree, type FileTree } from "./file-tree.js";
import { absolutePath, shownPath } from "./paths.js";

/** Where schemas are looked for. */
export interface SchemaSearch {
  /** Paths, folders or patterns, as written. A leading `!` takes files out. */
  readonly patterns: readonly string[];
  /** Absolute folder that they are relative to. */
  readonly directory: string;
  /** Absolute working directory, for messages. */
  readonly cwd: string;
  /** The source of the entries, for messages: `vox.config.json: schemas`; undefined: the command line. */
  readonly origin?: string | undefined;
  /** Whether entries may find nothing, as in an older version of a project. Default: that is an error. */
  readonly mayMiss?: boolean;
  /** Default: the disk. */
  readonly tree?: FileTree;
}

/** The file or pattern that one entry of the search means. */
export interface SchemaPlace {
  readonly kind: "file" | "pattern";
  /** Absolute folder that a watcher must look at: recursively for a pattern. */
  readonly folder: string;
  /** Absolute path of a file. */
  readonly path: string | undefined;
}

export interface FoundSchemas {
  /** Absolute paths with `/`, sorted by code unit. */
  readonly entries: readonly string[];
  /** One for each entry of the search that adds files. */
  readonly places: readonly SchemaPlace[];
  /** Entries that found nothing, as written. */
  readonly missing: readonly string[];
}

const magic = /[*?[{]|[!@+]\(/;
const ignored = ["**/node_modules/**", "**/.git/**"];

/** Whether an entry is a pattern; one that exists as written is a file even so, which {@link placesOf} finds out. */
function isPattern(text: string): boolean {
  return magic.test(text);
}

interface SchemaTarget extends SchemaPlace {
  /** Absolute path of a file; pattern below `folder` otherwise. */
  readonly target: string;
}

/** The files and patterns that the entries of a search mean. Looks at the disk only to know files from folders. */
export function placesOf(search: SchemaSearch): readonly SchemaPlace[] {
  return search.patterns
    .filter((pattern) => !pattern.startsWith("!"))
    .map((pattern) => placeOf(search.directory, pattern, search.tree ?? diskTree));
}

function placeOf(directory: string, written: string, tree: FileTree): SchemaTarget {
  const path = absolutePath(directory, written);
  const found = tree.kindOf(path);
  if (found === "folder") return { kind: "pattern", folder: path, path: undefined, target: "**/*.vox" };
  if (found !== undefined || !isPattern(written))
    return { kind: "file", folder: dirname(path), path, target: path };
  const parts = path.split("/");
  const first = parts.findIndex((part) => isPattern(part));
  return {
    kind: "pattern",
    path: undefined,
    folder: parts.slice(0, first).join("/") || "/",
    target: parts.slice(first).join("/"),
  };
}

/**
 * Finds the schema files of a search.
 *
 * @throws CliError when a named file is missing or no schema, when an entry finds nothing, or when all is taken out
 *   again
 */
export async function findSchemas(search: SchemaSearch): Promise<FoundSchemas> {
  const { patterns, directory, tree = diskTree } = search;
  const code: CliErrorCode = search.origin === undefined ? "Usage" : "Config";
  const prefix = search.origin === undefined ? "" : `${search.origin}: `;
  const entries = new Set<string>();
  const places: SchemaTarget[] = [];
  const missing: string[] = [];
  for (const pattern of patterns) {
    if (pattern.startsWith("!")) continue;
    const place = placeOf(directory, pattern, tree);
    places.push(place);
    const isAbsent =
      place.kind === "file" && search.mayMiss === true && tree.kindOf(place.target) === undefined;
    if (place.kind === "file" && !isAbsent) await mustBeSchema(place.target, search, code, prefix);
    const found = isAbsent ? [] : place.kind === "file" ? [place.target] : await filesOf(place, tree);
    const schemas = found.filter((path) => path.endsWith(".vox"));
    if (schemas.length === 0) missing.push(pattern);
    for (const path of schemas) entries.add(path);
  }
  if (missing.length > 0 && search.mayMiss !== true) throw nothingMatches(missing, search, code, prefix);
  for (const pattern of patterns) {
    if (!pattern.startsWith("!")) continue;
    const place = placeOf(directory, pattern.slice(1), tree);
    for (const path of place.kind === "file" ? [place.target] : await filesOf(place, tree))
      entries.delete(path);
  }
  if (entries.size === 0 && search.mayMiss !== true) throw nothingMatches(patterns, search, code, prefix);
  return { entries: [...entries].sort(byCodeUnit), places, missing };
}

/** An entry that finds nothing is a mistake even where the others find a file: a moved folder, or a typing error. */
function nothingMatches(
  patterns: readonly string[],
  { cwd, directory }: SchemaSearch,
  code: CliErrorCode,
  prefix: string,
): CliError {
  const written = patterns.map((pattern) => `\`${pattern}\``).join(", ") || "an empty list";
  return new CliError(code, `${prefix}no .vox file matches ${written} in ${shownPath(cwd, directory)}`, {
    help: "name a file, a folder or a pattern such as schemas/*.vox; each must find a schema",
  });
}

async function filesOf(place: SchemaTarget, tree: FileTree): Promise<readonly string[]> {
  if (tree.kindOf(place.folder) === undefined) return [];
  const { glob } = await import("tinyglobby");
  const found = await glob(place.target, {
    cwd: place.folder,
    absolute: true,
    ignore: ignored,
    expandDirectories: false,
    ...(tree.fs === undefined ? {} : { fs: tree.fs }),
  });
  return found.map((path) => absolutePath(place.folder, path));
}

async function mustBeSchema(
  path: string,
  { cwd, tree = diskTree }: SchemaSearch,
  code: CliErrorCode,
  prefix: string,
): Promise<void> {
  const shown = shownPath(cwd, path);
  if (tree.kindOf(path) === undefined)
    throw new CliError(code, `${prefix}there is no file ${shown}`, {
      help: await suggestion(path, cwd, tree),
    });
  if (!path.endsWith(".vox"))
    throw new CliError(code, `${prefix}${shown} is not a .vox file`, {
      help: "the name of a schema ends in .vox",
    });
}

async function suggestion(path: string, cwd: string, tree: FileTree): Promise<string> {
  // Loaded for an error only: the compiler costs more than all the rest of a run.
  const { nearestName } = await import("@voxrpc/codegen");
  const folder = dirname(path);
  const schemas = tree.names(folder).filter((name) => name.endsWith(".vox"));
  const written = path.slice(folder.length).replace(/^\//, "");
  const near = schemas.includes(`${written}.vox`) ? `${written}.vox` : nearestName(written, schemas);
  return near === undefined
    ? "check the path"
    : `did you mean ${shownPath(cwd, absolutePath(folder, near))}?`;
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
