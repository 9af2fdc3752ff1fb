/**
 * `npm run generate`: writes every generated file that is committed. With `--check` (`npm run generated`) it writes
 * nothing and fails when one is stale. Needs a build.
 */
import { root, run } from "./run.mjs";

const check = process.argv.includes("--check") ? ["--check"] : [];
const bin = `${root}packages/cli/bin/vox-gen.js`;

run(process.execPath, ["scripts/message-schemas.mjs", ...check]);
for (const [schemas, out] of [
  [["schemas/everything.vox", "schemas/probe.vox", "schemas/streams.vox"], "tests/interop/gen"],
  [["tests/application/shop.vox"], "tests/application/gen"],
  [["fixtures/golden/session.vox"], "tests/support/gen"],
])
  run(process.execPath, [bin, "generate", ...schemas, "--out", out, ...check], { cwd: root });
