/**
 * Which generated files a run may remove. Several runs may share an output folder (two lines of a script, each with a
 * schema of its own), so being unwanted by one is not enough.
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path/posix";
import { absolutePath } from "../files/paths.js";
import type { GeneratedHeader } from "./header.js";
import { schemasOfCommand } from "./regenerate.js";

export interface StaleOptions {
  /** Absolute output folder. */
  readonly outDirectory: string;
  /** Folder whose layout this run's output mirrors. */
  readonly baseDirectory: string;
  /** Whether this run makes everything that its config asks for. */
  readonly isWholeConfig: boolean;
}

/**
 * Decides about files that carry our header and are not wanted by this run.
 *
 * - A file of a run with named schemas is stale when the schema that it was made from is gone.
 * - A file of a config run is stale when this is a whole config run too: the config does not ask for it any more.
 */
export function staleRule(options: StaleOptions): (path: string, header: GeneratedHeader) => boolean {
  const { outDirectory, baseDirectory, isWholeConfig } = options;
  return (_path, { schema, command }) => {
    const named = command === undefined ? [] : schemasOfCommand(command);
    if (schema === undefined) return isWholeConfig;
    if (existsSync(absolutePath(baseDirectory, schema))) return isWholeConfig && named.length === 0;
    if (named.length === 0) return isWholeConfig;
    return !named.some((entry) => mayHold(absolutePath(outDirectory, entry), schema));
  };
}

/** Whether a schema is still there, seen from an entry of the run that read it: in its folder or one above. */
function mayHold(entry: string, schema: string): boolean {
  if (entry.endsWith(`/${schema}`)) return existsSync(entry);
  const isFile = entry.endsWith(".vox") && !/[*?[{]/.test(entry);
  const fixed = entry.replace(/\/[^/]*[*?[{].*$/, "");
  let folder = isFile ? dirname(entry) : fixed;
  for (;;) {
    if (existsSync(absolutePath(folder, schema))) return true;
    const parent = dirname(folder);
    if (parent === folder) return false;
    folder = parent;
  }
}
