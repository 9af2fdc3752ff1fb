/** Config files that are modules. */
import { statSync } from "node:fs";
import { register } from "node:module";
import { pathToFileURL } from "node:url";
import type { Clock } from "@voxrpc/runtime";
import { CliError, messageOf, systemCode } from "../errors.js";

/** A number for each load, so that a changed file is not taken from Node's cache. */
let loads = 0;
let isHooked = false;

/** Longest time that a config may take, in ms. */
const patienceMs = 30_000;

/**
 * The default export of a JavaScript or TypeScript module, or of the promise that it exports. A second load reads the file
 * again; what the file itself imports stays as it was first read.
 *
 * TypeScript is loaded by Node where it can, and transpiled by us where it cannot (Node 20).
 *
 * @throws CliError `Config` when the module cannot be loaded, does not settle or has no default export
 */
export async function importConfigModule(path: string, shown: string, clock: Clock): Promise<unknown> {
  const url = pathToFileURL(path).href;
  if (/\.[mc]?ts$/.test(path)) prepareTypeScript();
  loads += 1;
  const version = `${statSync(path).mtimeMs}-${loads}`;
  let value: unknown;
  try {
    value = await settled(exportOf(loads === 1 ? url : `${url}?version=${version}`), shown, clock);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError("Config", `${shown}: ${messageOf(cause)}`, { help: helpFor(cause), cause });
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

/** Waits for a config, which is a program and may wait for what never comes: then Node would end without a word. */
function settled(value: Promise<unknown>, shown: string, clock: Clock): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(patienceMs, () =>
      reject(
        new CliError("Config", `${shown} did not settle within ${patienceMs / 1000} s`, {
          help: "it awaits something that does not come: look for a promise that is never resolved",
        }),
      ),
    );
    value.then(resolve, reject).finally(() => clock.clearTimer(timer));
  });
}

function helpFor(error: unknown): string | undefined {
  if (systemCode(error) === "ERR_MODULE_NOT_FOUND") return "run npm install, or correct the import";
  if (error instanceof SyntaxError)
    return 'a config is an ES module (`export default`); a .cjs file, and a .js file without `"type": "module"`, says `module.exports =`';
  return undefined;
}

/** Whether this Node reads TypeScript by itself. */
function nodeReadsTypeScript(): boolean {
  const kind: unknown = Reflect.get(process.features, "typescript");
  return kind === "strip" || kind === "transform";
}

function prepareTypeScript(): void {
  if (isHooked || nodeReadsTypeScript()) return;
  isHooked = true;
  register("./typescript-hook.js", import.meta.url);
}
