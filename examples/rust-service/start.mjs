/**
 * From a Rust service to a TypeScript client: imports the schema, generates, builds both sides, and lets the client
 * call the Rust server. Needs a build of the packages, and cargo.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const voxGen = fileURLToPath(new URL("../../packages/cli/bin/vox-gen.js", import.meta.url));
const typescript = fileURLToPath(import.meta.resolve("typescript/lib/tsc.js"));

const run = (command, ...args) =>
  execFileSync(command, args, { cwd: here, stdio: ["ignore", "ignore", "inherit"] });

try {
  run("cargo", "--version");
} catch {
  console.error("this example needs Rust: https://rustup.rs");
  process.exit(2);
}
run(process.execPath, voxGen, "import", "rust", "rust", "--out", "schemas", "--check");
run(process.execPath, voxGen, "generate", "schemas", "--out", "src/gen");
run(process.execPath, typescript, "-p", ".");
run("cargo", "build", "--quiet", "--locked", "--manifest-path", "rust/Cargo.toml");

const server = spawn("cargo", ["run", "--quiet", "--locked", "--manifest-path", "rust/Cargo.toml"], {
  cwd: here,
  stdio: ["pipe", "pipe", "inherit"],
});
const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
// One address over TCP, one over WebSockets: the client takes either.
for (const { value: url } of [await lines.next(), await lines.next()]) {
  const client = spawn(process.execPath, ["dist/client.js", url], { cwd: here, stdio: "inherit" });
  const [code] = await once(client, "exit");
  if (code !== 0) process.exitCode = code ?? 1;
}
server.stdin.end();
await once(server, "exit");
