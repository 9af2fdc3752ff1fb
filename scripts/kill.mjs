/**
 * `npm run kill -- --rounds 100 [--seed N]`: the long form of the kill test, see `tests/kill/server.test.ts`. Without a
 * seed it takes a fresh one; seed and counts are printed.
 */
import { parseArgs } from "node:util";
import { buildPackages, install, root, run } from "./run.mjs";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "100" }, seed: { type: "string" } },
});
for (const [name, value] of Object.entries(values)) {
  if (/^\d+$/.test(value)) continue;
  console.error(`--${name} takes a whole number, not ${value}`);
  process.exit(2);
}
install();
buildPackages();
const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31));
const env = { ...process.env, KILL_ROUNDS: values.rounds, KILL_SEED: seed };
run(process.execPath, [`${root}node_modules/vitest/vitest.mjs`, "run", "tests/kill"], { env });
