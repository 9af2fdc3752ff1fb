/**
 * `npm run runtimes`: the generated client and the transports in Bun, Deno and workerd. It takes the runtimes from the
 * npm registry, once, to `node_modules/.cache/vox-runtimes`: several hundred MB, so it is no part of CI. A runtime that
 * cannot be had here is reported as skipped.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { connect, serve } from "@voxrpc/runtime/node";
import { build } from "esbuild";
import { buildPackages, install, root } from "./run.mjs";

/** Their binaries come as packages for the platform: no install script has to run. */
const packages = ["bun@1", "deno@2", "miniflare@4"];
/** What a platform cannot do, and says so. */
const refusals = { "Bun, ws client": "gives no access to its socket" };
/** What a library of CommonJS needs in a module. */
const requireShim =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
const folder = `${root}node_modules/.cache/vox-runtimes`;
const scope = join(folder, "node_modules");

install();
buildPackages();
fetchRuntimes();
const out = join(folder, "out");
await bundle(
  { "node-like": "tests/runtimes/node-like.ts", smoke: "tests/runtimes/smoke.ts" },
  { packages: "external" },
);
await bundle(
  { streams: "tests/interop/gen/streams.vox.ts", handlers: "tests/support/stream-handlers.ts" },
  { packages: "external" },
);
// Deno loads no packages through the links of a workspace.
await bundle({ whole: "tests/runtimes/node-like.ts" }, { banner: { js: requireShim } });
await bundle({ workerd: "tests/runtimes/workerd.ts" }, { platform: "browser" });
const { expected, smoke } = await import(join(out, "smoke.mjs"));
const { Streams, streamsDispatcher } = await import(join(out, "streams.mjs"));
const { streamsHandler } = await import(join(out, "handlers.mjs"));
const server = await serve("ws://127.0.0.1:0", streamsDispatcher(streamsHandler().handler));

await inProcess("Bun", binaryOf("@oven", "bun"), ["run"], "node-like");
await inProcess("Deno", binaryOf("@deno", "deno"), ["run", "--allow-all", "--quiet"], "whole");
await inWorkerd();
await server.close({ timeoutMs: 1000 });

function fetchRuntimes() {
  mkdirSync(folder, { recursive: true });
  const manifest = join(folder, "package.json");
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true }\n');
  if (existsSync(scope)) return;
  console.log("Fetching the runtimes (once) …");
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  for (const each of packages) {
    const { status } = spawnSync("npm", ["install", ...options, each], { cwd: folder, stdio: "inherit" });
    if (status !== 0) console.log(`${each} cannot be had here`);
  }
}

function bundle(entryPoints, options) {
  return build({
    entryPoints,
    absWorkingDir: root,
    outdir: out,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "es2022",
    logLevel: "warning",
    ...options,
  });
}

/** @returns the program of the first package of this scope, if it was installed */
function binaryOf(owner, name) {
  const folders = existsSync(join(scope, owner)) ? readdirSync(join(scope, owner)) : [];
  const paths = folders.flatMap((each) => [
    join(scope, owner, each, "bin", name),
    join(scope, owner, each, name),
  ]);
  return paths.find((path) => existsSync(path));
}

function report(name, what, found) {
  const refusal = refusals[`${name}, ${what}`];
  if (refusal !== undefined && String(found).includes(refusal)) {
    console.log(`${name}, ${what}: refused, as docs/transports.md says`);
    return;
  }
  const isRight = isDeepStrictEqual(found, expected);
  console.log(`${name}, ${what}: ${isRight ? "passed" : `FAILED: ${JSON.stringify(found)}`}`);
  if (!isRight) process.exitCode = 1;
}

async function inProcess(name, program, args, script) {
  if (program === undefined) {
    console.log(`${name}: skipped, it is not to be had here`);
    return;
  }
  const { execFile } = await import("node:child_process");
  const text = await new Promise((resolve) => {
    execFile(
      program,
      [...args, join(out, `${script}.mjs`), server.url],
      { timeout: 60_000 },
      (error, stdout, stderr) =>
        resolve(error === null ? stdout : `{ "all": ${JSON.stringify(`${error.message}\n${stderr}`)} }`),
    );
  });
  for (const [what, found] of Object.entries(JSON.parse(text))) report(name, what, found);
}

async function inWorkerd() {
  const require = createRequire(join(folder, "package.json"));
  let Miniflare;
  try {
    ({ Miniflare } = require("miniflare"));
  } catch {
    console.log("workerd: skipped, it is not to be had here");
    return;
  }
  const worker = new Miniflare({
    modules: true,
    modulesRules: [{ type: "ESModule", include: ["**/*.mjs"] }],
    scriptPath: join(out, "workerd.mjs"),
    compatibilityDate: "2026-01-01",
  });
  try {
    const address = await worker.ready;
    const answer = await worker.dispatchFetch(`http://worker/?server=${encodeURIComponent(server.url)}`);
    const text = await answer.text();
    report("workerd", "web client", answer.status === 200 ? JSON.parse(text) : text.slice(0, 300));
    const client = await connect(String(address).replace("http:", "ws:"), Streams);
    report("workerd", "service", await smoke(client));
  } finally {
    await worker.dispose();
  }
}
