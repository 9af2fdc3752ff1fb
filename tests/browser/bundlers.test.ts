/** The bundlers that applications use: no warning, and source maps that lead back to the generated file. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire, SourceMap } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build as esbuild, transform } from "esbuild";
import { type RolldownOutput, rolldown } from "rolldown";
import { type Plugin, rollup } from "rollup";
import { createLogger, build as vite } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import webpack from "webpack";

const root = fileURLToPath(new URL("../../", import.meta.url));
const entry = `${root}tests/browser/app.js`;
const generated = `${root}tests/interop/gen/streams.vox.ts`;
/** A text of the generated file that minifiers leave as it is, and that is in no other file. */
const landmark = "failAfter";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vox-bundle-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One file of a bundle, with its source map. */
interface Chunk {
  readonly code: string;
  readonly map: string;
}

interface Bundle {
  readonly chunks: readonly Chunk[];
  readonly warnings: readonly string[];
}

async function stripTypes(
  code: string,
  path: string,
): Promise<{ readonly code: string; readonly map: string }> {
  return transform(code, { loader: "ts", sourcemap: true, sourcefile: path, target: "es2022" });
}

/** What of the written files is a chunk. */
function chunksOf(path: string): Chunk[] {
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".js"))
    .map((name) => ({
      code: readFileSync(join(path, name), "utf8"),
      map: readFileSync(join(path, `${name}.map`), "utf8"),
    }));
}

const typescript: Plugin = {
  name: "typescript",
  transform: (code, path) => (path.endsWith(".ts") ? stripTypes(code, path) : null),
};

/** Resolves packages as Node does: Rollup's own plugin for that is one more dependency. */
const packages: Plugin = {
  name: "packages",
  resolveId: (name) =>
    name.startsWith(".") || name.startsWith("/") ? null : createRequire(entry).resolve(name),
};

const bundlers: Readonly<Record<string, (path: string) => Promise<Bundle>>> = {
  async esbuild(path) {
    const { warnings } = await esbuild({
      entryPoints: [entry],
      outdir: path,
      bundle: true,
      splitting: true,
      minify: true,
      sourcemap: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      logLevel: "silent",
    });
    return { chunks: chunksOf(path), warnings: warnings.map(({ text }) => text) };
  },
  async Rollup(path) {
    const warnings: string[] = [];
    const bundle = await rollup({
      input: entry,
      plugins: [packages, typescript],
      onwarn: ({ message }) => void warnings.push(message),
    });
    await bundle.write({ dir: path, format: "es", sourcemap: true });
    await bundle.close();
    return { chunks: chunksOf(path), warnings };
  },
  async rolldown(path) {
    const warnings: string[] = [];
    const bundle = await rolldown({
      input: entry,
      platform: "browser",
      onLog: (level, { message }) => void (level === "warn" && warnings.push(message)),
    });
    await bundle.write({ dir: path, format: "esm", sourcemap: true, minify: true });
    await bundle.close();
    return { chunks: chunksOf(path), warnings };
  },
  async "rolldown, one file"(path) {
    const warnings: string[] = [];
    const bundle = await rolldown({
      input: entry,
      platform: "browser",
      onLog: (level, { message }) => void (level === "warn" && warnings.push(message)),
    });
    const { output }: RolldownOutput = await bundle.write({
      file: join(path, "app.js"),
      format: "esm",
      sourcemap: true,
      codeSplitting: false,
    });
    await bundle.close();
    expect(output.filter(({ type }) => type === "chunk")).toHaveLength(1);
    return { chunks: chunksOf(path), warnings };
  },
  async Vite(path) {
    const warnings: string[] = [];
    const customLogger = createLogger("silent");
    const warn = (text: string): void => void warnings.push(text);
    customLogger.warn = warn;
    customLogger.warnOnce = warn;
    await vite({
      root: `${root}tests/browser`,
      configFile: false,
      envDir: false,
      logLevel: "silent",
      customLogger,
      build: {
        outDir: path,
        emptyOutDir: false,
        sourcemap: true,
        reportCompressedSize: false,
        rollupOptions: { input: entry },
      },
    });
    return { chunks: chunksOf(path), warnings };
  },
  async webpack(path) {
    const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
      webpack(
        {
          mode: "production",
          target: "web",
          entry,
          output: { path },
          devtool: "source-map",
          // Its minifier takes as long as all the rest of this file.
          optimization: { minimize: false },
          // Sizes of code that is not minified say nothing.
          performance: { hints: false },
          module: { rules: [{ test: /\.ts$/, use: `${root}tests/browser/strip-types.cjs` }] },
        },
        (error, done) => (error === null ? resolve(done) : reject(error)),
      );
    });
    const { warnings = [], errors = [] } = stats?.toJson({ all: false, warnings: true, errors: true }) ?? {};
    return { chunks: chunksOf(path), warnings: [...errors, ...warnings].map(({ message }) => message) };
  },
};

/** Line and column of a text, from 0 on. */
function positionOf(code: string, text: string): readonly [line: number, column: number] {
  const before = code.slice(0, code.indexOf(text)).split("\n");
  return [before.length - 1, (before.at(-1) ?? "").length];
}

describe.each(Object.entries(bundlers))("%s", (name, bundle) => {
  it("has no warning, and its source map leads back to the generated file", {
    timeout: 120_000,
  }, async () => {
    const { chunks, warnings } = await bundle(join(folder, name));
    expect(warnings).toEqual([]);
    const chunk = chunks.find(({ code }) => code.includes(landmark));
    if (chunk === undefined) throw new Error("no chunk has the generated client");
    const [line, column] = positionOf(chunk.code, landmark);
    const payload = JSON.parse(chunk.map) as ConstructorParameters<typeof SourceMap>[0];
    const found = new SourceMap(payload).findEntry(line, column);
    if (!("originalSource" in found)) throw new Error("the source map has no place for it");
    expect(found.originalSource).toMatch(/streams\.vox\.ts$/);
    const text = readFileSync(generated, "utf8");
    expect(text.split("\n")[found.originalLine]).toContain(landmark);
    const at = payload.sources.findIndex((source) => source.endsWith("streams.vox.ts"));
    expect(payload.sourcesContent?.[at]).toBe(text);
  });
});
