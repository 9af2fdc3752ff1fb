/** What a search for schemas looks at: the disk, or files in memory such as those of a commit. */
import { type Dirent, readdirSync } from "node:fs";
import type { FileSystemAdapter } from "tinyglobby";
import { statOf } from "./text-file.js";

/** Files and folders by absolute path with `/`. */
export interface FileTree {
  /** The kind of what is at a path, links followed; undefined when nothing is there. */
  kindOf(path: string): "file" | "folder" | undefined;
  /** Names in a folder; none when there is no such folder. */
  names(folder: string): readonly string[];
  /** How patterns are expanded; undefined: on the disk. */
  readonly fs?: FileSystemAdapter;
}

export const diskTree: FileTree = {
  kindOf(path) {
    const found = statOf(path);
    return found === undefined ? undefined : found.isDirectory() ? "folder" : "file";
  },
  names(folder) {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  },
};

/** @param paths of files; absolute with `/` */
export function memoryTree(paths: Iterable<string>): FileTree {
  const files = new Set(paths);
  const folders = new Map<string, Set<string>>();
  for (const path of files) {
    let below = path;
    for (let at = below.lastIndexOf("/"); at >= 0; at = below.lastIndexOf("/")) {
      const folder = below.slice(0, at) || "/";
      const known = folders.get(folder);
      const name = below.slice(at + 1);
      if (known !== undefined) {
        known.add(name);
        break;
      }
      folders.set(folder, new Set([name]));
      if (at === 0) break;
      below = folder;
    }
  }
  const kindOf = (path: string): "file" | "folder" | undefined =>
    files.has(path) ? "file" : folders.has(path) ? "folder" : undefined;
  const names = (folder: string): readonly string[] => [...(folders.get(folder) ?? [])];
  const entries = (folder: string): Dirent[] =>
    names(folder).map((name) => {
      const isFile = files.has(`${folder === "/" ? "" : folder}/${name}`);
      const entry = { name, isFile: () => isFile, isDirectory: () => !isFile, isSymbolicLink: () => false };
      return entry as Dirent;
    });
  const readdir = (
    folder: string,
    _options: unknown,
    done: (error: Error | null, entries: Dirent[]) => void,
  ): void => done(null, entries(folder.replaceAll("\\", "/").replace(/(?<=.)\/$/, "")));
  return { kindOf, names, fs: { readdir: readdir as NonNullable<FileSystemAdapter["readdir"]> } };
}
