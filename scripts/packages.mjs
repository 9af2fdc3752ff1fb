/**
 * `npm run packages`: packs the packages, checks what consumers resolve, and installs them as an application does.
 * Needs a build.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkInstalls } from "./installs.mjs";
import { packageNames, root, run, tool } from "./run.mjs";

const directory = mkdtempSync(join(tmpdir(), "vox-pack-"));
try {
  const tarballs = {};
  for (const name of packageNames) {
    run("npm", ["pack", "--silent", "--pack-destination", directory], { cwd: `${root}packages/${name}` });
    const packed = JSON.parse(readFileSync(`${root}packages/${name}/package.json`, "utf8"));
    const start = packed.name.replace("@", "").replace("/", "-");
    const file = readdirSync(directory).find((entry) => entry.startsWith(`${start}-${packed.version}`));
    if (file === undefined) throw new Error(`${name} was not packed`);
    tarballs[packed.name] = join(directory, file);
  }
  for (const path of Object.values(tarballs)) {
    tool("publint", "publint/src/cli.js", ["run", path, "--strict"]);
    tool("attw", "@arethetypeswrong/cli/dist/index.js", [path, "--profile", "esm-only", "--quiet"]);
  }
  checkInstalls(directory, tarballs);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
