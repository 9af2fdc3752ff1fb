/** The code of one target with what it tests, as one module that counts its blocks. */
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
  const path = await bundle("targets", 'export { targets } from "./tests/fuzz/targets.ts";', () => false);
  return (await import(path)).targets;
}

/**
 * Bundles and counts the code of a target.
 * @returns the path of the module; it runs in a worker
 */
export function buildTarget(name, [module, make]) {
  const entry = [
    'import { runWorker } from "./tests/fuzz/worker.ts";',
    `import { ${make} } from "./tests/fuzz/targets/${module}.ts";`,
    `runWorker(${make});`,
  ];
  return bundle(name, entry.join("\n"), (path) => path.startsWith("packages/") || path.endsWith(".vox.ts"));
}

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
  const { text } = instrument(outputFiles[0].text, isCounted);
  mkdirSync(folder, { recursive: true });
  const path = `${folder}${name}.mjs`;
  writeFileSync(path, text);
  return path;
}
