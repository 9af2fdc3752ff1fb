/** `npm test`: installs what is missing, type-checks everything, runs all tests. Arguments go to vitest. */
import { buildPackages, install, tool } from "./run.mjs";

install();
buildPackages();
tool("typescript", "typescript/bin/tsc", ["-p", "tsconfig.test.json"]);
console.log("Type check passed.");
tool("vitest", "vitest/vitest.mjs", [
  "run",
  "--reporter=default",
  "--reporter=./scripts/summary-reporter.mjs",
  ...process.argv.slice(2),
]);
