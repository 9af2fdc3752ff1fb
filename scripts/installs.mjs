/**
 * Installs the packed packages as an application does, with each package manager that can be had, and looks at what
 * came along: no install script and no native module may be there.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkConsumer } from "./consumer.mjs";

const managers = [
  { name: "npm", command: ["npm"], install: ["install", "--no-fund", "--no-audit", "--loglevel=error"] },
  // A store of its own: a script that ran for another project must not count as done.
  { name: "pnpm", command: ["npx", "--yes", "pnpm@10"], install: ["install", "--store-dir", "store"] },
  {
    name: "Yarn",
    command: ["npx", "--yes", "@yarnpkg/cli-dist@4"],
    install: ["install"],
    linker: "node-modules",
  },
  {
    name: "Yarn Plug'n'Play",
    command: ["npx", "--yes", "@yarnpkg/cli-dist@4"],
    install: ["install"],
    linker: "pnp",
  },
];

/** A first install writes the lock file, which Yarn refuses by itself where `CI` is set. */
const yarnSettings = (linker) =>
  `nodeLinker: ${linker}\nenableTelemetry: false\nenableImmutableInstalls: false\nenableGlobalCache: false\n`;

/** Runs in a project without a `node_modules` folder: the command, and an import of each entry that needs one. */
const plugAndPlayRuns = [
  ["vox-gen", "--version"],
  [
    "node",
    "--input-type=module",
    "--eval",
    'await import("@voxrpc/runtime/node"); await import("@voxrpc/codegen");',
  ],
];

/** @param tarballs path of each packed package by its name */
export function checkInstalls(directory, tarballs) {
  for (const manager of managers) {
    const [program, ...leading] = manager.command;
    const call = (args, options = {}) =>
      spawnSync(program, [...leading, ...args], {
        encoding: "utf8",
        shell: process.platform === "win32",
        ...options,
      });
    if (call(["--version"], { cwd: directory }).status !== 0) {
      console.log(`${manager.name}: skipped, it is not to be had here`);
      continue;
    }
    const folder = join(directory, `with-${manager.name.toLowerCase().replace(/\W+/g, "-")}`);
    writeProject(folder, tarballs, manager.linker ?? "node-modules");
    const { status, stdout, stderr } = call(manager.install, { cwd: folder });
    if (status !== 0) throw new Error(`${manager.name} install failed:\n${stdout}${stderr}`);
    const isPlugAndPlay = manager.linker === "pnp";
    const faults = complaints(`${stdout}${stderr}`);
    if (!isPlugAndPlay) faults.push(...faultsIn(join(folder, "node_modules")));
    for (const args of isPlugAndPlay ? plugAndPlayRuns : []) {
      const done = call(args, { cwd: folder });
      if (done.status !== 0) faults.push(`${args.join(" ")}: ${done.stdout}${done.stderr}`);
    }
    if (faults.length > 0) throw new Error(`installed with ${manager.name}:\n${faults.join("\n")}`);
    console.log(`${manager.name}: ${isPlugAndPlay ? "runs" : "no install script, no native module"}`);
    if (manager.name === "npm") checkConsumer(folder);
  }
}

function writeProject(folder, tarballs, linker) {
  mkdirSync(folder);
  const dependencies = Object.fromEntries(
    Object.entries(tarballs).map(([name, path]) => [name, `file:${path}`]),
  );
  // The packages name each other by version, and are not published.
  const manifest = {
    name: "application",
    private: true,
    type: "module",
    dependencies,
    pnpm: { overrides: dependencies },
    resolutions: dependencies,
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "yarn.lock"), "");
  writeFileSync(join(folder, ".yarnrc.yml"), yarnSettings(linker));
}

/** Lines in which a package manager speaks of scripts that it ran or held back. */
function complaints(output) {
  return output
    .split("\n")
    .filter((line) => /install script|build script|approve-builds|must be built/i.test(line));
}

/** Packages with install scripts and native modules, by path. */
function faultsIn(modules) {
  const faults = [];
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.name.endsWith(".node") || entry.name === "binding.gyp")
        faults.push(`native module: ${path}`);
      else if (entry.name === "package.json") faults.push(...scriptsOf(path));
    }
  };
  if (!existsSync(modules)) throw new Error(`${modules} is missing`);
  visit(modules);
  return faults;
}

function scriptsOf(path) {
  const { scripts = {} } = JSON.parse(readFileSync(path, "utf8"));
  return ["preinstall", "install", "postinstall"]
    .filter((name) => typeof scripts[name] === "string")
    .map((name) => `${name} script: ${path}`);
}
