/** `npm run pack`: builds, and writes the three packages as tarballs to `tarballs/`. */
import { mkdirSync } from "node:fs";
import { buildPackages, install, root, run } from "./run.mjs";

install();
buildPackages();
mkdirSync(`${root}tarballs`, { recursive: true });
for (const name of ["runtime", "codegen", "cli"])
  run("npm", ["pack", "--silent", "--pack-destination", `${root}tarballs`], {
    cwd: `${root}packages/${name}`,
  });
