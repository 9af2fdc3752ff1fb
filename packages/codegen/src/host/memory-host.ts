import type { Host } from "./host.js";
import { normalizePath } from "./path.js";

/** Files held in memory: for tests, the unsaved buffers of an editor, and browsers. */
export interface MemoryHost extends Host {
  /** Adds or replaces a file. */
  write(path: string, text: string): void;
  /** Forgets a file; over another host, its file is seen again. */
  remove(path: string): void;
}

/**
 * A host over texts in memory.
 *
 * @param files path → text; paths are absolute with `/` (a missing leading `/` is added)
 * @param base another host, for files that are not in memory
 */
export function memoryHost(
  files: Readonly<Record<string, string>> | ReadonlyMap<string, string> = {},
  base?: Host,
): MemoryHost {
  const entries =
    files instanceof Map ? [...files] : Object.entries(files as Readonly<Record<string, string>>);
  const texts = new Map(entries.map(([path, text]: [string, string]) => [normalizePath(path), text]));
  return {
    read: (path) => texts.get(normalizePath(path)) ?? base?.read(path),
    list: (folder) => {
      const prefix = normalizePath(folder).replace(/\/?$/, "/");
      const found = new Set(base?.list?.(folder) ?? []);
      for (const path of texts.keys()) {
        if (path.startsWith(prefix)) found.add(path.slice(prefix.length).replace(/\/.*$/, ""));
      }
      return [...found].sort();
    },
    write: (path, text) => void texts.set(normalizePath(path), text),
    remove: (path) => void texts.delete(normalizePath(path)),
  };
}
