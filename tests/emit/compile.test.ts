/** Generated code under the strictest TypeScript, with every supported compiler: one program each. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { compile, type EmittedFile, emitTypeScript } from "@voxrpc/codegen";
import type ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import { compileGolden } from "../support/compile-golden.js";
import { modelOf } from "../support/generated.js";
import { goodFiles, goodHost } from "../support/good-fixtures.js";
import { randomSchema } from "../support/random-types.js";
import { readGolden } from "../support/report.js";
import { typeErrors } from "../support/type-errors.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readRoot = (path: string): string => readFileSync(`${root}${path}`, "utf8");

/** Generated files by path. */
const outputs = new Map<string, string>();

function add(name: string, files: readonly EmittedFile[]): void {
  for (const { path, text } of files) outputs.set(`${name}/${path}`, text);
}

function addTexts(name: string, texts: Readonly<Record<string, string>>, suffix?: ".ts"): void {
  add(name, emitTypeScript(modelOf(texts), { baseDirectory: "/", importExtension: suffix }));
}

beforeAll(() => {
  const good = compile(
    goodHost,
    [...goodFiles.keys()].map((path) => `/${path}`),
  );
  if (good.model === undefined) throw new Error("fixtures/good has an error");
  add("good", emitTypeScript(good.model, { baseDirectory: "/" }));
  addTexts("everything", { "/everything.vox": readRoot("schemas/everything.vox") });
  addTexts("example", {
    "/common.vox": readRoot("examples/catalog/schemas/common.vox"),
    "/catalog.vox": readRoot("examples/catalog/schemas/catalog.vox"),
  });
  addTexts("bench", { "/schema.vox": readRoot("bench/schema.vox") });
  addTexts("random", { "/random.vox": randomSchema(90, 4_711) });
  addTexts("names", { "/names.vox": names, "/other.vox": otherNames });
  const golden = readGolden<{ declarations: string[] }>("postcard.json").declarations.join("\n");
  add("postcard", emitTypeScript(compileGolden(golden), { baseDirectory: "/" }));
  const session = compileGolden(readRoot("fixtures/golden/session.vox"));
  add("session", emitTypeScript(session, { baseDirectory: "/" }));
});

/** Names that mean something to TypeScript, to the platform or to generated code. */
const names = `
import { Money, Set } from "./other.vox"
struct Map { Array: map<string, u32>, r: u8, read_point: u8, class: (u8, string), kind: u8, undefined: u8? }
struct Point { w: u8, p: u8, v: u8, n: u8[], i: u8[9], index: u8, left: set<u8> }
struct PointCodec { point: Point, set: Set, values: set<char> }
struct Promise<Array, Unused> { values: Array[], by: map<u8, Array> }
struct Phantom<T> {}
enum Uint8Array { Bytes(bytes), Record { Record: Map, value: Money }, Result(Promise<u8?, u8>) }
enum Generic<T> { A, B }
type Table<T> = map<string, T?>
type Same<T> = string
struct Names { table: Table<u8?>, same: Same<u8>, generic: Generic<u8>, phantom: Phantom<u8>, point_codec: PointCodec }
struct write_point { a: u8 }
service Names_ {
  dispatcher(this: u8, options: u8, context: u8, caller: u8) -> Promise<Map, u8>
  get(names_get: u8, get: u8, class: write_point, await: u8?) throws Uint8Array
  get_id(arguments: u8[], options: string) -> u8??
  code(self: Set, undefined: u8)
}
service Empty {}
`;
const otherNames = `
struct Money { cents: u64 }
struct Set { items: set<u8>, bytes: bytes, kept: Money[] }
`;

const compilers = ["typescript", "typescript-5.9"];

describe.each(compilers)("generated code under %s", (name) => {
  it("has no error and no unused name", { timeout: 120_000 }, () => {
    const compiler = createRequire(import.meta.url)(name) as typeof ts;
    expect(compiler.version).toMatch(name === "typescript" ? /^6\.0/ : /^5\.9/);
    expect(typeErrors(outputs, compiler)).toStrictEqual([]);
    expect(outputs.size).toBeGreaterThan(15);
  });
});
