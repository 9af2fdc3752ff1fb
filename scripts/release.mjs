/**
 * `npm run release`: gives all packages the next version, moves what is unreleased in CHANGELOG.md and in `.changeset`
 * below it, builds the tarballs and prints what is left to do. It publishes nothing. It stops where the checkout has
 * changes, where nothing is to be released, and where the root manifest has no addresses of the project.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import getReleasePlan from "@changesets/get-release-plan";
import { missingAddresses, publishedManifest, releasedChangelog } from "./release-parts.mjs";
import { packageNames, root, run, tool } from "./run.mjs";

const changes = git("status", "--porcelain");
if (changes !== "") stop(`the checkout has changes; commit or stash them first:\n${changes}`);

const manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const missing = missingAddresses(manifest);
if (missing.length > 0)
  stop(
    `package.json of the root has no ${missing.join(", ")}: write the addresses of the project there. ` +
      "They go into every package.",
  );

const { changesets } = await getReleasePlan(root);
const isUnreleased = /^## .*, unreleased$/m.test(readFileSync(`${root}CHANGELOG.md`, "utf8"));
if (changesets.length === 0 && !isUnreleased)
  stop(
    "nothing to release: there is no changeset (npm run changeset), and CHANGELOG.md has nothing unreleased",
  );
if (changesets.length > 0) tool("changesets", "@changesets/cli/bin.js", ["version"]);

const { version } = JSON.parse(readFileSync(`${root}packages/runtime/package.json`, "utf8"));
for (const path of git("ls-files", "*/package.json").trim().split("\n"))
  edit(path, (text) => {
    let own = JSON.parse(text);
    const name = packageNames.find((each) => path === `packages/${each}/package.json`);
    if (name !== undefined) own = publishedManifest(own, manifest, `packages/${name}`);
    for (const dependencies of [own.dependencies ?? {}, own.devDependencies ?? {}])
      for (const dependency of Object.keys(dependencies))
        if (dependency.startsWith("@voxrpc/") || dependency === "unplugin-vox")
          dependencies[dependency] = version;
    return `${JSON.stringify(own, undefined, 2)}\n`;
  });
edit("package.json", (text) => text.replace(/"version": "[^"]+"/, `"version": "${version}"`));
for (const name of ["codegen", "cli"])
  edit(`packages/${name}/src/version.ts`, (text) => text.replace(/"\d+\.\d+\.\d+[^"]*"/, `"${version}"`));
const today = new Date().toISOString().slice(0, 10);
edit("CHANGELOG.md", (text) =>
  releasedChangelog(
    text,
    version,
    today,
    changesets.map(({ summary }) => summary),
  ),
);
run("npm", ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"]);
run("npm", ["run", "--silent", "build"]);
run("npm", ["run", "--silent", "generate"]);
run("npm", ["run", "--silent", "pack"]);
console.log(`
Version ${version} is in the checkout and in tarballs/. Next, by hand:
  1. read the diff; bash .ci/run
  2. git add -A && git commit -m "Release ${version}" && git tag v${version}
  3. for each of tarballs/*.tgz, runtime first: npm publish <file> --access public`);

function git(...args) {
  return spawnSync("git", args, { cwd: root, encoding: "utf8" }).stdout;
}

function edit(path, change) {
  const text = readFileSync(`${root}${path}`, "utf8");
  writeFileSync(`${root}${path}`, change(text));
}

function stop(text) {
  console.error(text);
  process.exit(1);
}
