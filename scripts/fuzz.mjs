/**
 * `npm run fuzz -- [TARGET] [--seconds 20] [--seed N]`: mutated inputs for one target, or for each in turn, see `tests/fuzz`.
 * Without a seed it takes a fresh one. An input that breaks a rule is kept in `fixtures/fuzz/TARGET/`, and the tests try it from
 * then on.
 */
import { parseArgs } from "node:util";
import { install, root, run } from "./run.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string", default: "20" }, seed: { type: "string" } },
});
for (const [name, value] of Object.entries(values)) {
  if (/^\d+$/.test(value)) continue;
  console.error(`--${name} takes a whole number, not ${value}`);
  process.exit(2);
}
install();
const env = { ...process.env, FUZZ_SECONDS: values.seconds };
if (values.seed !== undefined) env.FUZZ_SEED = values.seed;
if (positionals[0] !== undefined) env.FUZZ_TARGET = positionals[0];
run(process.execPath, [`${root}node_modules/vitest/vitest.mjs`, "run", "tests/fuzz/fuzz.test.ts"], { env });
