/**
 * Measures what a start of `vox-gen generate` on one small schema costs against a start of Node itself, and fails when
 * it is more than 3 × that plus 250 ms. The two take turns, so that a busy machine slows both. Needs a build with its
 * bundle.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./run.mjs";

const rounds = Number(process.argv[2] ?? 15);
const bin = `${root}packages/cli/bin/vox-gen.js`;
const directory = mkdtempSync(join(tmpdir(), "vox-cold-"));

const schema = `package greeter

/// Says hello.
service Greeter {
  hello(name: string) -> string
}
`;

const commands = {
  "node -e 0": ["-e", "0"],
  "vox-gen --version": [bin, "--version"],
  "vox-gen generate greeter.vox --out gen": [bin, "generate", "greeter.vox", "--out", "gen"],
  "vox-gen generate (vox.config.json)": [bin, "generate", "--config", "vox.config.json"],
};

try {
  writeFileSync(join(directory, "greeter.vox"), schema);
  writeFileSync(join(directory, "vox.config.json"), '{ "schemas": "*.vox", "out": "gen-config" }');
  const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, args] of Object.entries(commands)) {
      const start = performance.now();
      const result = spawnSync(process.execPath, args, { cwd: directory, encoding: "utf8" });
      const spent = performance.now() - start;
      if (result.status !== 0) throw new Error(`${name} failed:\n${result.stdout}${result.stderr}`);
      if (round > 0) times[name].push(spent); // The first round warms the disk.
    }
  }
  const medians = Object.entries(times).map(([name, list]) => [name, median(list)]);
  for (const [name, ms] of medians) console.log(`${ms.toFixed(0).padStart(6)} ms  ${name}`);
  const of = (start) => medians.find(([name]) => name.startsWith(start))?.[1] ?? Number.NaN;
  const limit = 3 * of("node") + 250;
  const spent = of("vox-gen generate greeter");
  console.log(`limit for one small file: 3 × ${of("node").toFixed(0)} + 250 = ${limit.toFixed(0)} ms`);
  if (!(spent <= limit)) {
    console.error(`too slow: ${spent.toFixed(0)} ms`);
    process.exitCode = 1;
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
