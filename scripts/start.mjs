/** `npm start`: installs and builds when needed, generates the example's code, runs its server and client. */
import { buildPackages, install, root, run, tool } from "./run.mjs";

const step = (text) => console.log(`\n— ${text}`);

step("install and build the toolchain and the runtime");
install();
buildPackages();

step("vox-gen generate: examples/catalog/schemas/*.vox → src/gen/*.vox.ts");
const example = `${root}examples/catalog`;
run(process.execPath, [`${root}packages/cli/bin/vox-gen.js`, "generate"], { cwd: example });

step("build the example");
tool("typescript", "typescript/bin/tsc", ["-p", "examples/catalog"]);

step("run it: a server process and a client process");
run(process.execPath, ["dist/start.js"], { cwd: example });
