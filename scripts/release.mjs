/**
 * `npm run release -- VERSION`: gives all packages one version, moves what is unreleased in CHANGELOG.md below it, builds the
 * tarballs and prints what is left to do. It publishes nothing, and stops where the checkout has changes.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { root, run } from "./run.mjs";

const names = ["runtime", "codegen", "cli"];
const version = process.argv[2];
if (version === undefined || !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) {
  console.error("usage: npm run release -- 0.1.0");
  process.exit(2);
}
const { stdout } = spawnSync("git", ["status", "--porcelain"], { cwd: root, encoding: "utf8" });
if (stdout !== "") {
  console.error(`the checkout has changes; commit or stash them first:\n${stdout}`);
  process.exit(1);
}

for (const name of names) {
  edit(`packages/${name}/package.json`, (text) => {
    const manifest = JSON.parse(text);
    manifest.version = version;
    for (const dependency of Object.keys(manifest.dependencies ?? {}))
      if (dependency.startsWith("@voxrpc/")) manifest.dependencies[dependency] = version;
    return `${JSON.stringify(manifest, undefined, 2)}\n`;
  });
}
edit("package.json", (text) => text.replace(/"version": "[^"]+"/, `"version": "${version}"`));
edit("packages/codegen/src/version.ts", (text) => text.replace(/"\d+\.\d+\.\d+[^"]*"/, `"${version}"`));
edit("packages/cli/src/version.ts", (text) => text.replace(/"\d+\.\d+\.\d+[^"]*"/, `"${version}"`));
edit("CHANGELOG.md", (text) =>
  text.replace(/^## .*, unreleased$/m, `## ${version}, ${new Date().toISOString().slice(0, 10)}`),
);
run("npm", ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"]);
run("npm", ["run", "--silent", "generate"]);
run("npm", ["run", "--silent", "pack"]);
console.log(`
Version ${version} is in the checkout and in tarballs/. Next, by hand:
  1. read the diff; bash .ci/run
  2. git commit -am "Release ${version}" && git tag v${version}
  3. for each of tarballs/*.tgz, runtime first: npm publish <file> --access public`);

function edit(path, change) {
  const text = readFileSync(`${root}${path}`, "utf8");
  const changed = change(text);
  if (changed === text && !text.includes(version)) {
    console.error(`${path}: found nothing to set to ${version}`);
    process.exit(1);
  }
  writeFileSync(`${root}${path}`, changed);
}
