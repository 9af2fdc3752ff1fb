/** Runs before a package is packed, in its folder: copies what belongs into every tarball. */
import { copyFileSync } from "node:fs";
import { root } from "./run.mjs";

for (const name of ["LICENSE", "CHANGELOG.md"]) copyFileSync(`${root}${name}`, name);
