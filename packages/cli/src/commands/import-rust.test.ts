import { describe, expect, it } from "vitest";
import { runMain, TemporaryFolder } from "../run.fixture.js";

const manifest = '[package]\nname = "my-proto"\n';
const source = `use facet::Facet;

#[derive(Facet)]
pub struct Product {
    pub id: u64,
}

#[vox::service]
pub trait Shop {
    async fn get(&self, id: u64) -> Product;
}
`;
const schema = `package my_proto

struct Product {
  id: u64
}

service Shop {
  get(id: u64) -> Product
}
`;

function crate(text = source): TemporaryFolder {
  return new TemporaryFolder({ "proto/Cargo.toml": manifest, "proto/src/lib.rs": text });
}

const command = ["import", "rust", "proto", "--out", "schemas"];

describe("import rust", () => {
  it("writes a schema, and does not touch it again", async () => {
    using folder = crate();
    const first = await runMain(folder.path, command);
    expect(first).toMatchObject({ code: 0, error: "" });
    expect(first.out).toMatch(/^created schemas\/my_proto\.vox\nwrote 1 file, 0 unchanged in \d+ ms\n$/);
    expect(folder.read("schemas/my_proto.vox")).toBe(schema);
    folder.write("schemas/my_proto.vox", schema.replaceAll("\n", "\r\n"));
    const second = await runMain(folder.path, command);
    expect(second).toMatchObject({ code: 0, error: "" });
    expect(second.out).toMatch(/\b1 unchanged/);
  });

  it("shows what differs, and replaces it with --write only", async () => {
    using folder = crate();
    folder.write("schemas/my_proto.vox", schema.replace("id: u64\n", "id: u32\n"));
    const shown = await runMain(folder.path, command);
    expect(shown.code).toBe(1);
    expect(shown.out).toContain("--- schemas/my_proto.vox (on disk)\n+++ schemas/my_proto.vox (imported)\n");
    expect(shown.out).toContain("-  id: u32\n+  id: u64\n");
    expect(shown.error).toMatch(/^1 file .* ms; add --write to replace them\n$/);
    expect(folder.read("schemas/my_proto.vox")).toContain("id: u32");
    const written = await runMain(folder.path, [...command, "--write"]);
    expect(written.code).toBe(0);
    expect(folder.read("schemas/my_proto.vox")).toBe(schema);
  });

  it("writes nothing with --check, also where nothing is there", async () => {
    using folder = crate();
    const { code, events } = await runMain(folder.path, [...command, "--check", "--format", "json"]);
    expect(code).toBe(1);
    expect(events).toMatchObject([
      { event: "stale", change: "created", path: "schemas/my_proto.vox" },
      { event: "summary", command: "import", ok: false, stale: 1, written: 0 },
    ]);
    expect(folder.files()).not.toContain("schemas/my_proto.vox");
  });

  it("writes nothing when something cannot be read off the text", async () => {
    using folder = crate(source.replace("pub id: u64", "pub id: ids::ProductId"));
    const { code, error } = await runMain(folder.path, command);
    expect(code).toBe(1);
    expect(error).toContain("error[VOX6005]: `ids::ProductId` is a type of the crate `ids`");
    expect(error).toContain("(Shop.get → Product.id)\n --> proto/src/lib.rs:5:13\n");
    expect(folder.files()).not.toContain("schemas/my_proto.vox");
  });

  it.each([
    ["an option", ["--map", "ids::ProductId=u64"], {}],
    [
      "the config",
      [],
      {
        "vox.config.json":
          '{ "schemas": "schemas", "out": "gen", "rust": { "types": { "ids::ProductId": "u64" } } }',
      },
    ],
    [
      "an option against the config",
      ["--map", "ids::ProductId=u64"],
      {
        "vox.config.json":
          '{ "schemas": "schemas", "out": "gen", "rust": { "types": { "ids::ProductId": "u32" } } }',
      },
    ],
  ])("takes a type from %s", async (_, options, files) => {
    using folder = crate(source.replace("pub id: u64", "pub id: ids::ProductId"));
    for (const [path, text] of Object.entries(files)) folder.write(path, text);
    expect(await runMain(folder.path, [...command, ...options])).toMatchObject({ code: 0, error: "" });
    expect(folder.read("schemas/my_proto.vox")).toBe(schema);
  });

  it("finds crates of a workspace, renamed ones too, and files of a crate", async () => {
    using folder = new TemporaryFolder({
      "Cargo.toml":
        '[workspace]\nmembers = ["*"]\n[workspace.dependencies]\nmodel = { package = "the-model", path = "model" }\n',
      "model/Cargo.toml": '[package]\nname = "the-model"\n[lib]\npath = "model.rs"\n',
      "model/model.rs": "#[derive(facet::Facet)] pub struct Product { pub id: u64 }\n",
      "api/Cargo.toml": '[package]\nname = "api"\n[dependencies]\nmodel = { workspace = true }\n',
      "api/src/lib.rs": "mod shop; mod other;",
      "api/src/shop.rs":
        "use model::Product;\n#[vox::service] pub trait Shop { async fn get(&self) -> Product; }\n",
      "api/src/other.rs": "#[vox::service] pub trait Other { async fn get(&self) -> u8; }\n",
    });
    const one = ["import", "rust", "api/src/shop.rs", "--out", "one"];
    expect(await runMain(folder.path, one)).toMatchObject({ code: 0, error: "" });
    expect(folder.read("one/api.vox")).toBe(
      'package api\n\nimport { Product } from "./the_model.vox"\n\nservice Shop {\n  get() -> Product\n}\n',
    );
    expect(await runMain(folder.path, ["import", "rust", ".", "--out", "all"])).toMatchObject({
      code: 0,
      error: "",
    });
    expect(folder.read("all/api.vox")).toContain("service Other {");
    expect(folder.files().filter((path) => path.endsWith(".vox"))).toEqual([
      "all/api.vox",
      "all/the_model.vox",
      "one/api.vox",
      "one/the_model.vox",
    ]);
  });

  it.each([
    [["import"], "there is no import from ``"],
    [["import", "go", "."], "there is no import from `go`"],
    [["import", "rust"], "no Rust source is named"],
    [["import", "rust", "nowhere"], "there is no nowhere"],
    [["import", "rust", "empty"], "empty holds no Rust source"],
    [["import", "rust", "plain.rs"], "no service is found in plain.rs"],
    [["import", "rust", "broken"], /^cannot read .*broken\/Cargo\.toml: /],
    [
      ["import", "rust", "plain.rs", "--map", "u64"],
      "--map takes a type of Rust and one of the language, not `u64`",
    ],
    [
      ["import", "rust", "shop.rs", "--map", "Id=u64"],
      "no type of the sources is `Id`, which --map or the config gives",
    ],
  ])("refuses %j with exit code 2", async (args, message) => {
    using folder = new TemporaryFolder({
      "empty/x.txt": "",
      "plain.rs": "pub struct A;\n",
      "shop.rs": source,
      "broken/Cargo.toml": "[package\n",
    });
    const { code, error } = await runMain(folder.path, args);
    expect(code).toBe(2);
    const [first = ""] = error.split("\n");
    if (typeof message === "string") expect(first).toBe(`error: ${message}`);
    else expect(first.replace(/^error: /, "")).toMatch(message);
  });

  it("reads no file outside of the project and of what is named", async () => {
    using outside = new TemporaryFolder({ "secret.rs": "secret text )" });
    using folder = crate(`#[path = "${outside.path}/secret.rs"]\nmod secret;\n${source}`);
    const { code, error } = await runMain(folder.path, command);
    expect(code).toBe(0);
    expect(error).toContain("warning[VOX6003]: there is no file of the module `secret`");
    expect(error).not.toContain("secret text");
  });
});
