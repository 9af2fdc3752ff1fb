/** Helpers of the root scripts: find the checkout, install when needed, run a step and stop at its failure. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Root of the checkout, with a trailing separator. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** The folders of the packages that are published, each behind those that it uses. */
export const packageNames = ["runtime", "codegen", "cli", "react", "unplugin"];

/** Runs a command in the checkout with its output shown; ends this process with its exit code when it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
    ...options,
  });
  if (result.error !== undefined) {
    console.error(`cannot run ${command}: ${result.error.message}`);
    process.exit(1);
  }
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** Installs the dependencies of the lockfile unless they are there. */
export function install() {
  if (existsSync(`${root}node_modules/.package-lock.json`)) return;
  console.log("Installing dependencies (once) …");
  run("npm", ["ci", "--no-fund", "--no-audit", "--loglevel=error"]);
}

/** A bin of an installed dependency, run by this Node. */
export function tool(name, path, args) {
  const script = `${root}node_modules/${path}`;
  if (!existsSync(script)) {
    console.error(`${name} is not installed: run npm ci`);
    process.exit(1);
  }
  run(process.execPath, [script, ...args]);
}

/** Compiles the packages, then bundles what the runtime loads on demand, and the command line. */
export function buildPackages() {
  tool("typescript", "typescript/bin/tsc", ["-b", ...packageNames.map((name) => `packages/${name}`)]);
  run(process.execPath, ["scripts/bundle-later.mjs"]);
  run(process.execPath, ["scripts/bundle.mjs"]);
}
