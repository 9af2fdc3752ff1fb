/** `vox-gen watch`: a run at once, and one after each change. */
import { existsSync } from "node:fs";
import { dirname } from "node:path/posix";
import { configFileNames, findConfig } from "../config/load.js";
import { CliError, exitCode } from "../errors.js";
import { placesOf, type SchemaPlace } from "../files/find-schemas.js";
import { absolutePath, shownPath } from "../files/paths.js";
import { statOf } from "../files/text-file.js";
import type { Checked } from "../project/build.js";
import type { Environment } from "../project/environment.js";
import { type Project, type ProjectArguments, resolveProject } from "../project/resolve.js";
import { runOnce } from "../project/run.js";
import { failureOf } from "../report/failure.js";
import { type Interest, isCovered, joinInterests, watchedFolders } from "../watch/interest.js";
import { WatchLoop } from "../watch/loop.js";
import { watchFiles } from "../watch/watcher.js";

export interface WatchArguments extends ProjectArguments {
  /** Interval of looks at the files, in ms, instead of events of the system. */
  readonly pollMs?: number | undefined;
}

const defaultDebounceMs = 50;
/** Longest time that changes may put a run off, in ms. */
const maxDelayMs = 1000;

/** The same bounds as in the config. */
const minPollMs = 10;
const maxPollMs = 10_000;

/**
 * Milliseconds by which the time of a file may be behind the clock: systems stamp files with the time of their last
 * tick. It is below the default quiet time, so an edit of the user is not taken for one of the run.
 */
const fileClockLagMs = 20;
/** Most runs in a row that only the run before has caused. */
const maxOwnRuns = 5;

const nothing: Interest = { trees: [], files: new Set() };

/**
 * Runs until `environment.onStop` calls back. The command reports a fault of a schema, of a config or of the disk. The
 * next change starts a new run.
 *
 * @returns the exit code
 * @throws CliError when there is nothing to watch at all
 */
export async function watch(args: WatchArguments, environment: Environment): Promise<number> {
  if (args.pollMs !== undefined && !(args.pollMs >= minPollMs && args.pollMs <= maxPollMs))
    throw new CliError("Usage", `--poll takes a number of ms from ${minPollMs} to ${maxPollMs}`);
  const session = new WatchSession(args, environment, await firstConfig(args, environment.cwd));
  await session.run();
  environment.report({ kind: "stopped" });
  return exitCode.ok;
}

/** Path of the config file, even if its content is wrong; undefined when none is needed. */
async function firstConfig(args: WatchArguments, cwd: string): Promise<string | undefined> {
  if (args.config !== undefined) {
    const path = absolutePath(cwd, args.config);
    if (statOf(path)?.isFile() === true) return path;
  } else if (args.files.length === 0 || args.out === undefined) {
    const found = findConfig(cwd);
    if (found !== undefined) return found;
  }
  // Without a config, the command line must have all settings, or this throws.
  return (await resolveProject(cwd, args, true)).configPath;
}

class WatchSession {
  readonly #args: WatchArguments;
  readonly #environment: Environment;
  readonly #configPath: string | undefined;
  readonly #loop: WatchLoop;
  #debounceMs = defaultDebounceMs;
  /** The watched files and folders. */
  #interest: Interest = nothing;
  #closeWatcher: (() => Promise<void>) | undefined;
  #pollMs: number | undefined;
  /** When the newest run began, in ms since the epoch. */
  #since = 0;
  /** When it ended. */
  #until = 0;
  /** Runs in a row whose changes were made while the run before was going on. */
  #ownRuns = 0;
  #isStopping = false;

