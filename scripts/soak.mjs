/**
 * `npm run soak -- --calls 1000000`: builds, then makes that many calls on one connection and compares the heaps; see
 * `bench/soak/calls.mjs`.
 */
import { buildPackages, install, root, run, tool } from "./run.mjs";

install();
buildPackages();
run(process.execPath, [`${root}packages/cli/bin/vox-gen.js`, "generate", "schema.vox", "--out", "gen"], {
  cwd: `${root}bench`,
});
tool("typescript", "typescript/bin/tsc", ["-p", "bench"]);
run(process.execPath, ["--expose-gc", "bench/soak/calls.mjs", ...process.argv.slice(2)]);
