/** `npm run pack`: builds, and writes the packages as tarballs to `tarballs/`. */
import { mkdirSync, rmSync } from "node:fs";
import { buildPackages, install, packageNames, root, run } from "./run.mjs";

install();
// Outputs of modules that are gone must not be packed.
for (const name of packageNames) rmSync(`${root}packages/${name}/dist`, { recursive: true, force: true });
buildPackages();
mkdirSync(`${root}tarballs`, { recursive: true });
for (const name of packageNames)
  run("npm", ["pack", "--silent", "--pack-destination", `${root}tarballs`], {
    cwd: `${root}packages/${name}`,
  });
