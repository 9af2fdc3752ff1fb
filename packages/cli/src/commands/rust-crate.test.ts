/**
 * The commands that need cargo, as far as they come without it. What they do with it: tests/interop/rust-crate.test.ts.
 */
import { describe, expect, it } from "vitest";
import { greeterSchema, runMain, TemporaryFolder } from "../run.fixture.js";

const service = "#[vox::service]\npub trait Greeter { async fn hello(&self, name: String) -> String; }\n";

function project(files: Readonly<Record<string, string>> = {}): TemporaryFolder {
  return new TemporaryFolder({
    "greeter.vox": greeterSchema,
    "proto/Cargo.toml": '[package]\nname = "my-proto"\n',
    "proto/src/lib.rs": service,
    ...files,
  });
}

const importCrate = ["import", "rust", "--crate", "proto"];
const verify = ["verify", "rust", "greeter.vox", "--crate", "proto"];

describe("import rust --crate and verify rust", () => {
  it.each([[importCrate], [verify]])("%j says that cargo is not found, with exit code 2", async (args) => {
    using folder = project();
    const { code, error } = await runMain(folder.path, args, { PATH: folder.path });
    expect(code).toBe(2);
    expect(error).toContain("error: cargo is not found\nhelp: this command compiles the crate");
    expect(folder.files()).not.toContain("schemas/my_proto.vox");
  });

  it("write the ten lines that call vox-export, with the lockfile and the profile of the workspace", async () => {
    using folder = project({
      "Cargo.toml": '[workspace]\nmembers = ["proto"]\n\n[profile.dev]\nopt-level = 1\n',
      "Cargo.lock": "# a lockfile\n",
      "proto/src/lib.rs": `pub mod api;\n`,
      "proto/src/api.rs": service.replaceAll("Greeter", "HTTPGreeter"),
    });
    await runMain(folder.path, importCrate, { PATH: folder.path });
    expect(folder.read("target/vox-export/src/main.rs")).toBe(
      [
        "//! Written by vox-gen.",
        "",
        "fn main() -> std::process::ExitCode {",
        '    vox_export::main("my_proto", &[',
        "        my_proto::api::http_greeter_service_descriptor(),",
        "    ])",
        "}",
        "",
      ].join("\n"),
    );
    expect(folder.read("target/vox-export/Cargo.lock")).toBe("# a lockfile\n");
    const manifest = folder.read("target/vox-export/Cargo.toml");
    expect(manifest).toContain(`my-proto = { path = "${folder.at("proto")}" }`.replace(/ = \{ .*/, ""));
    expect(manifest).toContain("[profile.dev]\nopt-level = 1");
    expect(manifest).toContain("[workspace]");
  });

  it.each([
    [["import", "rust", "--crate", "nowhere"], "nowhere holds no crate"],
    [["import", "rust", "--crate", "tool"], "the crate tool has no library, so nothing can depend on it"],
    [["import", "rust", "--crate", "empty"], "no service is found in the text of empty"],
    [[...importCrate, "more"], "import rust --crate does not take `more`"],
    [[...importCrate, "--map", "a=u8"], "--map is for imports of text: a compiled crate hides no type"],
    [[...importCrate, "--service", "a(); b"], "--service takes the path of a function, not `a(); b`"],
    [["verify", "rust", "greeter.vox"], "verify needs a language and a crate"],
    [["verify", "go", "greeter.vox", "--crate", "proto"], "verify needs a language and a crate"],
  ])("refuse %j", async (args, message) => {
    using folder = project({
      "tool/Cargo.toml": '[package]\nname = "tool"\n',
      "tool/src/main.rs": "fn main() {}\n",
      "empty/Cargo.toml": '[package]\nname = "empty"\n',
      "empty/src/lib.rs": "pub struct A;\n",
    });
    const { code, error } = await runMain(folder.path, args, { PATH: folder.path });
    expect(code).toBe(2);
    expect(error.split("\n")[0]).toBe(`error: ${message}`);
  });
});

describe("generate --target rust --crate", () => {
  const generate = ["generate", "greeter.vox", "--target", "rust", "--crate", "greeter-api", "--out", "api"];

  it("writes a crate, whose manifest belongs to its owner from then on", async () => {
    using folder = new TemporaryFolder({ "greeter.vox": greeterSchema });
    const stale = await runMain(folder.path, [...generate, "--check"]);
    expect(stale).toMatchObject({ code: 1 });
    expect(stale.out).toContain('+name = "greeter-api"');
    expect((await runMain(folder.path, generate)).code).toBe(0);
    expect(folder.files()).toEqual(["api/Cargo.toml", "api/src/greeter.rs", "api/src/lib.rs", "greeter.vox"]);
    expect(folder.read("api/src/lib.rs")).toContain("pub mod greeter;");
    expect(folder.read("api/src/greeter.rs")).toContain("--crate greeter-api ../../greeter.vox --out .. (");
    folder.write("api/Cargo.toml", "# mine\n");
    expect(await runMain(folder.path, [...generate, "--check"])).toMatchObject({ code: 0 });
    expect((await runMain(folder.path, generate)).out).toContain("up to date");
    expect(folder.read("api/Cargo.toml")).toBe("# mine\n");
  });

  it.each([
    ["struct A { a: u8 }", ['facet = "=0.46.4"']],
    ["struct A { a: duration }", ['facet = "=0.46.4"']],
    [
      "type T = timedelta  struct A { a: T[] }",
      ["chrono = {", 'facet = { version = "=0.46.4", features = ["chrono"] }'],
    ],
    ["service S { s(in: Tx<value?>) }", ['facet = "=0.46.4"', 'facet-value = "=0.46.0"']],
  ])("depends on what the types of %j need", async (text, lines) => {
    using folder = new TemporaryFolder({ "greeter.vox": text });
    await runMain(folder.path, generate);
    const manifest = folder.read("api/Cargo.toml");
    const dependencies = manifest.slice(manifest.indexOf("[dependencies]")).trim().split("\n").slice(1, -1);
    expect(dependencies).toHaveLength(lines.length);
    for (const [at, line] of lines.entries()) expect(dependencies[at]).toContain(line);
  });

  it.each([
    [["--crate", "1x"], "cargo has no package `1x`"],
    [["--crate", "a b"], "cargo has no package `a b`"],
    [["--target", "typescript"], "--crate makes a crate of Rust"],
  ])("refuses %j", async (more, problem) => {
    using folder = new TemporaryFolder({ "greeter.vox": greeterSchema });
    const { code, error } = await runMain(folder.path, [...generate, ...more]);
    expect(code).toBe(2);
    expect(error).toContain(problem);
    expect(folder.files()).toEqual(["greeter.vox"]);
  });
});
