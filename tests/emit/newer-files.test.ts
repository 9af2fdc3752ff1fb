/** What docs/upgrading.md says of a generated file that needs more than this runtime has. */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { codecOf, emitOne, loadGenerated } from "../support/generated.js";
import { typeErrors } from "../support/type-errors.js";

const text = emitOne(`
struct Product { id: u64, name: string }
error enum ShopError { NotFound }
service Shop { get(id: u64) -> Product throws ShopError, watch(out: Tx<Product>) }
`);
const names = [...new Set([...text.matchAll(/\$\.(\w+)/g)].map(([, name = ""]) => name))];

/** The file as a later `vox-gen` may write it: with names that this runtime does not have. */
function withNewer(...newer: readonly string[]): string {
  return text.replaceAll(/\$\.(\w+)/g, (found, name: string) =>
    newer.includes(name) ? `${found}V9` : found,
  );
}

function load(newer: string) {
  return loadGenerated([{ path: "a.ts", text: withNewer(newer) } as Parameters<typeof loadGenerated>[0][0]]);
}

describe("a file of a newer vox-gen", () => {
  it("does not compile, and the errors name every function, value and type that is missing", () => {
    const errors = typeErrors(new Map([["a.ts", withNewer(...names)]])).join("\n");
    expect(names.length).toBeGreaterThan(30);
    const missing = [
      ...errors.matchAll(/(?:TS2339 Property|TS2551 Property|no exported member(?: named)?) '(\w+)V9'/g),
    ];
    expect(new Set(missing.map(([, name]) => name))).toEqual(new Set(names));
  });

  it.each(["struct", "variants", "codec", "declared", "txShape", "service"])(
    "that calls `$.%s` of later at its top fails when it is loaded, by that name",
    (name) => {
      expect(() => load(name)).toThrow(new TypeError(`$.${name}V9 is not a function`));
    },
  );

  it("fails by the name when it is used, where only a function of the file needs the name", () => {
    const exports = load("writeString").get("a.ts") ?? {};
    const encode = () => codecOf(exports, "Product").encode({ id: 1n, name: "apple" });
    expect(encode).toThrow(/\$\.writeStringV9 is not a function/);
  });

  it("is reported by a bundler, by the name", async () => {
    const { warnings } = await build({
      stdin: { contents: withNewer("struct"), loader: "ts", resolveDir: import.meta.dirname },
      alias: {
        "@voxrpc/runtime/gen/v1": fileURLToPath(
          new URL("../../packages/runtime/src/gen/v1.ts", import.meta.url),
        ),
      },
      bundle: true,
      write: false,
      format: "esm",
      logLevel: "silent",
    });
    expect(warnings.map(({ id }) => id)).toEqual(["import-is-undefined"]);
    expect(warnings[0]?.text).toContain("structV9");
  });
});

describe("a file that needs `gen/v2`", () => {
  it("is refused by Node", () => {
    const { resolve } = createRequire(import.meta.url);
    expect(() => resolve("@voxrpc/runtime/gen/v2")).toThrow(
      expect.objectContaining({ code: "ERR_PACKAGE_PATH_NOT_EXPORTED" }),
    );
  });

  it("does not compile", () => {
    const errors = typeErrors(new Map([["a.ts", text.replace("gen/v1", "gen/v2")]]));
    expect(errors.find((error) => error.includes("TS2307"))).toContain("@voxrpc/runtime/gen/v2");
  });
});
