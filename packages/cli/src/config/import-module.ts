/** Config files that are modules. */
import { statSync } from "node:fs";
import { register } from "node:module";
import { pathToFileURL } from "node:url";
import { CliError, messageOf, systemCode } from "../errors.js";

/** A number for each load, so that a changed file is not taken from Node's cache. */
let loads = 0;
let isHooked = false;

/**
 * The default export of a JavaScript or TypeScript module. A second load reads the file again; what the file itself
 * imports stays as it was first read.
 *
 * TypeScript is loaded by Node where it can, and transpiled by us where it cannot (Node 20).
 *
 * @throws CliError `Config` when the module cannot be loaded or has no default export
 */
export async function importConfigModule(path: string, shown: string): Promise<unknown> {
  const url = pathToFileURL(path).href;
  if (/\.m?ts$/.test(path)) prepareTypeScript();
  loads += 1;
  const version = `${statSync(path).mtimeMs}-${loads}`;
  let loaded: { readonly default?: unknown };
  try {
    loaded = await import(loads === 1 ? url : `${url}?version=${version}`);
  } catch (cause) {
    throw new CliError("Config", `${shown}: ${messageOf(cause)}`, { help: helpFor(cause), cause });
  }
  if (loaded.default === undefined)
    throw new CliError("Config", `${shown} has no default export`, {
      help: "write `export default { schemas: …, out: … }`",
    });
  return loaded.default;
}

function helpFor(error: unknown): string | undefined {
  if (systemCode(error) === "ERR_MODULE_NOT_FOUND") return "run npm install, or correct the import";
  if (error instanceof SyntaxError) return "a config file is an ES module: `import` and `export default`";
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
