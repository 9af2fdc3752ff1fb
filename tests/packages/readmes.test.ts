/** The README of each package begins with an example that compiles, and its manifest is ready for a registry. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile, emitTypeScript, memoryHost } from "@voxrpc/codegen";
import { describe, expect, it } from "vitest";
import { typeErrors } from "../support/type-errors.js";

const packages = fileURLToPath(new URL("../../packages/", import.meta.url));
const names = ["runtime", "codegen", "cli", "react", "unplugin"];
const schema = "struct Product { id: u64 name: string }\nservice Catalog { get(id: u64) -> Product }\n";

function generated(): string {
  const { model, diagnostics } = compile(memoryHost({ "/catalog.vox": schema }), ["/catalog.vox"]);
  if (model === undefined) throw new Error(JSON.stringify(diagnostics));
  return emitTypeScript(model, { baseDirectory: "/" })[0]?.text ?? "";
}

function readmeOf(name: string): string {
  return readFileSync(`${packages}${name}/README.md`, "utf8");
}

it("compiles the first example of each README that has TypeScript", { timeout: 120_000 }, () => {
  const source = (entry: string): string[] => [`${packages}runtime/src/${entry}.ts`];
  const outputs = new Map([["gen/catalog.vox.ts", generated()]]);
  for (const name of names) {
    const [, kind, code = ""] = /^```(tsx?)\n(.*?)^```/ms.exec(readmeOf(name)) ?? [];
    if (kind !== undefined) outputs.set(`${name}.${kind}`, code);
  }
  expect([...outputs.keys()]).toEqual([
    "gen/catalog.vox.ts",
    "runtime.ts",
    "codegen.ts",
    "react.tsx",
    "unplugin.ts",
  ]);
  const errors = typeErrors(outputs, undefined, {
    declaration: false,
    isolatedDeclarations: false,
    noUnusedLocals: false,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts"],
    paths: {
      "@voxrpc/runtime": source("index"),
      "@voxrpc/runtime/gen/v1": source("gen/v1"),
      "@voxrpc/runtime/link": source("public/link"),
      "@voxrpc/runtime/node": source("node/index"),
      "@voxrpc/runtime/web": source("web/index"),
      "@voxrpc/codegen": [`${packages}codegen/src/index.ts`],
      "@voxrpc/react": [`${packages}react/src/index.ts`],
      "unplugin-vox/vite": [`${packages}unplugin/src/vite.ts`],
    },
  });
  expect(errors).toEqual([]);
});

describe.each(names)("the package %s", (name) => {
  it("has an example, keywords, a description and a license", () => {
    expect(readmeOf(name)).toMatch(/^```(?:sh|tsx?)$/m);
    const manifest = JSON.parse(readFileSync(`${packages}${name}/package.json`, "utf8")) as Record<
      string,
      unknown
    >;
    expect(manifest).toMatchObject({
      description: expect.stringMatching(/\w{3}/),
      license: "MIT",
      type: "module",
    });
    expect((manifest["keywords"] as readonly string[]).length).toBeGreaterThan(2);
  });
});
