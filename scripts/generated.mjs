/**
 * `npm run generate`: writes every generated file that is committed. With `--check` (`npm run generated`) it writes
 * nothing and fails when one is stale. Needs a build.
 */
import { root, run } from "./run.mjs";

const check = process.argv.includes("--check") ? ["--check"] : [];
const bin = `${root}packages/cli/bin/vox-gen.js`;

run(process.execPath, ["scripts/message-schemas.mjs", ...check]);
run(
  process.execPath,
  [
    bin,
    "generate",
    "schemas/everything.vox",
    "schemas/probe.vox",
    "schemas/streams.vox",
    "--out",
    "tests/interop/gen",
    ...check,
  ],
  { cwd: root },
);
run(
  process.execPath,
  [bin, "generate", "tests/application/shop.vox", "--out", "tests/application/gen", ...check],
  { cwd: root },
);
