/** `npm run golden`: compares with every recorded file and prints `N of N equal` for each list, then the exceptions. */
import { install, tool } from "./run.mjs";

install();
tool("vitest", "vitest/vitest.mjs", [
  "run",
  "tests/golden",
  "tests/session",
  "--reporter=./scripts/golden-reporter.mjs",
]);
