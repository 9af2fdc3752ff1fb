/** What `implementService` writes, type-checked against the generated code that it implements. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { emitTypeScript } from "@voxrpc/codegen";
import { implementService } from "@voxrpc/codegen/scaffold";
import ts from "typescript";
import { expect, test } from "vitest";
import type { Model } from "../../packages/codegen/src/model/model.js";
import { modelOf } from "../support/generated.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = `${root}tests/emit/virtual-scaffold/`;
const readRoot = (path: string): string => readFileSync(`${root}${path}`, "utf8");

const everything = modelOf({ "/everything.vox": readRoot("schemas/everything.vox") });
const example = modelOf({
  "/common.vox": readRoot("examples/catalog/schemas/common.vox"),
  "/catalog.vox": readRoot("examples/catalog/schemas/catalog.vox"),
});
/** Types that are named as the platform's and the runtime's are. */
const names = modelOf({
  "/names.vox": `
    import { Money } from "./sub/other.vox"
    struct Map { a: u8 }
    struct Failure { a: Money }
    enum CallContext { A, B(Failure) }
    service Names {
      /// Ends the comment: */
      get(context: CallContext, this: map<u8, Map>, class: u8??) -> Map throws Failure
      watch(id: u64, updates: Tx<Map>, feed: Rx<Money>?)
      await(options: map<u8, Money>) -> result<bytes, unit>
    }`,
  "/sub/other.vox": "struct Money { cents: u64 }",
});
const before = modelOf({
  "/shop.vox": `
    struct Item { id: u64 }
    service Shop { get(id: u64) -> Item list(limit: u32, tag: string) -> Item[] drop(id: u64) }`,
});
const after = modelOf({
  "/shop.vox": `
    struct Product { id: string }
    enum ShopError { Gone }
    service Shop {
      get(id: string) -> Product throws ShopError
      list(tag: string, page: u8, limit: u32) -> map<string, Product>
      add(item: Product)
    }`,
});

test("skeletons of every service compile, and so do updated ones", { timeout: 60_000 }, () => {
  const files = new Map<string, string>();
  const add = (name: string, model: Model, existing?: string): string => {
    for (const { path, text } of emitTypeScript(model, { baseDirectory: "/" })) {
      files.set(`${folder}${name}/gen/${path}`, text);
    }
    for (const file of model.files) {
      for (const service of file.services) {
        const generatedImport = `./gen/${file.path.slice(1)}.js`;
        const filePath = `${folder}${name}/${service.name}.ts`;
        const { text } = implementService({
          model,
          serviceName: service.name,
          existing,
          filePath,
          generatedImport,
        });
        files.set(filePath, text);
      }
    }
    return files.get(`${folder}${name}/Shop.ts`) ?? "";
  };
  add("everything", everything);
  add("example", example);
  add("names", names);
  const written = add("before", before);
  const updated = add("after", after, written);
  expect(updated).toContain("async drop(");
  // Only the import of a type that is generated no more is left to the author.
  files.set(`${folder}after/Shop.ts`, updated.replace("Item, ", ""));
  expect(files.size).toBeGreaterThan(10);
  expect(diagnose(files)).toEqual([]);
});

function diagnose(files: ReadonlyMap<string, string>): readonly string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noImplicitReturns: true,
    noUnusedLocals: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    isolatedDeclarations: true,
    erasableSyntaxOnly: true,
    declaration: true,
    noEmit: true,
    skipLibCheck: true,
    paths: {
      "@voxrpc/runtime": [`${root}packages/runtime/src/index.ts`],
      "@voxrpc/runtime/gen/v1": [`${root}packages/runtime/src/gen/v1.ts`],
    },
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, directoryExists } = host;
  const getSourceFile = host.getSourceFile.bind(host);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.directoryExists = (path) => path.startsWith(folder.slice(0, -1)) || (directoryExists?.(path) ?? false);
  host.getSourceFile = (path, language) => {
    const text = files.get(path);
    return text === undefined
      ? getSourceFile(path, language)
      : ts.createSourceFile(path, text, language, true);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].flatMap((path) => {
    const file = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map((one) => {
      const { line } = file?.getLineAndCharacterOfPosition(one.start ?? 0) ?? { line: 0 };
      const text = ts.flattenDiagnosticMessageText(one.messageText, "\n");
      return `${path.slice(folder.length)}:${line + 1}: ${text}\n${file?.text.split("\n")[line]}`;
    });
  });
}
