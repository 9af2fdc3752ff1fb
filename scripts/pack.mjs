/** `npm run pack`: builds, and writes the three packages as tarballs to `tarballs/`. */
import { mkdirSync, rmSync } from "node:fs";
import { buildPackages, install, root, run } from "./run.mjs";

install();
// Outputs of modules that are gone must not be packed.
for (const name of ["runtime", "codegen", "cli"])
  rmSync(`${root}packages/${name}/dist`, { recursive: true, force: true });
buildPackages();
mkdirSync(`${root}tarballs`, { recursive: true });
for (const name of ["runtime", "codegen", "cli"])
  run("npm", ["pack", "--silent", "--pack-destination", `${root}tarballs`], {
    cwd: `${root}packages/${name}`,
  });
