/** Where the lock of a project is, and what is in it. */
import { dirname } from "node:path/posix";
import { absolutePath, commonFolder } from "../files/paths.js";
import { readTextFile } from "../files/text-file.js";

export const lockName = "vox.lock";

/** Path of the lock: beside the config, else in the working directory. */
export function lockPath({
  configPath,
  cwd,
}: {
  readonly configPath: string | undefined;
  readonly cwd: string;
}): string {
  return absolutePath(configPath === undefined ? cwd : dirname(configPath), lockName);
}

/**
 * The base folder of paths in a lock: the folder of the lock, or one above it that holds every schema. It is the same
 * on every machine.
 */
export function lockBase(path: string, files: readonly string[]): string {
  const folder = dirname(path);
  return commonFolder([folder, ...files.map((file) => dirname(file))]) ?? folder;
}

/** Text of a lock; undefined when there is none. @throws CliError when it cannot be read */
export function readLock(path: string): string | undefined {
  return readTextFile(path);
}
