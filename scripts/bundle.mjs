/**
 * Makes one small set of files of the command `vox-gen` and the libraries that it uses: Node takes long to find and
 * read some five hundred modules one by one. The command runs from these files, and from no others. Needs compiled
 * packages. Does nothing when the bundle is not older than they are.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { rolldown } from "rolldown";
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

/** Whether there is a bundle that is not older than the compiled packages in it. */
function isBundleFresh() {
  const made = modifiedAt(`${output}/main.js`);
  return made > 0 && ["cli", "codegen", "runtime"].every((name) => buildOf(name) <= made);
}

/** When a package was compiled. */
function buildOf(name) {
  return modifiedAt(`${root}packages/${name}/dist/.tsbuildinfo`);
}

function modifiedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
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
