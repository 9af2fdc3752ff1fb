/** The watcher library behind one function. */
import { existsSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname } from "node:path/posix";
import { type FSWatcher, watch } from "chokidar";
import { CliError, systemCode } from "../errors.js";
import { isInside, slashes } from "../files/paths.js";
import { type Interest, isInteresting, isInterestingFolder, watchedFolders } from "./interest.js";

export interface WatcherOptions {
  /** Absolute working directory, which is taken to stay where it is. */
  readonly cwd: string;
  /**
   * When the newest run began to read, in ms since the epoch. The watcher reports each file that changed later, however
   * it noticed the change.
   */
  readonly since: () => number;
  /** Look every so many ms instead of waiting for events of the system. */
  readonly pollMs: number | undefined;
  /** Takes the absolute path of a file that was created, changed or removed. */
  readonly onChange: (path: string) => void;
  readonly onError: (error: unknown) => void;
}

/** File times are coarser than the clock, by up to this many ms. */
const timeSlackMs = 20;

/**
 * Time from an event to the second look at the file, in ms. The library drops changes of a file within 50 ms of an
 * event, and a run may have read the file in between.
 */
const recheckMs = 100;

/**
 * Watches files. Resolves when it watches all of them. By then it has reported the changes since `options.since`.
 *
 * @returns a function that ends the watching
 */
export async function watchFiles(interest: Interest, options: WatcherOptions): Promise<() => Promise<void>> {
  const { since, pollMs, onChange, onError, cwd } = options;
  const looks = new FileStates(since, onChange);
  const watcher: FSWatcher = watch([...watchRoots(interest, cwd)], {
    ignored: (path, stats) => {
      const absolute = slashes(path);
      if (isInteresting(interest, absolute)) return false;
      return stats?.isFile() === true || !isInterestingFolder(interest, absolute);
    },
    // The first look reports every file, so that a change between the run and the first look is not missed.
    ignoreInitial: false,
    ...(pollMs === undefined ? {} : { usePolling: true, interval: pollMs, binaryInterval: pollMs }),
  });
  let isReady = false;
  watcher.on("all", (event, path, stats) => {
    if (event === "addDir" || event === "unlinkDir") return;
    const absolute = slashes(path);
    if (!isInteresting(interest, absolute)) return;
    looks.note(absolute, event === "unlink" ? undefined : stats);
    if (!isReady && event === "add" && changedAt(stats) < since() - timeSlackMs) return;
    onChange(absolute);
    looks.checkAgain(absolute);
  });
  watcher.on("error", (error) => onError(explain(error)));
  await new Promise<void>((resolve) => watcher.once("ready", resolve));
  isReady = true;
  // The library is blind between its look at a file and the start of its watching. Where it polls, it compares with a
  // first look that comes even later, and never sees a change before that look. So we compare ourselves.
  await looks.checkAll();
  if (pollMs !== undefined) looks.checkEvery(pollMs);
  return () => {
    looks.stop();
    return watcher.close();
  };
}

/** The state of each file at its last report: finds the changes that the library misses. */
class FileStates {
  readonly #since: () => number;
  readonly #onChange: (path: string) => void;
  /** By path; empty text where the look is not known. */
  readonly #known = new Map<string, string>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #interval: NodeJS.Timeout | undefined;
  #isLooking = false;

  constructor(since: () => number, onChange: (path: string) => void) {
    this.#since = since;
    this.#onChange = onChange;
  }

  /** @param stats undefined for a file that is gone, or whose state the library did not give */
  note(path: string, stats: Stats | undefined): void {
    if (stats === undefined) this.#known.delete(path);
    else this.#known.set(path, stateOf(stats));
  }

  /** Looks at a file a second time, soon. */
  checkAgain(path: string): void {
    clearTimeout(this.#timers.get(path));
    const timer = setTimeout(() => {
      this.#timers.delete(path);
      void this.#check(path);
    }, recheckMs);
    this.#timers.set(path, timer);
  }

  checkEvery(ms: number): void {
    this.#interval = setInterval(() => void this.checkAll(), ms);
  }

  async checkAll(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    for (const path of [...this.#known.keys()]) await this.#check(path);
    this.#isLooking = false;
  }

  stop(): void {
    clearInterval(this.#interval);
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#known.clear();
  }

  async #check(path: string): Promise<void> {
    const stats = await stat(path).catch(() => undefined);
    const known = this.#known.get(path);
    if (known === undefined) return;
    this.note(path, stats);
    if (stats !== undefined && (stateOf(stats) === known || changedAt(stats) < this.#since() - timeSlackMs))
      return;
    this.#onChange(path);
    this.checkAgain(path);
  }
}

/** Ms since the epoch; 0 where it is not known. */
function changedAt(stats: Stats | undefined): number {
  return Math.max(stats?.mtimeMs ?? 0, stats?.ctimeMs ?? 0);
}

function stateOf({ mtimeMs, ctimeMs, size, ino }: Stats): string {
  return `${mtimeMs} ${ctimeMs} ${size} ${ino}`;
}

/**
 * Folders to watch. A folder below the working directory is watched from there, another one from its parent: so it may
 * be removed and come back.
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
