/** Generates TypeScript from `.vox` texts and runs it: what the emitter writes, without a file on disk. */
import vm from "node:vm";
import { compile, type EmittedFile, emitTypeScript, memoryHost } from "@voxrpc/codegen";
import * as runtime from "@voxrpc/runtime/gen/v1";
import ts from "typescript";
import type { Model } from "../../packages/codegen/src/model/model.js";

/** What a generated module exports, by name. */
export type Exports = Readonly<Record<string, unknown>>;

/** The model of `.vox` texts by absolute path. @throws Error with the diagnostics when one is an error */
export function modelOf(texts: Readonly<Record<string, string>>): Model {
  const { model, diagnostics } = compile(memoryHost(texts), Object.keys(texts));
  if (model !== undefined) return model;
  throw new Error(diagnostics.map(({ code, message }) => `${code}: ${message}`).join("\n"));
}

/** The generated file of one `.vox` text. */
export function emitOne(text: string): string {
  const [file] = emitTypeScript(modelOf({ "/test.vox": text }), { baseDirectory: "/" });
  return file?.text ?? "";
}

/** Runs generated files and gives the exports of each by path. */
export function loadGenerated(files: readonly EmittedFile[]): ReadonlyMap<string, Exports> {
  const modules = new Map<string, Exports>();
  const load = (path: string): Exports => {
    const known = modules.get(path);
    if (known !== undefined) return known;
    const file = files.find((candidate) => candidate.path === path);
    if (file === undefined) throw new Error(`no generated file ${path}`);
    const exports: Exports = {};
    modules.set(path, exports);
    const { outputText } = ts.transpileModule(file.text, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
    });
    const base = new URL(path, "file:///");
    const require = (specifier: string): unknown =>
      specifier === "@voxrpc/runtime/gen/v1"
        ? runtime
        : load(new URL(specifier, base).pathname.slice(1).replace(/\.js$/, ".ts"));
    vm.compileFunction(outputText, ["require", "exports"], { filename: path })(require, exports);
    return exports;
  };
  for (const { path } of files) load(path);
  return modules;
}

/** Runs what is generated from one model of one file. */
export function loadModel(model: Model): Exports {
  const files = emitTypeScript(model, { baseDirectory: "/" });
  return loadGenerated(files).get(files.at(-1)?.path ?? "") ?? {};
}

/** The codec constant of a declared type. */
export function codecOf(exports: Exports, name: string): runtime.Codec<unknown> {
  const codec = exports[`${name}Codec`];
  if (codec === undefined) throw new Error(`no codec of ${name}`);
  return codec as runtime.Codec<unknown>;
}
