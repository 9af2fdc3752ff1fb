/** `npm run check`, for contributors before a commit: types, lint, English, layers, and the tests beside the sources. */
import { buildPackages, install, run, tool } from "./run.mjs";

install();
buildPackages();
tool("typescript", "typescript/bin/tsc", ["-p", "tsconfig.test.json"]);
tool("Biome", "@biomejs/biome/bin/biome", ["check", "."]);
run("npm", ["run", "--silent", "prose"]);
run("npm", ["run", "--silent", "layers"]);
tool("vitest", "vitest/vitest.mjs", [
  "run",
  "--reporter=dot",
  "packages/runtime/src/bytes",
  "packages/runtime/src/postcard",
  "packages/runtime/src/call",
  "packages/runtime/src/channel",
  "packages/runtime/src/driver",
  "packages/runtime/src/session",
  "tests/shape",
]);
