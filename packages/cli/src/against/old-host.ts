/** Files of the disk under paths of their own, so that an old version and the new one never share a path. */
import type { Host } from "@voxrpc/codegen";
import { realPath } from "../files/text-file.js";
import { nodeHost } from "../node-host.js";

/** Prefix of the path of each old file. No absolute path on disk starts with it. */
const mark = "/was:";

/** The path of an old file. @param path absolute, on disk */
export function oldPath(path: string): string {
  return path.startsWith("/") ? `${mark}${path}` : `${mark}/${path}`;
}

/** Where an old file is on disk. */
export function diskPath(path: string): string {
  const found = path.slice(mark.length);
  return /^\/[A-Za-z]:/.test(found) ? found.slice(1) : found;
}

/** Whether a path is that of an old file. */
function isOld(path: string): boolean {
  return path.startsWith(`${mark}/`);
}

/** @param names path of an old file → its path on disk, for files with another name there */
export function oldHost(names: ReadonlyMap<string, string> = new Map()): Host {
  // An older state of a project may be in any folder. There too, the host reads schemas only.
  const disk = nodeHost((path) => (realPath(path).endsWith(".vox") ? undefined : "is not a .vox file"));
  return {
    read: (path) => (isOld(path) ? disk.read(names.get(path) ?? diskPath(path)) : undefined),
    list: (folder) => (isOld(folder) ? (disk.list?.(diskPath(folder)) ?? []) : []),
  };
}
