/** Processes of the tests of surroundings. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const program: string = here("dist/program.js");

/** Builds the program, on the built packages. */
export async function buildProgram(): Promise<void> {
  const bundle = await rolldown({
    input: here("program.ts"),
    platform: "node",
    external: [/^@voxrpc\//],
    resolve: { extensionAlias: { ".js": [".ts", ".js"] } },
    logLevel: "warn",
  });
  await bundle.write({ file: program, format: "esm", codeSplitting: false });
  await bundle.close();
}

/** What a process says in one line. */
export type Said = Readonly<Record<string, unknown>>;

/** A process that says lines of JSON. */
export class Program {
  readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  /** @param shell what runs before the program, in which `exec "$@"` starts it */
  constructor(args: readonly string[], shell = 'exec "$@"') {
    const command = [process.execPath, program, ...args];
    this.child = spawn("sh", ["-c", shell, "sh", ...command], { stdio: ["pipe", "pipe", "inherit"] });
    const { stdout } = this.child;
    if (stdout === null) throw new Error("no output");
    this.lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The next line. @throws Error when the process has ended */
  async next(): Promise<Said> {
    const { done, value } = await this.lines.next();
    if (done === true)
      throw new Error(`the process has ended: ${this.child.exitCode ?? this.child.signalCode}`);
    return JSON.parse(value) as Said;
  }

  /** Asks something. */
  async ask(line: string): Promise<Said> {
    this.child.stdin?.write(`${line}\n`);
    return this.next();
  }

  async kill(): Promise<void> {
    if (!this.isAlive) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
  }
}

/** Why a machine cannot do what a test needs; undefined when it can. It is said, so that a skipped test is seen. */
export function obstacle(what: string, command: string): string | undefined {
  if (process.platform !== "linux") return `SKIPPED, ${what}: Linux only`;
  const { status, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
  return status === 0 ? undefined : `SKIPPED, ${what}: ${stderr.trim()}`;
}
