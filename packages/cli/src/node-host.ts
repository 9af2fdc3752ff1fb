/** The compiler's host over the disk. */
import { readdirSync } from "node:fs";
import type { Host } from "@voxrpc/codegen";
import { readTextFile, statOf } from "./files/text-file.js";

/** A host over the disk that remembers every path that the compiler requested. */
export interface NodeHost extends Host {
  /** Every requested path, with or without a file: a watcher must watch all of them. */
  readonly asked: ReadonlySet<string>;
}

/**
 * Reads files afresh at every call.
 *
 * @param problemOf why a schema may not be read, after its name; undefined: it may
 *
 * Its `read` throws a CliError `File` for a file that is there and cannot be read.
 */
export function nodeHost(problemOf: (path: string) => string | undefined): NodeHost {
  const asked = new Set<string>();
  return {
    asked,
    read(path) {
      asked.add(path);
      if (problemOf(path) !== undefined) return undefined;
      // A folder is no file. The compiler reports an import of a folder, with the place of the import.
      if (statOf(path)?.isDirectory() === true) return undefined;
      return readTextFile(path);
    },
    refusal: (path) => (path.endsWith(".vox") ? problemOf(path) : undefined),
    list(folder) {
      // Names are suggestions, and of the same files only.
      if (problemOf(`${folder}/x.vox`) !== undefined) return [];
      try {
        return readdirSync(folder).sort();
      } catch {
        return [];
      }
    },
  };
}
