/** The watcher library behind one function. */
import { existsSync } from "node:fs";
import { dirname } from "node:path/posix";
import { type FSWatcher, watch } from "chokidar";
import { CliError, systemCode } from "../errors.js";
import { isInside, slashes } from "../files/paths.js";
import { type Interest, isInteresting, isInterestingFolder, watchedFolders } from "./interest.js";

export interface WatcherOptions {
  /** Absolute working directory, which is taken to stay where it is. */
  readonly cwd: string;
  /** Milliseconds since the epoch: files that were changed later are told at once. */
  readonly since: number;
  /** Look every so many ms instead of waiting for events of the system. */
  readonly pollMs: number | undefined;
  /** Told the absolute path of a file that was created, changed or removed. */
  readonly onChange: (path: string) => void;
  readonly onError: (error: unknown) => void;
}

/** File times are coarser than the clock, by up to this many ms. */
const timeSlackMs = 20;

/**
 * Watches files. Resolves when all is being watched; what changed since `options.since` has been told by then.
 *
 * @returns ends the watching
 */
export async function watchFiles(interest: Interest, options: WatcherOptions): Promise<() => Promise<void>> {
  const { since, pollMs, onChange, onError, cwd } = options;
  const watcher: FSWatcher = watch([...watchRoots(interest, cwd)], {
    ignored: (path, stats) => {
      const absolute = slashes(path);
      if (isInteresting(interest, absolute)) return false;
      return stats?.isFile() === true || !isInterestingFolder(interest, absolute);
    },
    // The first look tells every file, so that a change between the run and the first look is not missed.
    ignoreInitial: false,
    ...(pollMs === undefined ? {} : { usePolling: true, interval: pollMs, binaryInterval: pollMs }),
  });
  let isReady = false;
  watcher.on("all", (event, path, stats) => {
    if (event === "addDir" || event === "unlinkDir") return;
    const absolute = slashes(path);
    if (!isInteresting(interest, absolute)) return;
    const changedAt = Math.max(stats?.mtimeMs ?? 0, stats?.ctimeMs ?? 0);
    if (isReady || event !== "add" || changedAt >= since - timeSlackMs) onChange(absolute);
  });
  watcher.on("error", (error) => onError(explain(error)));
  await new Promise<void>((resolve) => watcher.once("ready", resolve));
  isReady = true;
  return () => watcher.close();
}

/**
 * Folders to watch. A folder below the working directory is watched from there, another one from its parent: so it may be
 * removed and come back.
 */
export function watchRoots(interest: Interest, cwd: string): ReadonlySet<string> {
  const roots = new Set<string>();
  for (const folder of watchedFolders(interest)) {
    if (isInside(cwd, folder)) roots.add(cwd);
    else if (isInside(folder, cwd)) roots.add(folder);
    else roots.add(existing(dirname(folder)));
  }
  return roots;
}

function existing(folder: string): string {
  let found = folder;
  while (!existsSync(found) && dirname(found) !== found) found = dirname(found);
  return found;
}

function explain(error: unknown): unknown {
  const code = systemCode(error);
  if (code !== "ENOSPC" && code !== "EMFILE") return error;
  return new CliError("File", "the system's limit of watched files is reached", {
    help: "raise the limit, or look at the files in intervals: vox-gen watch --poll 500",
    cause: error,
  });
}
