/** The built `vox-gen` as a process. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of the checkout. */
export const root: string = fileURLToPath(new URL("../..", import.meta.url));

/** The command, as npm links it. */
export const bin: string = join(root, "packages/cli/bin/vox-gen.js");

/** Longest wait for anything: a busy machine is slow, a hang is for ever. */
const patienceMs = 60_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly error: string;
}

/** A process whose output can be waited for. */
export class Running implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #ended: Promise<Ended>;
  readonly #listeners = new Set<() => void>();
  #out = "";
  #error = "";
  /** Where the search of the next line starts. */
  #seen = 0;

  constructor(command: string, args: readonly string[], cwd: string, environment: NodeJS.ProcessEnv = {}) {
    const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, ...environment };
    // A group of its own, as a shell makes one for each command: a signal reaches what the command has started too.
    this.#process = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    this.#process.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#out += text;
      for (const listener of this.#listeners) listener();
    });
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#error += text;
      for (const listener of this.#listeners) listener();
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#process.once("error", reject);
      this.#process.once("close", (code, signal) => {
        resolve({ code, signal, out: this.#out, error: this.#error });
        for (const listener of this.#listeners) listener();
      });
    });
  }

  /** Everything said so far, on both streams. */
  get said(): string {
    return `${this.#out}\n--- errors ---\n${this.#error}`;
  }

  /** The next line of standard output that matches, after those that were waited for before. */
  line(pattern: RegExp): Promise<string> {
    return this.#wait(`a line like ${pattern}`, () => {
      for (;;) {
        const end = this.#out.indexOf("\n", this.#seen);
        if (end < 0) return undefined;
        const line = this.#out.slice(this.#seen, end);
        this.#seen = end + 1;
        if (pattern.test(line)) return line;
      }
    });
  }

  /** Waits until standard error holds something. */
  async complains(pattern: RegExp): Promise<void> {
    await this.#wait(`an error like ${pattern}`, () => (pattern.test(this.#error) ? true : undefined));
  }

  /** Sends a signal to the command and to what it has started, as Ctrl-C in a terminal does. */
  kill(signal: NodeJS.Signals): void {
    if (this.#process.pid !== undefined) process.kill(-this.#process.pid, signal);
  }

  ended(): Promise<Ended> {
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.kill("SIGKILL");
    } catch {
      // All of the group have ended.
    }
    await this.#ended;
  }

  #wait<Found>(wish: string, look: () => Found | undefined): Promise<Found> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(timer);
        this.#listeners.delete(check);
        act();
      };
      const timer = setTimeout(
        () => finish(() => reject(new Error(`no ${wish} in ${patienceMs} ms; it said:\n${this.said}`))),
        patienceMs,
      );
      const check = (): void => {
        const found = look();
        if (found !== undefined) finish(() => resolve(found));
        else if (this.#process.exitCode !== null || this.#process.signalCode !== null)
          finish(() => reject(new Error(`it ended without ${wish}; it said:\n${this.said}`)));
      };
      this.#listeners.add(check);
      check();
    });
  }
}

/** Starts `vox-gen`. */
export function start(cwd: string, args: readonly string[], environment?: NodeJS.ProcessEnv): Running {
  return new Running(process.execPath, [bin, ...args], cwd, environment);
}

/** Runs `vox-gen` to its end. */
export async function run(
  cwd: string,
  args: readonly string[],
  environment?: NodeJS.ProcessEnv,
): Promise<Ended> {
  return start(cwd, args, environment).ended();
}

/** A folder that goes away with the test. */
export class Folder implements Disposable {
  readonly path: string = realpathSync(mkdtempSync(join(tmpdir(), "vox-cli-test-")));

  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  at(path: string): string {
    return join(this.path, path);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), text);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export const greeter = `package greeter

/// Says hello.
service Greeter {
  hello(name: string) -> string
}
`;
