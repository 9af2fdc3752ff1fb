/** Folders that go away, and the command line in this process. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { main } from "./main.js";

/** A folder of its own for one test, removed by `using`. */
export class TemporaryFolder implements Disposable {
  readonly path: string = realpathSync(mkdtempSync(join(tmpdir(), "vox cli ")));

  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), text);
  }

  remove(path: string): void {
    rmSync(this.at(path), { recursive: true });
  }

  read(path: string): string {
    return readFileSync(this.at(path), "utf8");
  }

  at(path: string): string {
    return join(this.path, path);
  }

  /** Paths of all files, sorted, with `/`. */
  files(): readonly string[] {
    return readdirSync(this.path, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(this.path.length + 1)
          .replaceAll("\\", "/"),
      )
      .sort();
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export interface MainResult {
  readonly code: number;
  readonly out: string;
  readonly error: string;
  /** Lines of standard output as JSON, with times set to 0. */
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

/** Runs a command line in this process. */
export async function runMain(
  cwd: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<MainResult> {
  let out = "";
  let error = "";
  const code = await main(args, {
    cwd,
    environment,
    out: { write: (text) => (out += text), isTTY: false },
    error: { write: (text) => (error += text), isTTY: false },
    onStop: () => () => {},
  });
  const events = args.includes("json")
    ? out
        .trimEnd()
        .split("\n")
        .map((line) => ({ ...JSON.parse(line), ...(line.includes("durationMs") ? { durationMs: 0 } : {}) }))
    : [];
  return { code, out, error, events };
}

export const greeterSchema = `package greeter

/// Says hello.
service Greeter {
  hello(name: string) -> string
}
`;
