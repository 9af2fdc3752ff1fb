/** Rust out of schemas: as rustfmt leaves it, and what the import makes of it again. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { compile, type EmittedFile, type Model, memoryHost } from "@voxrpc/codegen";
import { emitRust, findTrouble, importRust } from "@voxrpc/codegen/rust";
import { assemblePayload } from "@voxrpc/runtime/internal/schema";
import { describe, expect, test } from "vitest";
import { methodSchemas, type TypeSchemas } from "../../packages/codegen/src/schema/index.js";

const root = new URL("../../", import.meta.url).pathname;
const services = readdirSync(`${root}fixtures/rust`).sort();

/** Schemas below one folder, by path. */
function schemasIn(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".vox"));
  return Object.fromEntries(
    names.map((name) => [`/schemas/${name}`, readFileSync(join(folder, name), "utf8")]),
  );
}

function modelOf(texts: Readonly<Record<string, string>>): Model {
  const { model, diagnostics } = compile(memoryHost(texts), Object.keys(texts));
  if (model === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return model;
}

function rustOf(model: Model): readonly EmittedFile[] {
  return emitRust(model, { baseDirectory: "/schemas" });
}

/** Text of the module of one schema, without the header. */
function moduleOf(text: string): string {
  const [file] = rustOf(modelOf({ "/schemas/a.vox": text }));
  return (file?.text ?? "").split("\n\n").slice(2).join("\n\n");
}

/** What the import makes of generated modules. */
function importedAgain(files: readonly EmittedFile[]): Readonly<Record<string, string>> {
  const host = memoryHost(
    Object.fromEntries(
      files.map(({ path, text }) => [`/again/${path === "mod.rs" ? "lib.rs" : path}`, text]),
    ),
  );
  const crates = [{ name: "again", root: "/again/lib.rs", renames: new Map<string, string>() }];
  const result = importRust(host, { crates, wanted: new Set(["again"]) });
  expect(result.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return Object.fromEntries(result.files.map(({ name, text }) => [`/schemas/${name}`, text]));
}

/** Ids and announcements of all methods by their names, whatever files they are in. */
function contractsOf(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const hex = ({ root: type, schemas }: TypeSchemas): string =>
    Buffer.from(
      assemblePayload(
        schemas.map(({ cbor }) => cbor),
        type,
      ),
    ).toString("hex");
  return Object.fromEntries(
    modelOf(texts).files.flatMap(({ services: found }) =>
      found.flatMap((service) =>
        service.methods.map((method) => {
          const { methodId, args, response } = methodSchemas(service, method);
          const retry = `${method.idempotent} ${method.persist} ${method.docs.join(" ")}`;
          return [`${service.name}.${method.name}`, `${methodId} ${hex(args)} ${hex(response)} ${retry}`];
        }),
      ),
    ),
  );
}

describe("generated Rust", () => {
  const all = [...services.map((name) => `fixtures/rust/${name}/expected`), "schemas"];

  test.each(all.filter((folder) => folder !== "schemas"))(
    "of %s is imported as the same services",
    (folder) => {
      const texts = schemasIn(root + folder);
      const again = contractsOf(importedAgain(rustOf(modelOf(texts))));
      expect(Object.keys(again).length).toBeGreaterThan(0);
      expect(again).toEqual(contractsOf(texts));
    },
  );

  test("of every type of the language is imported as the same services", () => {
    const everything = { "/schemas/everything.vox": readFileSync(`${root}schemas/everything.vox`, "utf8") };
    expect(contractsOf(importedAgain(rustOf(modelOf(everything))))).toEqual(contractsOf(everything));
  });

  test("is as rustfmt leaves it", ({ skip }) => {
    const folder = mkdtempSync(join(tmpdir(), "vox rust "));
    try {
      try {
        execFileSync("rustfmt", ["--version"], { stdio: "ignore" });
      } catch {
        skip("rustfmt is not there");
      }
      const texts: Record<string, string> = {};
      for (const one of all)
        for (const [path, text] of Object.entries(schemasIn(root + one)))
          texts[path.replace("/schemas/", `/schemas/${one.replaceAll("/", "_")}/`)] = text;
      for (const { path, text } of rustOf(modelOf(texts))) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      const run = (): string =>
        execFileSync("rustfmt", ["--check", "--edition", "2024", join(folder, "mod.rs")], {
          encoding: "utf8",
        });
      expect(run()).toBe("");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("has a Box where a type contains itself, and nowhere else", () => {
    const text = moduleOf(
      [
        "struct Chain { next: Chain? }",
        "struct Tree { children: Tree[], by_name: map<string, Tree> }",
        "struct A { b: B? }",
        "struct B { a: (u8, A?), plain: Leaf }",
        "struct Leaf { x: u8 }",
        "type Maybe = Node?",
        "struct Node { next: Maybe, pair: Pair<Node?> }",
        "struct Pair<T> { left: T }",
      ].join("\n"),
    );
    expect(text.match(/^ {4}pub \w+: .*/gm)).toEqual([
      "    pub next: Option<Box<Chain>>,",
      "    pub children: Vec<Tree>,",
      "    pub by_name: BTreeMap<String, Tree>,",
      "    pub b: Option<Box<B>>,",
      "    pub a: (u8, Option<Box<A>>),",
      "    pub plain: Leaf,",
      "    pub x: u8,",
      "    pub next: Option<Box<Node>>,",
      "    pub pair: Pair<Option<Box<Node>>>,",
      "    pub left: T,",
    ]);
  });

  test("has names that Rust and the macro of vox take", () => {
    const text = moduleOf(
      "struct Option { type: u8, match: string? }\nservice S { getAll(context: Option, self: u8, in: u8, theirName: u8) -> string? }",
    );
    expect(text).toContain(
      "pub struct Option {\n    pub r#type: u8,\n    #[facet(default)]\n    pub r#match: ::std::option::Option<String>,",
    );
    expect(text).toContain("async fn get_all(");
    expect(text).toContain(
      "context_value: Option,\n        self_value: u8,\n        in_value: u8,\n        their_name: u8,\n    ) -> ::std::option::Option<String>;",
    );
  });

  test("escapes texts of others", () => {
    const text = moduleOf(
      'struct A {\n/// a \u202e b\n@deprecated("say \\"x\\"\\n") t: string = "\\\\ \\" \\u{202E}" c: char = "\'" }',
    );
    expect(text).toContain("/// a \\u{202e} b\n");
    expect(text).toContain('#[deprecated(note = "say \\"x\\"\\n")]');
    expect(text).toContain('String::from("\\\\ \\" \\u{202e}")');
    expect(text).toContain("default = '\\'')");
  });

  test("names arrays in signatures, which the macro does not take", () => {
    const text = moduleOf("type D = u8[4] service S { put_all(a: u8[2][], d: D) -> (u8[3],)? throws u8[1] }");
    expect(text).toContain("pub type SPutAllA = Vec<[u8; 2]>;");
    expect(text).toContain("-> Result<SPutAllValue, SPutAllError>;");
    expect(text).toContain("async fn put_all(&self, a: SPutAllA, d: D)");
  });

  test("names a value that is a result, and takes never for no error", () => {
    const text = moduleOf("service S { a() -> result<u8, string> b() -> u8 throws never c() throws string }");
    expect(text).toContain("pub type SAValue = Result<u8, String>;");
    expect(text).toContain("async fn a(&self) -> SAValue;");
    expect(text).toContain("async fn b(&self) -> Result<u8, Infallible>;");
    expect(text).toContain("async fn c(&self) -> Result<(), String>;");
  });
});

describe("what Rust or vox 0.8.2 cannot do", () => {
  test.each([
    ["service S { a(a: u8, b: u8, c: u8, d: u8, e: u8) }", "VOX6101", "has 5 arguments"],
    ["struct S<T> { a: u8 }", "VOX6101", "does not use its type parameter `T`"],
    ["service S { type() }", "VOX6101", "which is a word of Rust"],
    ["struct S { crate: u8 }", "VOX6101", "Rust has no name `crate`"],
    ["struct S { a: u128? }", "VOX6102", "integers of 128 bits"],
    ["struct S { a: u8 = 5 }", "VOX6102", "the zero of the type"],
    ["struct S { a: map<u8, S> }", "VOX6102", "a map that contains its own type"],
    ["service S { a(a: map<u8, string>) }", "VOX6102", "as the only argument"],
  ])("%s", (text, code, words) => {
    const found = findTrouble(modelOf({ "/schemas/a.vox": text }));
    expect(found.map((one) => one.code)).toEqual([code]);
    expect(found[0]?.message).toContain(words);
  });

  test("is nothing for usual types", () => {
    expect(
      findTrouble(
        modelOf({
          "/schemas/a.vox": "struct S { a: u8 = 0, b: map<u8, u8>, c: u8? } service T { a(a: S) -> S }",
        }),
      ),
    ).toEqual([]);
  });
});
