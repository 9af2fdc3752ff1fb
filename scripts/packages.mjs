/** `npm run packages`: packs the three packages and checks what consumers resolve. Needs a build. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run, tool } from "./run.mjs";

const directory = mkdtempSync(join(tmpdir(), "vox-pack-"));
try {
  for (const name of ["runtime", "codegen", "cli"])
    run("npm", ["pack", "--silent", "--pack-destination", directory], { cwd: `${root}packages/${name}` });
  for (const tarball of readdirSync(directory).sort()) {
    const path = join(directory, tarball);
    tool("publint", "publint/src/cli.js", ["run", path, "--strict"]);
    tool("attw", "@arethetypeswrong/cli/dist/index.js", [path, "--profile", "esm-only", "--quiet"]);
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
