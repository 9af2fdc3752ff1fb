/**
 * `npm run model -- --steps 1000000 [--seed N]`: one long run of the model of sessions, see `tests/model`. Without a
 * seed it takes a fresh one. It prints the seed, counts of the events and, for a failure, the step and its history.
 */
import { parseArgs } from "node:util";
import { install, root, run } from "./run.mjs";

const { values } = parseArgs({
  options: { steps: { type: "string", default: "1000000" }, seed: { type: "string" } },
});
for (const [name, value] of Object.entries(values)) {
  if (/^\d+$/.test(value)) continue;
  console.error(`--${name} takes a whole number, not ${value}`);
  process.exit(2);
}
install();
const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31));
const env = { ...process.env, MODEL_STEPS: values.steps, MODEL_SEED: seed };
run(process.execPath, [`${root}node_modules/vitest/vitest.mjs`, "run", "tests/model"], { env });
