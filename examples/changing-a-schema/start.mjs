/**
 * Generates and builds both versions, then lets a client of the old one call a server of the new one. Needs a build.
 */
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const packages = fileURLToPath(new URL("../../packages/", import.meta.url));
const typescript = fileURLToPath(import.meta.resolve("typescript/lib/tsc.js"));

const node = (...args) =>
  execFileSync(process.execPath, args, { cwd: here, stdio: ["ignore", "ignore", "inherit"] });

for (const version of ["v1", "v2"]) {
  node(
    `${packages}cli/bin/vox-gen.js`,
    "generate",
    `schemas/${version}/catalog.vox`,
    "--out",
    `src/gen/${version}`,
  );
}
node(typescript, "-p", ".");

const server = fork(`${here}dist/server.js`, ["tcp://127.0.0.1:0"]);
const [url] = await once(server, "message");
const client = fork(`${here}dist/client.js`, [url]);
const [code] = await once(client, "exit");
server.send("stop");
await once(server, "exit");
process.exitCode = code ?? 1;
