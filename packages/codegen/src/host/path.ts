/** Paths of the compiler: absolute, `/` between parts on every platform. */

const drive = /^[A-Za-z]:/;

/** Resolves `.`, `..` and doubled `/`; adds a missing leading `/` (not before a drive letter). */
export function normalizePath(path: string): string {
  const text = path.replaceAll("\\", "/");
  const parts: string[] = [];
  for (const part of text.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  const joined = parts.join("/");
  return drive.test(joined) ? joined : `/${joined}`;
}

/** The folder that holds a file. */
export function parentPath(path: string): string {
  const at = path.lastIndexOf("/");
  return at <= 0 ? "/" : path.slice(0, at);
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The file that a relative path names, seen from another file. */
export function resolvePath(from: string, relative: string): string {
  return normalizePath(`${parentPath(from)}/${relative}`);
}
