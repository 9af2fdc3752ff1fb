/**
 * Makes one small set of files of the command `vox-gen` and the libraries that it uses: Node takes long to find and read
 * some five hundred modules one by one. Needs a build. The unbundled modules stay, and `bin.js` takes them when the bundle
 * is older than they are. Does nothing when the bundle is fresh.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { rolldown } from "rolldown";
import { isBundleFresh } from "../packages/cli/dist/bundle-state.js";
import { root } from "./run.mjs";

const dist = `${root}packages/cli/dist`;
const output = `${dist}/bundle`;

if (!isBundleFresh()) {
  rmSync(output, { recursive: true, force: true });
  const bundle = await rolldown({
    input: { main: `${dist}/main.js` },
    platform: "node",
    // Loaded by name when they are used: they bring a whole compiler.
    external: ["@voxrpc/codegen/scaffold", "jiti", "ts-morph"],
    logLevel: "warn",
  });
  const { output: chunks } = await bundle.write({
    dir: output,
    format: "esm",
    minify: false,
  });
  await bundle.close();
  const modules = chunks.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
  writeFileSync(`${output}/LICENSES.txt`, licenses(modules));
  console.log(`bundled ${modules.length} modules of vox-gen into ${chunks.length} files`);
}

/** The licences of everything in the bundle that is not ours. */
function licenses(modules) {
  const packages = new Map();
  for (const id of modules) {
    const folder = packageFolder(id);
    if (folder === undefined) continue;
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    if (name.startsWith("@voxrpc/")) continue;
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? "" : `\n\n${readFileSync(join(folder, file), "utf8").trim()}`;
    packages.set(name, `${name} ${version} (${license})${text}`);
  }
  const texts = [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return `The files of this folder contain the following packages.\n\n${texts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

function packageFolder(file) {
  if (!file.includes("node_modules")) return undefined;
  let folder = dirname(file);
  while (dirname(folder) !== folder) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).version !== undefined)
      return folder;
    folder = dirname(folder);
  }
  return undefined;
}
