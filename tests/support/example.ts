/** The projects of `examples/`, built as their own `npm start` builds them. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { bin, root } from "./command.js";

/** Folder of the example, after `vox-gen generate` and the type check have run there. */
export function buildExample(name: string): string {
  const folder = join(root, "examples", name);
  for (const args of [
    [bin, "generate"],
    [join(root, "node_modules/typescript/lib/tsc.js"), "-p", "."],
  ])
    execFileSync(process.execPath, args, { cwd: folder });
  return folder;
}