  constructor(args: WatchArguments, environment: Environment, configPath: string | undefined) {
    this.#args = args;
    this.#environment = environment;
    this.#configPath = configPath;
    this.#loop = new WatchLoop({
      clock: environment.clock,
      debounceMs: () => this.#debounceMs,
      maxDelayMs,
      run: (changed) => this.#run(changed),
      onError: (error) => this.#report(error),
    });
  }

  async run(): Promise<void> {
    let forget: (() => void) | undefined;
    const stopped = new Promise<void>((resolve) => {
      forget = this.#environment.onStop(resolve);
    });
    this.#loop.start();
    await stopped;
    this.#isStopping = true;
    await this.#loop.stop();
    await this.#closeWatcher?.();
    forget?.();
  }

  async #run(changed: readonly string[]): Promise<void> {
    const { cwd, report } = this.#environment;
    this.#ownRuns =
      changed.length > 0 && changed.every((path) => this.#isOwnWrite(path)) ? this.#ownRuns + 1 : 0;
    if (this.#ownRuns > maxOwnRuns) {
      this.#report(neverSettles(changed.map((path) => shownPath(cwd, path))));
      return;
    }
    this.#since = Date.now();
    if (changed.length > 0) report({ kind: "changed", paths: changed.map((path) => shownPath(cwd, path)) });
    let project: Project | undefined;
    let checked: Checked | undefined;
    try {
      project = await resolveProject(cwd, this.#args, true);
      this.#debounceMs = project.debounceMs ?? defaultDebounceMs;
      const options = {
        command: "watch",
        mode: "write",
        onChecked: (found: Checked) => {
          checked = found;
        },
      } as const;
      await runOnce(project, this.#environment, options);
    } catch (error) {
      this.#report(error);
    }
    this.#until = Date.now();
    await this.#watch(this.#wanted(project, checked), this.#args.pollMs ?? project?.pollMs);
    // The watcher never saw a file that was removed before its first look.
    for (const path of checked?.files ?? []) if (!existsSync(path)) this.#loop.changed(path);
  }

  /** Whether a file was written during the newest run: a config is a program, and may write. */
  #isOwnWrite(path: string): boolean {
    const time = statOf(path)?.mtimeMs ?? 0;
    return time >= this.#since - fileClockLagMs && time <= this.#until;
  }

  /** The files that a run depended on. A run that cannot find them out keeps the files of the run before. */
  #wanted(project: Project | undefined, checked: Checked | undefined): Interest {
    const config = interestInConfig(project?.configPath ?? this.#configPath);
    if (project === undefined) return joinInterests(config, this.#interest);
    const { patterns, directory, cwd, origin } = project;
    const places = checked?.places ?? placesOf({ patterns, directory, cwd, origin });
    const schemas = interestInPlaces(places, checked?.asked ?? new Set());
    return joinInterests(config, checked === undefined ? joinInterests(schemas, this.#interest) : schemas);
  }

  /** Replaces the watcher by a new one, where the old one does not see enough. */
  async #watch(wanted: Interest, pollMs: number | undefined): Promise<void> {
    const { cwd, report } = this.#environment;
    if (this.#isStopping) return;
    if (this.#closeWatcher !== undefined && pollMs === this.#pollMs && isCovered(this.#interest, wanted))
      return;
    const before = this.#closeWatcher;
    const isFirst = before === undefined;
    this.#interest = wanted;
    this.#pollMs = pollMs;
    this.#closeWatcher = await watchFiles(wanted, {
      cwd,
      since: () => this.#since,
      pollMs,
      onChange: (path) => this.#loop.changed(path),
      onError: (error) => this.#report(error),
    });
    await before?.();
    const folders = watchedFolders(wanted).map((folder) => shownPath(cwd, folder));
    if (isFirst) report({ kind: "watching", folders });
  }

  #report(error: unknown): void {
    this.#environment.report(failureOf(error));
  }
}

function neverSettles(paths: readonly string[]): CliError {
  return new CliError("Config", `each run changes ${paths.join(", ")}, so no run is the last one`, {
    help: "the config must not write what it reads; the next change of another kind starts a run",
  });
}

/** A config file and the files in the same folder that would replace it. */
function interestInConfig(path: string | undefined): Interest {
  if (path === undefined) return nothing;
  const folder = dirname(path);
  return { trees: [], files: new Set([path, ...configFileNames.map((name) => `${folder}/${name}`)]) };
}

function interestInPlaces(places: readonly SchemaPlace[], asked: ReadonlySet<string>): Interest {
  const trees = places.filter(({ kind }) => kind === "pattern").map(({ folder }) => folder);
  const named = places.flatMap(({ path }) => (path === undefined ? [] : [path]));
  return { trees, files: new Set([...named, ...asked]) };
}
