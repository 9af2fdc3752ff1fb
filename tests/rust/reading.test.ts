/** What single constructs of Rust become. */
import { describe, expect, test } from "vitest";
import { importFiles, importType, textOf } from "./rust-source.js";

/** Body of the struct `A` that a field of a Rust type becomes. */
function fieldOf(type: string, before = ""): string {
  return (
    /struct A \{\n {2}(?:@\w+ )*a: (.+)\n\}/.exec(
      textOf(importType(`struct A { a: ${type} }\n${before}`)),
    )?.[1] ?? ""
  );
}

describe("types", () => {
  test.each([
    ["String", "string"],
    ["&'static str", "string"],
    ["std::borrow::Cow<'static, str>", "string"],
    ["Vec<u8>", "bytes"],
    ["Vec<Vec<u8>>", "bytes[]"],
    ["&'static [u8]", "bytes"],
    ["usize", "u64"],
    ["isize", "i64"],
    ["std::num::NonZeroU16", "u16"],
    ["()", "unit"],
    ["((u8))", "u8"],
    ["(u8,)", "(u8,)"],
    ["(u8, (bool, char))", "(u8, (bool, char))"],
    ["[f32; 3]", "f32[3]"],
    ["[[i16; 2]; 3]", "i16[2][3]"],
    ["Option<Option<u8>>", "u8??"],
    ["Box<Option<std::sync::Arc<u8>>>", "u8?"],
    ["Result<u8, String>", "result<u8, string>"],
    ["std::collections::HashMap<String, Vec<bool>>", "map<string, bool[]>"],
    ["std::collections::BTreeSet<u32>", "set<u32>"],
    ["::std::vec::Vec<core::primitive::u8>", "bytes"],
    ["std::convert::Infallible", "never"],
    ["!", "never"],
    ["std::marker::PhantomData<u8>", "unit"],
    ["std::time::Duration", "duration"],
    ["chrono::TimeDelta", "timedelta"],
    ["facet_value::Value", "value"],
  ])("%s is %s", (rust, vox) => {
    expect(fieldOf(rust)).toBe(vox);
  });

  test.each([
    ["[u8; N]", "const N: usize = 2 * M + 1;\nconst M: usize = 0x10;", "u8[33]"],
    ["[u8; m::N as usize]", "", ""],
    ["[u8; m::N]", "mod m { pub const N: usize = { 4_usize }; }", "u8[4]"],
  ])("the length of %s is computed", (type, before, vox) => {
    expect(fieldOf(type, before).replace("@typed ", "")).toBe(vox === "" ? "" : vox);
  });
});

test("opaque with a proxy is a payload, once for all fields of the type", () => {
  const field = "#[facet(opaque, proxy = String)]";
  const text = textOf(importType(`struct A { ${field} id: uuid::Uuid, ${field} other: Uuid }`));
  expect(text).toContain("struct A {\n  id: Uuid\n  other: Uuid\n}\n\n@payload\ntype Uuid = string\n");
});

describe("names", () => {
  test("are followed through use, globs, re-exports, nested modules and aliases", () => {
    const result = importFiles({
      "lib.rs": [
        "pub mod a;",
        "pub use a::inner as renamed;",
        "pub use self::renamed::*;",
        "#[vox::service]",
        "pub trait S { async fn get(&self) -> (Deep, renamed::Other, crate::a::Alias, a::b::Third); }",
      ].join("\n"),
      "a/mod.rs":
        "pub mod inner;\npub mod b { pub use super::super::a::inner::Other as Third; }\npub type Alias = inner::Deep;",
      "a/inner.rs": [
        "use facet::Facet;",
        "#[derive(Facet)] pub struct Deep { pub other: Other }",
        "#[derive(Facet)] pub struct Other { pub me: Option<Box<self::Deep>> }",
      ].join("\n"),
    });
    expect(textOf(result)).toContain("get() -> (Deep, Other, Alias, Other)");
  });

  test("that lead in a circle are not found", () => {
    const result = importFiles({
      "lib.rs":
        "use a::*;\nmod a { pub use super::b::*; pub use super::b::X; }\nmod b { pub use super::a::*; pub use super::a::X; }\n#[vox::service]\npub trait S { async fn get(&self) -> X; }",
    });
    expect(result.diagnostics.map(({ code }) => code)).toEqual(["VOX6004"]);
  });

  test("of raw methods keep their ids, raw fields their names", () => {
    const text = textOf(
      importFiles({
        "lib.rs":
          "#[vox::service]\npub trait S { async fn r#type(&self, r#in: A, _x: u8); }\n#[derive(facet::Facet)]\npub struct A { pub r#fn: u8 }",
      }),
    );
    expect(text).toContain("r_type(in: A, x: u8)");
    expect(text).toContain("struct A {\n  fn: u8\n}");
  });
});

describe("services", () => {
  test.each([
    "#[vox::service]",
    "#[roam::service]",
    "use vox::service;\n#[service]",
    "use vox::{Tx, service as rpc_service};\n#[rpc_service]",
    "use vox::*;\n#[service]",
    "use vox::prelude::*;\n#[service]",
    '#[cfg_attr(feature = "x", vox::service)]',
    '#[cfg(not(target_arch = "wasm32"))]\n#[vox::service]',
  ])("are known by %j", (attribute) => {
    const result = importFiles({ "lib.rs": `${attribute}\npub trait S { async fn get(&self) -> u8; }` });
    expect(textOf(result)).toBe("package demo\n\nservice S {\n  get() -> u8\n}\n");
  });

  test("under cfg(test) are left out", () => {
    const text = "#[vox::service] pub trait S { async fn a(&self); #[cfg(test)] async fn b(&self); }";
    const result = importFiles({
      "lib.rs": `${text}\n#[cfg(all(test, unix))] mod tests { ${text.replace(" S ", " T ")} }`,
    });
    expect(textOf(result)).toBe("package demo\n\nservice S {\n  a()\n}\n");
  });

  test("go by the text of a result, as the macro does", () => {
    const text = textOf(
      importFiles({
        "lib.rs": [
          "type Outcome<T> = Result<T, Bad>;",
          "#[derive(facet::Facet)] #[repr(u8)] pub enum Bad { Gone }",
          "#[vox::service] pub trait S {",
          "    async fn a(&self) -> Result<u8, Bad>;",
          "    async fn b(&self) -> Outcome<u8>;",
          "    async fn c(&self) -> Result<(), std::convert::Infallible>;",
          "}",
        ].join("\n"),
      }),
    );
    expect(text).toContain("error enum Bad {\n  Gone\n}");
    expect(text).toContain("  a() -> u8 throws Bad\n  b() -> Outcome<u8>\n  c()\n");
  });

  test("reach a hundred thousand levels of brackets without an end of the stack", () => {
    const deep = "Option<".repeat(50_000);
    const result = importFiles({
      "lib.rs": `#[vox::service] pub trait S { async fn a(&self, x: ${deep}u8${">".repeat(50_000)}); }\nmod m ${"{ mod m ".repeat(2_000)}`,
    });
    expect(result.files).toEqual([]);
    expect(result.diagnostics.length).toBeGreaterThan(0);
  });
});
