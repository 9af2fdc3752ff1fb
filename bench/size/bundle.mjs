/** Bundles a client as a browser gets it: esbuild, minified, gzipped. */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Bundles one module with all that it imports.
 * @param entry a path, or `{ text }` of a module that lies in `bench/size`; `external` lists what is left out
 * @returns bytes of what is loaded at the start and its number of files, of what is loaded later by `import()`, and
 * bytes per module
 */
export async function bundle(entry) {
  const { outputFiles, metafile, warnings } = await built(entry);
  // An export that is gone is a warning, and a bundle that is too small.
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join("\n"));
  const texts = new Map(outputFiles.map(({ path, contents }) => [path.slice(root.length), contents]));
  const first = Object.keys(metafile.outputs).find((path) => metafile.outputs[path].entryPoint !== undefined);
  const atStart = withImports(metafile, first);
  const later = [...texts.keys()].filter((path) => !atStart.has(path));
  return {
    files: atStart.size,
    minified: sum([...atStart], (path) => texts.get(path).length),
    gzipped: sum([...atStart], (path) => gzippedSize(texts.get(path))),
    later: sum(later, (path) => gzippedSize(texts.get(path))),
    modules: modulesOf(metafile, atStart),
    laterModules: modulesOf(metafile, later),
  };
}

/** The text of the file that a client starts with, with short names and with white space. */
export async function startText(entry) {
  const { outputFiles } = await built(entry, [withoutLater], { minify: false, ...shortNames });
  return outputFiles[0].text;
}

const shortNames = { minifyIdentifiers: true, minifySyntax: true };

function built(entry, plugins = [], options = {}) {
  const isText = typeof entry !== "string";
  return build({
    ...(isText
      ? { stdin: { contents: entry.text, resolveDir: `${root}bench/size`, loader: "ts" } }
      : { entryPoints: [entry] }),
    absWorkingDir: root,
    outdir: "bench/size/out",
    bundle: true,
    minify: true,
    splitting: true,
    metafile: true,
    write: false,
    format: "esm",
    platform: "browser",
    external: isText ? (entry.external ?? []) : [],
    target: "es2022",
    logLevel: "silent",
    plugins,
    ...options,
  });
}

const withoutLater = {
  name: "without-later",
  setup: ({ onResolve }) =>
    onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path, external: true } : undefined,
    ),
};

/** A chunk and those that it imports by name. */
function withImports(metafile, path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  for (const { path: imported, kind, external } of metafile.outputs[path].imports)
    if (kind === "import-statement" && external !== true) withImports(metafile, imported, found);
  return found;
}

function modulesOf(metafile, paths) {
  const modules = [];
  for (const path of paths)
    for (const [module, { bytesInOutput }] of Object.entries(metafile.outputs[path].inputs))
      if (bytesInOutput > 0) modules.push({ module: shortName(module), bytes: bytesInOutput });
  return modules.sort((a, b) => b.bytes - a.bytes);
}

function shortName(module) {
  return module.replace(/^packages\/runtime\/dist\//, "runtime/").replace(/^node_modules\//, "");
}

function sum(items, of) {
  return items.reduce((total, item) => total + of(item), 0);
}

function gzippedSize(bytes) {
  return gzipSync(bytes, { level: 9 }).length;
}
