/** A schema that is imported: each bundler makes its code, and shows its errors with file and line. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rspack } from "@rspack/core";
import { build as buildWithEsbuild, transform } from "esbuild";
import { rolldown } from "rolldown";
import { type Plugin, rollup } from "rollup";
import esbuildPlugin from "unplugin-vox/esbuild";
import rolldownPlugin from "unplugin-vox/rolldown";
import rollupPlugin from "unplugin-vox/rollup";
import rspackPlugin from "unplugin-vox/rspack";
import vitePlugin from "unplugin-vox/vite";
import webpackPlugin from "unplugin-vox/webpack";
import { build as buildWithVite } from "vite";
import { describe, expect, it } from "vitest";
import webpack from "webpack";
import { typeErrors } from "../support/type-errors.js";
import { project } from "./project.js";

const stripTypes = fileURLToPath(new URL("../browser/strip-types.cjs", import.meta.url));

/** Rollup reads no TypeScript by itself. */
const typescript: Plugin = {
  name: "typescript",
  transform: async (code, path) =>
    path.endsWith(".ts") ? (await transform(code, { loader: "ts", sourcefile: path })).code : null,
};

/** Builds `src/app.ts` of a project into `out/app.js`. */
const bundlers: Readonly<Record<string, (root: string) => Promise<unknown>>> = {
  esbuild: (root) =>
    buildWithEsbuild({
      absWorkingDir: root,
      entryPoints: ["src/app.ts"],
      outfile: "out/app.js",
      bundle: true,
      format: "esm",
      platform: "node",
      logLevel: "silent",
      plugins: [esbuildPlugin({ root })],
    }),
  async Rollup(root) {
    const bundle = await rollup({
      input: `${root}/src/app.ts`,
      external: /^@voxrpc\//,
      plugins: [rollupPlugin({ root }), typescript],
    });
    await bundle.write({ file: `${root}/out/app.js`, format: "es" });
    await bundle.close();
  },
  async rolldown(root) {
    const bundle = await rolldown({
      input: `${root}/src/app.ts`,
      external: /^@voxrpc\//,
      plugins: [rolldownPlugin({ root })],
      logLevel: "silent",
    });
    await bundle.write({ file: `${root}/out/app.js`, format: "esm" });
    await bundle.close();
  },
  Vite: (root) =>
    buildWithVite({
      root,
      configFile: false,
      envDir: false,
      logLevel: "silent",
      plugins: [vitePlugin()],
      build: {
        outDir: "out",
        minify: false,
        reportCompressedSize: false,
        lib: { entry: "src/app.ts", formats: ["es"], fileName: () => "app.js" },
        rollupOptions: { external: /^@voxrpc\// },
      },
    }),
  Rspack: (root) =>
    new Promise((resolve, reject) => {
      rspack(
        {
          mode: "production",
          target: "node",
          context: root,
          entry: "./src/app.ts",
          output: { path: `${root}/out`, filename: "app.js", module: true, library: { type: "module" } },
          experiments: { outputModule: true },
          optimization: { minimize: false },
          module: { rules: [{ test: /\.ts$/, type: "javascript/auto", loader: "builtin:swc-loader" }] },
          plugins: [rspackPlugin({ root })],
        },
        (error, stats) => {
          const [first] = stats?.toJson({ all: false, errors: true }).errors ?? [];
          if (error !== null) reject(error);
          else if (first === undefined) resolve(undefined);
          else reject(new Error(first.message));
        },
      );
    }),
  webpack: (root) =>
    new Promise((resolve, reject) => {
      webpack(
        {
          mode: "production",
          target: "node",
          context: root,
          entry: "./src/app.ts",
          output: { path: `${root}/out`, filename: "app.js", module: true, library: { type: "module" } },
          experiments: { outputModule: true },
          optimization: { minimize: false },
          module: { rules: [{ test: /\.ts$/, use: stripTypes }] },
          plugins: [webpackPlugin({ root })],
        },
        (error, stats) => {
          const [first] = stats?.toJson({ all: false, errors: true }).errors ?? [];
          if (error !== null) reject(error);
          else if (first === undefined) resolve(undefined);
          else reject(new Error(first.message));
        },
      );
    }),
};

describe.each(Object.entries(bundlers))("%s", (_, build) => {
  it("imports a schema, and the schema that it imports", { timeout: 120_000 }, async () => {
    using app = project();
    await build(app.folder);
    expect(existsSync(`${app.folder}/src/catalog.vox.ts`)).toBe(true);
    expect(existsSync(`${app.folder}/common/money.vox.ts`)).toBe(true);
    expect(execFileSync(process.execPath, [`${app.folder}/out/app.js`], { encoding: "utf8" })).toBe(
      "Catalog 1\n",
    );
  });

  it("shows an error of a schema with its file, line and column", { timeout: 120_000 }, async () => {
    using app = project();
    app.write("src/catalog.vox", "service Catalog {\n  price(name: strin) -> u32\n}\n");
    const error = await build(app.folder).then(
      () => undefined,
      (failure: unknown) => failure,
    );
    expect(String(error instanceof Error ? error.message : error)).toContain("src/catalog.vox:2:15: ");
    expect(existsSync(`${app.folder}/src/catalog.vox.ts`)).toBe(false);
  });
});

it("gives the import of a schema the types of its generated file", async () => {
  using app = project();
  await bundlers["rolldown"]?.(app.folder);
  const outputs = ["src/app.ts", "src/catalog.vox.ts", "common/money.vox.ts"].map(
    (path) => [path, readFileSync(`${app.folder}/${path}`, "utf8")] as const,
  );
  const bundler = { module: 99, moduleResolution: 100, types: [] };
  const errors = typeErrors(new Map(outputs), undefined, bundler);
  expect(errors.filter((line) => !line.includes("console"))).toEqual([]);
});

it("takes schemas and output folder from a config that is named", async () => {
  using app = project();
  app.write(
    "vox.config.json",
    '{ "schemas": ["src", "common"], "root": ".", "out": "gen", "importExtension": "none" }',
  );
  const bundle = await rolldown({
    input: `${app.folder}/src/app.ts`,
    external: /^@voxrpc\//,
    plugins: [rolldownPlugin({ root: app.folder, config: "vox.config.json" })],
    logLevel: "silent",
  });
  await bundle.write({ file: `${app.folder}/out/app.js`, format: "esm" });
  await bundle.close();
  expect(existsSync(`${app.folder}/gen/src/catalog.vox.ts`)).toBe(true);
  expect(existsSync(`${app.folder}/src/catalog.vox.ts`)).toBe(false);
  expect(execFileSync(process.execPath, [`${app.folder}/out/app.js`], { encoding: "utf8" })).toBe(
    "Catalog 1\n",
  );
});
