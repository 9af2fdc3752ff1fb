/**
 * `npm run check`, for contributors before a commit: types, lint, English, layers, and the tests beside the sources.
 * After the build, the steps run two at a time; what a step prints appears when it has ended.
 */
import { spawn } from "node:child_process";
import { buildPackages, install, packageNames, root } from "./run.mjs";

const tests = ["bytes", "postcard", "call", "channel", "driver", "session"].map(
  (folder) => `packages/runtime/src/${folder}`,
);
const steps = [
  ["types", "typescript/bin/tsc", "-p", "tsconfig.test.json"],
  ["tests", "vitest/vitest.mjs", "run", "--reporter=dot", ...tests, "tests/shape"],
  ["lint", "@biomejs/biome/bin/biome", "check", "."],
  ["English", "../scripts/prose.mjs"],
  [
    "layers",
    "dependency-cruiser/bin/dependency-cruise.mjs",
    "--config",
    ".dependency-cruiser.cjs",
    ...packageNames.map((name) => `packages/${name}/src`),
  ],
];

install();
buildPackages();
const failed = [];
await Promise.all([work(), work()]);
if (failed.length > 0) console.error(`failed: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;

async function work() {
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) await perform(step);
}

function perform([name, path, ...args]) {
  const began = Date.now();
  const child = spawn(process.execPath, [`${root}node_modules/${path}`, ...args], { cwd: root });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => output.push(chunk));
  return new Promise((resolve) => {
    child.on("close", (code) => {
      if (code !== 0) {
        failed.push(name);
        process.stderr.write(Buffer.concat(output));
      }
      console.log(
        `${name}: ${code === 0 ? "passed" : "failed"}, ${((Date.now() - began) / 1000).toFixed(1)} s`,
      );
      resolve();
    });
  });
}
