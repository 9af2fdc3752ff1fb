/**
 * `npm run bench`: builds, generates the bench's code, runs codecs and calls, prints ratios. `npm run bench --
 * fairness` runs `bench/fairness/` instead: a quiet client beside busy ones; `npm run bench -- decoded` what decoded
 * values take in memory, `npm run bench -- keys` maps of keys that a peer chooses.
 * Names behind these run only some of them.
 */
import { buildPackages, install, root, run, tool } from "./run.mjs";

install();
buildPackages();
run(
  process.execPath,
  [
    `${root}packages/cli/bin/vox-gen.js`,
    "generate",
    "schema.vox",
    "newer.vox",
    "fairness.vox",
    "decoded.vox",
    "--out",
    "gen",
  ],
  {
    cwd: `${root}bench`,
  },
);
tool("typescript", "typescript/bin/tsc", ["-p", "bench"]);
run(process.execPath, ["bench/run.mjs", ...process.argv.slice(2)]);
