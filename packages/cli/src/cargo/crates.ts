/** Crates for an import: the named crates, and the other crates of their workspace. */
import { readdirSync } from "node:fs";
import { basename, dirname } from "node:path/posix";
import { CliError } from "../errors.js";
import { absolutePath, isInside, shownPath } from "../files/paths.js";
import { repositoryOf, statOf } from "../files/text-file.js";
import { type Manifest, manifestAbove, readManifest } from "./manifest.js";

export interface FoundCrate {
  readonly name: string;
  readonly root: string;
  readonly renames: ReadonlyMap<string, string>;
}

export interface FoundCrates {
  readonly crates: readonly FoundCrate[];
  /** Names of the crates whose services are wanted. */
  readonly wanted: ReadonlySet<string>;
  /** Where only some files of the crates are wanted. */
  readonly files: ReadonlySet<string> | undefined;
  /** Absolute folders that Rust files are read from. */
  readonly folders: readonly string[];
}

/** Folders that hold no sources of the project. */
const skipped: ReadonlySet<string> = new Set(["target", "node_modules", "dist"]);
const maxDepth = 8;
const maxManifests = 2_000;

/**
 * Finds crates.
 *
 * @param paths as written: folders of crates or workspaces, folders in a crate, or `.rs` files
 * @throws CliError when a path holds no Rust source
 */
export function findCrates(paths: readonly string[], cwd: string): FoundCrates {
  const manifests = new Map<string, Manifest>();
  const wanted: Manifest[] = [];
  const alone: string[] = [];
  const files = new Set<string>();
  const folders: string[] = [];
  let isWhole = true;
  for (const path of paths.map((one) => absolutePath(cwd, one))) {
    const stat = statOf(path);
    if (stat === undefined)
      throw new CliError("Usage", `there is no ${shownPath(cwd, path)}`, { help: "check the path" });
    const folder = stat.isDirectory() ? path : dirname(path);
    const top = repositoryOf(folder) ?? (isInside(cwd, folder) ? cwd : folder);
    folders.push(folder);
    const below = stat.isDirectory() ? manifestsBelow(path, 0, manifests) : [];
    const above = below.length > 0 ? undefined : manifestAbove(folder, top);
    for (const manifest of workspaceOf(above ?? below[0], top, manifests))
      manifests.set(manifest.folder, manifest);
    if (below.length > 0) wanted.push(...below);
    else if (above?.root !== undefined) {
      wanted.push(above);
      isWhole = false;
      for (const file of stat.isDirectory() ? rustFiles(path, 0) : [path]) files.add(file);
    } else alone.push(...(stat.isDirectory() ? rootsOf(path, cwd) : [path]));
  }
  return assemble({ manifests, wanted, alone, files: isWhole ? undefined : files, folders });
}

interface CrateParts {
  readonly manifests: ReadonlyMap<string, Manifest>;
  readonly wanted: readonly Manifest[];
  readonly alone: readonly string[];
  readonly files: Set<string> | undefined;
  readonly folders: readonly string[];
}

function assemble({ manifests, wanted, alone, files, folders }: CrateParts): FoundCrates {
  const crates = new Map<string, FoundCrate>();
  const byPackage = new Map<string, string>();
  for (const { packageName, crateName } of manifests.values())
    if (packageName !== undefined && crateName !== undefined) byPackage.set(packageName, crateName);
  const inherited = new Map(
    [...manifests.values()]
      .filter(({ isWorkspace }) => isWorkspace)
      .flatMap(({ dependencies }) =>
        dependencies.map(({ alias, packageName }) => [alias, packageName] as const),
      ),
  );
  for (const { crateName, root, dependencies } of manifests.values()) {
    if (crateName === undefined || root === undefined || crates.has(crateName)) continue;
    const renames = new Map<string, string>();
    for (const { alias, packageName, isInherited } of dependencies) {
      const target = byPackage.get((isInherited ? inherited.get(alias) : undefined) ?? packageName);
      if (target !== undefined && target !== alias) renames.set(alias, target);
    }
    crates.set(crateName, { name: crateName, root, renames });
  }
  const names = new Set(
    wanted.flatMap(({ crateName, root }) => (root === undefined ? [] : (crateName ?? []))),
  );
  for (const root of alone) {
    const stem = basename(root, ".rs").replace(/\W/g, "_");
    const base =
      stem === "lib" || stem === "mod" || stem === "main"
        ? basename(dirname(root)).replace(/\W/g, "_")
        : stem;
    let name = base;
    for (let number = 2; crates.has(name); number += 1) name = `${base}_${number}`;
    crates.set(name, { name, root, renames: new Map() });
    names.add(name);
    if (files !== undefined) files.add(root);
  }
  const manifestFolders = [...manifests.values()].map(({ folder }) => folder);
  return { crates: [...crates.values()], wanted: names, files, folders: [...folders, ...manifestFolders] };
}

/** The crates of a workspace, and the crates that a dependency names by path. */
function workspaceOf(
  start: Manifest | undefined,
  top: string,
  known: ReadonlyMap<string, Manifest>,
): readonly Manifest[] {
  if (start === undefined) return [];
  let root = start;
  for (let at = start.folder; isInside(top, at); at = dirname(at)) {
    const found = readManifest(at);
    if (found?.isWorkspace === true) root = found;
    if (at === top || dirname(at) === at) break;
  }
  const found = new Map(known);
  const waiting = [root, start, ...manifestsBelow(root.folder, 0, found)];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    found.set(next.folder, next);
    for (const { folder } of next.dependencies) {
      if (folder === undefined || found.has(folder) || !isInside(top, folder)) continue;
      const manifest = readManifest(folder);
      if (manifest !== undefined) waiting.push(manifest);
    }
  }
  return [...found.values()];
}

/** Every `Cargo.toml` with a crate in a folder and below. */
function manifestsBelow(folder: string, depth: number, known: Map<string, Manifest>): readonly Manifest[] {
  const own = known.get(folder) ?? readManifest(folder);
  if (own !== undefined) known.set(folder, own);
  const found = own === undefined ? [] : [own];
  if (depth >= maxDepth || known.size >= maxManifests) return found;
  return [...found, ...foldersIn(folder).flatMap((one) => manifestsBelow(one, depth + 1, known))];
}

function foldersIn(folder: string): readonly string[] {
  return entriesOf(folder)
    .filter((entry) => entry.isDirectory && !skipped.has(entry.name) && !entry.name.startsWith("."))
    .map(({ name }) => `${folder}/${name}`);
}

function rustFiles(folder: string, depth: number): readonly string[] {
  const own = entriesOf(folder)
    .filter(({ name, isDirectory }) => !isDirectory && name.endsWith(".rs"))
    .map(({ name }) => `${folder}/${name}`);
  return depth >= maxDepth ? own : [...own, ...foldersIn(folder).flatMap((one) => rustFiles(one, depth + 1))];
}

/** Roots of crates in a folder that no `Cargo.toml` describes. */
function rootsOf(folder: string, cwd: string): readonly string[] {
  for (const name of ["lib.rs", "src/lib.rs", "mod.rs", "main.rs"])
    if (statOf(`${folder}/${name}`)?.isFile() === true) return [`${folder}/${name}`];
  const found = rustFiles(folder, 0);
  if (found.length > 0) return found;
  throw new CliError("Usage", `${shownPath(cwd, folder)} holds no Rust source`, {
    help: "name a crate, a workspace, a folder in a crate, or .rs files",
  });
}

function entriesOf(folder: string): readonly { readonly name: string; readonly isDirectory: boolean }[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
