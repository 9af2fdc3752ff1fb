/**
 * `npm run release -- VERSION`: gives all packages one version, moves what is unreleased in CHANGELOG.md below it, builds the
 * tarballs and prints what is left to do. It publishes nothing, and stops where the checkout has changes.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { packageNames, root, run } from "./run.mjs";

const version = process.argv[2];
if (version === undefined || !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) {
  console.error("usage: npm run release -- 0.1.0");
  process.exit(2);
}
const changes = git("status", "--porcelain");
if (changes !== "") {
  console.error(`the checkout has changes; commit or stash them first:\n${changes}`);
  process.exit(1);
}

for (const path of git("ls-files", "*/package.json").trim().split("\n")) {
  edit(path, (text) => {
    const manifest = JSON.parse(text);
    if (packageNames.some((name) => path === `packages/${name}/package.json`)) manifest.version = version;
    for (const dependencies of [manifest.dependencies ?? {}, manifest.devDependencies ?? {}])
      for (const dependency of Object.keys(dependencies))
        if (dependency.startsWith("@voxrpc/")) dependencies[dependency] = version;
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
run("npm", ["run", "--silent", "build"]);
run("npm", ["run", "--silent", "generate"]);
run("npm", ["run", "--silent", "pack"]);
console.log(`
Version ${version} is in the checkout and in tarballs/. Next, by hand:
  1. read the diff; bash .ci/run
  2. git commit -am "Release ${version}" && git tag v${version}
  3. for each of tarballs/*.tgz, runtime first: npm publish <file> --access public`);

function git(...args) {
  return spawnSync("git", args, { cwd: root, encoding: "utf8" }).stdout;
}

function edit(path, change) {
  const text = readFileSync(`${root}${path}`, "utf8");
  writeFileSync(`${root}${path}`, change(text));
}
