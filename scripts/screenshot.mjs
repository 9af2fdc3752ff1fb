/**
 * `npm run screenshot`: builds, runs the browser test of `examples/live-board`, and keeps what it sees for the README.
 */
import { buildPackages, install, root, run } from "./run.mjs";

install();
buildPackages();
run(process.execPath, ["node_modules/vitest/vitest.mjs", "run", "tests/examples/live-board.test.ts"], {
  env: { ...process.env, SCREENSHOT: `${root}docs/live-board.png` },
});
