/** The code of one target with what it tests, as a module that counts its blocks and one that does not. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { root } from "../run.mjs";
import { instrument } from "./instrument.mjs";

/** As far from `fixtures/` as `tests/fuzz`: tests find their files from where they are. */
const folder = `${root}tests/.fuzz/`;

/** The packages by their names, from the sources. */
function sources() {
  const text = readFileSync(`${root}tsconfig.test.json`, "utf8");
  return Object.entries(JSON.parse(text).compilerOptions.paths).map(([name, [path]]) => [
    name,
    `${root}${path}`,
  ]);
}

/** All targets: the module of each and the function that makes it. */
export async function allTargets() {
  const path = await bundle("targets", 'export { targets } from "./tests/fuzz/targets.ts";');
  return (await import(path)).targets;
}

/**
 * Bundles a target twice: with counted blocks, and at full speed.
 * @returns the paths of both modules; each exports `make`
 */
export async function buildTarget(name, [module, make]) {
  const entry = `export { ${make} as make } from "./tests/fuzz/targets/${module}.ts";`;
  const isCounted = (path) => path.startsWith("packages/") || path.endsWith(".vox.ts");
  return {
    counted: await bundle(`${name}.counted`, entry, isCounted),
    plain: await bundle(`${name}.plain`, entry),
  };
}

/** @returns the path of the module that a worker runs */
export function buildWorker() {
  return bundle("worker", 'import "./tests/fuzz/worker.ts";');
}

/** @param isCounted whether blocks of a module are counted, by its path; without it none are */
async function bundle(name, contents, isCounted) {
  const aliases = new Map(sources());
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    absWorkingDir: root,
    logLevel: "error",
    plugins: [
      {
        name: "sources",
        setup({ onResolve }) {
          onResolve({ filter: /^[^./]/ }, ({ path }) => {
            const source = aliases.get(path);
            return source === undefined ? { path, external: true } : { path: source };
          });
        },
      },
    ],
  });
  const { text: bundled } = outputFiles[0];
  const text = isCounted === undefined ? bundled : instrument(bundled, isCounted).text;
  mkdirSync(folder, { recursive: true });
  const path = `${folder}${name}.mjs`;
  writeFileSync(path, text);
  return path;
}
