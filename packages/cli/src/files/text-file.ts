/** Texts on disk. */
import { lstatSync, readFileSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path/posix";
import { CliError, fileError, systemCode } from "../errors.js";
import { slashes } from "./paths.js";

const absent: ReadonlySet<string | undefined> = new Set(["ENOENT", "ENOTDIR"]);
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Text of a UTF-8 file, a byte order mark included; undefined when there is no such file.
 *
 * @throws CliError `File` when it cannot be read or is not UTF-8
 */
export function readTextFile(path: string): string | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (absent.has(systemCode(error))) return undefined;
    throw fileError("read", path, error);
  }
  return utf8Text(bytes, path);
}

/**
 * The text of a file's bytes.
 *
 * @param shown name of the file in the error
 * @throws CliError `File` when they are not UTF-8
 */
export function utf8Text(bytes: Uint8Array, shown: string): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new CliError("File", `cannot read ${shown}: it is not UTF-8 text`, {
      help: "save the file as UTF-8",
      cause,
    });
  }
}

/**
 * The stats of a path, symbolic links followed; undefined when nothing is there.
 *
 * @throws CliError `File` when it cannot be found out
 */
export function statOf(path: string): Stats | undefined {
  return lookAt(path, statSync);
}

/** As {@link statOf}, but of a symbolic link itself. */
export function linkStatOf(path: string): Stats | undefined {
  return lookAt(path, lstatSync);
}

function lookAt(path: string, look: (path: string) => Stats): Stats | undefined {
  try {
    return look(path);
  } catch (error) {
    if (absent.has(systemCode(error))) return undefined;
    throw fileError("look at", path, error);
  }
}

/**
 * An absolute path with its links followed. Where the path does not exist yet, or a link leads to nothing, the function
 * follows the links of the part that exists.
 */
export function realPath(path: string): string {
  try {
    return slashes(realpathSync(path));
  } catch {
    const parent = dirname(path);
    return parent === path
      ? path
      : `${realPath(parent).replace(/\/$/, "")}${path.slice(parent.replace(/\/$/, "").length)}`;
  }
}

/** The top folder of the repository that a folder is in: the nearest one upwards that holds `.git`. */
export function repositoryOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (linkStatOf(`${at}/.git`) !== undefined) return at;
    if (dirname(at) === at) return undefined;
  }
}
