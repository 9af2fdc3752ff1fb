/**
 * Makes each module that the runtime loads on demand one file without imports. It has its own copies of the small
 * modules that the start of a client uses as well. A bundler otherwise takes those out of the start, into files that
 * both load: a client of unary calls had 2.7 kB more of gzip, and each shared module cost every client. Classes that
 * such a module hands out, or gets, are branded (`options/brand.ts`).
 *
 * It reads the sources and replaces what the compiler wrote, so it runs after each compilation.
 */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { root } from "./run.mjs";

/** Modules that are loaded by `import()`, in `packages/runtime/src`. */
export const laterModules = ["driver/on-demand", "session/watching"];

const runtime = `${root}packages/runtime`;

/** Writes the files. @param outdir a folder as `dist` is */
export async function bundleLater(outdir) {
  await build({
    entryPoints: laterModules.map((name) => ({ in: `${runtime}/src/${name}.ts`, out: name })),
    outdir,
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    sourcemap: true,
    legalComments: "none",
    logLevel: "warning",
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleLater(`${runtime}/dist`);
