/** Paths as they are compared and shown: absolute with `/` inside, relative to the working directory outside. */
import { isAbsolute, relative, resolve } from "node:path";

/** An absolute path with `/` between its parts on every platform. */
export function absolutePath(directory: string, path: string): string {
  return slashes(resolve(directory, path));
}

/** A path as people see it: relative to `directory`, unless the drive differs. The directory itself is `.`. */
export function shownPath(directory: string, path: string): string {
  const shown = slashes(relative(directory, path));
  if (shown === "") return ".";
  return isAbsolute(shown) ? slashes(path) : shown;
}

/** `/` between the parts. On POSIX a backslash is a letter of a name and stays. */
export function slashes(path: string): string {
  return process.platform === "win32" ? path.replaceAll("\\", "/") : path;
}

/** Whether `path` is `folder` or below it; both absolute with `/`. */
export function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

/** The deepest folder that holds all of `folders`, or undefined when there is none (other drives). */
export function commonFolder(folders: readonly string[]): string | undefined {
  const [first, ...rest] = folders.map((folder) => folder.split("/"));
  if (first === undefined) return undefined;
  let length = first.length;
  for (const parts of rest) {
    let same = 0;
    while (same < length && parts[same] === first[same]) same += 1;
    length = same;
  }
  if (length === 0) return undefined;
  const joined = first.slice(0, length).join("/");
  return joined === "" ? "/" : joined;
}
