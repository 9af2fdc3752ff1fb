/**
 * `npm run faults`: the long form of the tests of surroundings, see `tests/faults/surroundings.test.ts`. Cases that
 * this machine cannot run are reported as skipped.
 */
import { buildPackages, install, root, run } from "./run.mjs";

install();
buildPackages();
const env = { ...process.env, FAULTS_LONG: "1" };
run(
  process.execPath,
  [`${root}node_modules/vitest/vitest.mjs`, "run", "tests/faults", "--reporter=verbose"],
  { env },
);
