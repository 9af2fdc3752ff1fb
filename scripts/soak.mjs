/**
 * `npm run soak [-- --calls 1000000 --seconds 60]`: builds, makes that many calls on one connection and compares the
 * heaps (`bench/soak/calls.mjs`), then mixed traffic over links that are cut for that long (`bench/soak/mixed.mjs`). Of
 * the two, `--calls 0` and `--seconds 0` leave one out.
 */
import { parseArgs } from "node:util";
import { buildPackages, install, root, run, tool } from "./run.mjs";

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "1000000" },
    seconds: { type: "string", default: "60" },
  },
});
install();
buildPackages();
run(
  process.execPath,
  [`${root}packages/cli/bin/vox-gen.js`, "generate", "schema.vox", "soak.vox", "--out", "gen"],
  { cwd: `${root}bench` },
);
tool("typescript", "typescript/bin/tsc", ["-p", "bench"]);
for (const [what, script] of [
  ["calls", "calls"],
  ["seconds", "mixed"],
])
  if (values[what] !== "0")
    run(process.execPath, ["--expose-gc", `bench/soak/${script}.mjs`, `--${what}`, values[what]]);
