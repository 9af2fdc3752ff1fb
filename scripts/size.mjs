/** `npm run size`: builds, generates the clients that are measured, type-checks them, prints the table of sizes. */
import { buildPackages, install, root, run, tool } from "./run.mjs";

install();
buildPackages();
run(
  process.execPath,
  [`${root}packages/cli/bin/vox-gen.js`, "generate", "size/unary.vox", "size/streams.vox", "--out", "gen"],
  { cwd: `${root}bench` },
);
tool("typescript", "typescript/bin/tsc", ["-p", "bench/size"]);
run(process.execPath, ["bench/size/run.mjs", ...process.argv.slice(2)]);
