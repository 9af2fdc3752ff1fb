/** Config files that are modules. */
import { statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Clock } from "@voxrpc/runtime/link";
import { CliError, messageOf, systemCode } from "../errors.js";

/** A number for each load, so that a changed file is not taken from Node's cache. */
let loads = 0;

/** Longest time that a config may take, in ms. */
const graceMs = 30_000;

/**
 * Loads a JavaScript or TypeScript module. A second load reads the file again, but keeps the modules that the file
 * imports as they were first read.
 *
 * Node loads TypeScript where it can; where it cannot (Node 20), jiti transpiles it. Types are not checked.
 *
 * @returns the default export, awaited when it is a promise
 * @throws CliError `Config` when the module cannot be loaded, does not settle or has no default export
 */
export async function importConfigModule(path: string, shown: string, clock: Clock): Promise<unknown> {
  const url = pathToFileURL(path).href;
  loads += 1;
  const version = `${statSync(path).mtimeMs}-${loads}`;
  let value: unknown;
  try {
    const loading = isTranspiled(path)
      ? transpiled(path)
      : exportOf(loads === 1 ? url : `${url}?version=${version}`);
    value = await settled(loading, shown, clock);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError("Config", `${shown}: ${faultOf(cause, path)}`, { help: helpFor(cause), cause });
  }
  if (value === undefined)
    throw new CliError("Config", `${shown} has no default export`, {
      help: "write `export default { schemas: …, out: … }`",
    });
  return value;
}

async function exportOf(url: string): Promise<unknown> {
  const loaded: { readonly default?: unknown } = await import(url);
  return loaded.default;
}

/** Waits for a config, which is a program and may wait without end: then Node would exit without a message. */
function settled(value: Promise<unknown>, shown: string, clock: Clock): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(graceMs, () =>
      reject(
        new CliError("Config", `${shown} did not settle within ${graceMs / 1000} s`, {
          help: "it awaits something that does not come: look for a promise that is never resolved",
        }),
      ),
    );
    value.then(resolve, reject).finally(() => clock.clearTimer(timer));
  });
}

/** The message of a thrown error, with the place in the config where it is known; no paths of this machine. */
function faultOf(error: unknown, path: string): string {
  const [first = "", second = ""] = messageOf(error).split("\n");
  const parsed = /^ParseError: (.*?)\s*$/.exec(first)?.[1];
  if (parsed === undefined)
    return `${thrownAt(error, path)}${messageOf(error).replace(/\nRequire stack:[\s\S]*$/, "")}`;
  const [, line, column] = /:(\d+):(\d+)$/.exec(second.trim()) ?? [];
  return line === undefined ? parsed : `line ${line}, column ${Number(column) + 1}: ${parsed}`;
}

/** `line 3: `, from the innermost frame in the config. Columns are those of transpiled code, so there is none. */
function thrownAt(error: unknown, path: string): string {
  const frames = error instanceof Error ? (error.stack ?? "").split("\n") : [];
  const frame = frames.find((text) => /^\s*at /.test(text) && text.includes(path)) ?? "";
  const [, line] = /:(\d+):\d+\)?$/.exec(frame) ?? [];
  return line === undefined ? "" : `line ${line}: `;
}

function helpFor(error: unknown): string | undefined {
  if (/^(ERR_)?MODULE_NOT_FOUND$/.test(systemCode(error) ?? ""))
    return "run npm install, or correct the import";
  if (error instanceof SyntaxError)
    return 'a config is an ES module (`export default`); a .cjs file, and a .js file without `"type": "module"`, says `module.exports =`';
  return undefined;
}

/** Whether this Node reads TypeScript by itself. */
function nodeReadsTypeScript(): boolean {
  const kind: unknown = Reflect.get(process.features, "typescript");
  return kind === "strip" || kind === "transform";
}

/** Whether a file needs a transpiler. */
function isTranspiled(path: string): boolean {
  return /\.[mc]?ts$/.test(path) && !nodeReadsTypeScript();
}

/** The default export of a TypeScript file, on a Node that reads none. What it imports is read afresh, too. */
async function transpiled(path: string): Promise<unknown> {
  const { createJiti } = await import("jiti");
  const jiti = createJiti(path, { moduleCache: false, fsCache: false, interopDefault: false });
  const loaded = await jiti.import<{ readonly default?: unknown }>(path);
  const isModule = typeof loaded !== "object" || "__esModule" in loaded || "default" in loaded;
  return isModule ? loaded.default : loaded;
}
