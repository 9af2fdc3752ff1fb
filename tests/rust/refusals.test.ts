/** What an import refuses or warns of: the table of docs/diagnostics.md, and the words of single findings. */
import { readFileSync } from "node:fs";
import { catalog } from "@voxrpc/codegen";
import { describe, expect, test } from "vitest";
import { codesOf, importFiles, importType, textOf } from "./rust-source.js";

const page = readFileSync(new URL("../../docs/diagnostics.md", import.meta.url), "utf8");
const rows = [...page.matchAll(/^\| (VOX60\d\d) \| .+? \| (\w+) \| `(.+?)` \| .+ \|$/gm)].map((match) => ({
  code: match[1] ?? "",
  severity: match[2] ?? "",
  example: match[3] ?? "",
}));

describe("docs/diagnostics.md", () => {
  test("has every code of the import, with its severity", () => {
    expect(rows.map(({ code, severity }) => [code, severity])).toEqual(
      Object.entries(catalog)
        .filter(([code]) => code.startsWith("VOX60"))
        .map(([code, { severity }]) => [code, severity]),
    );
  });

  test.each(rows)("$code: $example", ({ code, severity, example }) => {
    const mapped = /^--map "(\w+)=(\w+)"$/.exec(example);
    const result =
      mapped !== null
        ? importType("struct A { a: Id }", { [mapped[1] ?? ""]: mapped[2] ?? "" })
        : example.includes("trait")
          ? importFiles({ "lib.rs": example })
          : importType(example);
    expect(codesOf(result)).toContain(code);
    expect(result.files.length === 0).toBe(severity === "error");
  });
});

describe("a finding", () => {
  test("names the place and the way from the service to it", () => {
    const result = importFiles({
      "lib.rs":
        "mod types;\n#[vox::service]\npub trait Shop {\n    async fn get(&self) -> types::Order;\n}\n",
      "types.rs": [
        "use facet::Facet;",
        "use uuid::Uuid;",
        "#[derive(Facet)]",
        "pub struct Order { pub lines: Vec<Line> }",
        "#[derive(Facet)]",
        "pub struct Line { pub product: Option<Uuid> }",
      ].join("\n"),
    });
    expect(textOf(result)).toBe(
      [
        "error[VOX6008]: `Uuid`: vox 0.8.2 cannot send UUIDs: the call fails with SendFailed (Shop.get → Order.lines → Line.product)",
        " --> /demo/src/types.rs:6:39",
        "  |",
        "6 | pub struct Line { pub product: Option<Uuid> }",
        "  |                                       ^^^^",
        "  = help: change the Rust side: a field of type String, or `#[facet(opaque, proxy = String)]` on the field",
      ].join("\n"),
    );
  });

  test("is reported once, however many services reach it", () => {
    const result = importFiles({
      "lib.rs": [
        "#[vox::service] pub trait A { async fn get(&self) -> X; async fn all(&self) -> Vec<X>; }",
        "#[vox::service] pub trait B { async fn get(&self) -> X; }",
        "#[derive(facet::Facet)] pub struct X { id: other::Id }",
      ].join("\n"),
    });
    expect(codesOf(result)).toEqual(["VOX6005"]);
  });

  test.each([
    "#[architect::service]\npub trait S { fn get(&self); }",
    "use architect::service;\n#[service]\npub trait S { fn get(&self); }",
    "#[jsonrpc(server)]\npub trait S { fn get(&self); }",
    "#[some_macro]\npub trait S { async fn get(&self); }",
  ])("refuses a macro that is none of ours, and names the second door: %j", (text) => {
    const result = importFiles({ "lib.rs": text });
    expect(codesOf(result)).toEqual(["VOX6012"]);
    expect(textOf(result)).toContain("use `vox-gen import rust --crate`");
  });

  test.each([
    ["pub trait S<T> { async fn get(&self); }", "a service has no type parameters"],
    ["pub trait S: Send { async fn get(&self); }", "a service has no supertraits"],
    ["pub trait S { type T; async fn get(&self); }", "`type T;` is no method"],
    ["pub trait S { async fn get(&mut self); }", "its receiver is `&mut self`"],
    ["pub trait S { async fn get(self: Box<Self>); }", "its receiver is `self: Box<Self>`"],
    ["pub trait S { async fn get(); }", "its receiver is `missing`"],
    ["pub trait S { async fn get<T>(&self); }", "the method has type parameters"],
    ["pub trait S { async fn get(&self) {} }", "the method has a body"],
  ])("says why vox refuses a trait: %s", (text, problem) => {
    const result = importFiles({ "lib.rs": `#[vox::service]\n${text}` });
    expect(codesOf(result)).toEqual(["VOX6013"]);
    expect(textOf(result)).toContain(problem);
  });
});

describe("a mapped type", () => {
  test.each(["Id", "ids::Id", "other::ids::Id"])("is found as %s", (name) => {
    const text = "struct A { a: ids::Id, b: Vec<Id> }\nuse other::ids::{self, Id};";
    const result = importType(text, { [name]: "u64" });
    const isShort = name === "ids::Id";
    expect(codesOf(result)).toEqual(isShort ? ["VOX6005"] : []);
    if (!isShort) expect(textOf(result)).toContain("struct A {\n  a: u64\n  b: u64[]\n}");
  });

  test("that no type has is named", () => {
    expect(importType("struct A { a: u8 }", { Id: "u64" }).unusedTypes).toEqual(["Id"]);
  });

  test.each(["u64 struct B { a: u8 }", "", "Other", "u64\nservice X { a() }"])(
    "must be a type: %j",
    (text) => {
      expect(codesOf(importType("struct A { a: Id }", { Id: text }))).toContain("VOX6020");
    },
  );
});
