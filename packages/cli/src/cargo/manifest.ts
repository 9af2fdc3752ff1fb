/** The facts of a `Cargo.toml` about a crate and about the crates that it uses. */
import { parse, type TomlTable, type TomlValue } from "smol-toml";
import { CliError, messageOf } from "../errors.js";
import { absolutePath } from "../files/paths.js";
import { readTextFile, statOf } from "../files/text-file.js";

export interface Manifest {
  /** Absolute folder of the `Cargo.toml`. */
  readonly folder: string;
  /** Undefined for a workspace without a crate of its own. */
  readonly packageName: string | undefined;
  /** As Rust code names the crate. */
  readonly crateName: string | undefined;
  /** Absolute path of `src/lib.rs`, or of the file that replaces it; undefined when there is none. */
  readonly root: string | undefined;
  readonly isWorkspace: boolean;
  readonly dependencies: readonly Dependency[];
}

export interface Dependency {
  /** The name of the dependency in the crate's code, with `_`. */
  readonly alias: string;
  readonly packageName: string;
  /** Absolute folder, where it is named by one. */
  readonly folder: string | undefined;
  /** Whether the workspace defines the dependency: `{ workspace = true }`. */
  readonly isInherited: boolean;
}

/**
 * Reads the `Cargo.toml` of a folder; undefined when there is none.
 *
 * @throws CliError `File` when it is not TOML
 */
export function readManifest(folder: string): Manifest | undefined {
  const path = `${folder}/Cargo.toml`;
  const text = statOf(path)?.isFile() === true ? readTextFile(path) : undefined;
  if (text === undefined) return undefined;
  let document: TomlTable;
  try {
    document = parse(text);
  } catch (error) {
    const [first = ""] = messageOf(error).split("\n");
    throw new CliError("File", `cannot read ${path}: ${first}`, {
      help: "does cargo read it?",
      cause: error,
    });
  }
  const packageName = textOf(tableOf(document, "package")?.["name"]);
  const library = tableOf(document, "lib");
  return {
    folder,
    packageName,
    crateName: textOf(library?.["name"]) ?? packageName?.replaceAll("-", "_"),
    root: packageName === undefined ? undefined : rootOf(folder, textOf(library?.["path"])),
    isWorkspace: tableOf(document, "workspace") !== undefined,
    dependencies: dependenciesOf(document, folder),
  };
}

/** The nearest folder upwards, this one included, that holds a `Cargo.toml`; it must be in `top`. */
export function manifestAbove(folder: string, top: string): Manifest | undefined {
  for (let at = folder; ; at = absolutePath(at, "..")) {
    const found = readManifest(at);
    if (found !== undefined) return found;
    if (at === top || absolutePath(at, "..") === at) return undefined;
  }
}

function rootOf(folder: string, written: string | undefined): string | undefined {
  const candidates = written === undefined ? ["src/lib.rs", "src/main.rs"] : [written];
  return candidates.map((path) => absolutePath(folder, path)).find((path) => statOf(path)?.isFile() === true);
}

const dependencyTables = ["dependencies", "dev-dependencies", "build-dependencies"];

function dependenciesOf(document: TomlTable, folder: string): readonly Dependency[] {
  const workspace = tableOf(document, "workspace");
  const targets = Object.values(tableOf(document, "target") ?? {}).filter(isTable);
  const owners = [document, ...targets, ...(workspace === undefined ? [] : [workspace])];
  return owners.flatMap((owner) =>
    dependencyTables.flatMap((name) =>
      Object.entries(tableOf(owner, name) ?? {}).map(([alias, value]): Dependency => {
        const entry = isTable(value) ? value : {};
        const path = textOf(entry["path"]);
        return {
          alias: alias.replaceAll("-", "_"),
          packageName: textOf(entry["package"]) ?? alias,
          folder: path === undefined ? undefined : absolutePath(folder, path),
          isInherited: entry["workspace"] === true,
        };
      }),
    ),
  );
}

function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
}

function tableOf(table: TomlTable, key: string): TomlTable | undefined {
  const value = Object.hasOwn(table, key) ? table[key] : undefined;
  return isTable(value) ? value : undefined;
}

function textOf(value: TomlValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
