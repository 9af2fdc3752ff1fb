import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { optionNames } from "./command-line.js";
import { greeterSchema, runMain, TemporaryFolder } from "./run.fixture.js";
import { cliVersion } from "./version.js";

describe("the command line", () => {
  it("knows its version", async () => {
    const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    expect(manifest).toMatchObject({ version: cliVersion });
    expect(await runMain("/", ["--version"])).toMatchObject({ code: 0, out: `${cliVersion}\n`, error: "" });
  });

  it("lists every command, and every option of a command", async () => {
    const { out, code } = await runMain("/", ["--help"]);
    expect(code).toBe(0);
    for (const [command, options] of Object.entries(optionNames)) {
      expect(out).toContain(`vox-gen ${command}`);
      const help = (await runMain("/", [command, "--help"])).out;
      const found = [...help.matchAll(/^ {2,}(?:-\w, )?--([\w-]+)/gm)].map(([, name]) => name);
      expect(found.sort(), command).toEqual([...options, "help", "version"].sort());
    }
  });

  it.each([
    [
      [],
      "no command is given",
      "the commands are generate, watch, check, breaking, lock, init, implement, import, verify; vox-gen --help tells more",
    ],
    [["generat"], "there is no command generat", "did you mean vox-gen generate?"],
    [
      ["xyz"],
      "there is no command xyz",
      "the commands are generate, watch, check, breaking, lock, init, implement, import, verify; vox-gen --help tells more",
    ],
    [["generate", "--ouut", "x"], "--ouut is not an option of generate", "did you mean --out?"],
    [
      ["check", "a.vox", "--qqq", "-z"],
      "--qqq, -z are not options of check",
      "vox-gen check --help tells what there is",
    ],
    [["generate", "--out"], "--out needs a value", "vox-gen generate --help tells what there is"],
    [["check", "--format", "xml"], '--format cannot be "xml"', 'it is one of "pretty", "json", "github"'],
    [
      ["implement", "Greeter"],
      "implement needs a service and a file",
      "for example: vox-gen implement Greeter src/greeter.ts",
    ],
    [
      ["generate", "a.vox"],
      "no output folder is given",
      "add --out, for example: vox-gen generate a.vox --out src/gen",
    ],
    [["check"], "no schema is named, and there is no config here or in a folder above", /^name one/],
    [["check", "a.vox"], "there is no file a.vox", "check the path"],
    [["check", "--config", "x.ts"], "there is no config file x.ts", /^give --config/],
  ])("refuses %j with exit code 2", async (args, message, help) => {
    using folder = new TemporaryFolder();
    const { code, out, error } = await runMain(folder.path, args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    const [first, second = ""] = error.split("\n");
    expect(first).toBe(`error: ${message}`);
    if (typeof help === "string") expect(second).toBe(`help: ${help}`);
    else expect(second.replace(/^help: /, "")).toMatch(help);
  });

  it("refuses in the format that was requested", async () => {
    using folder = new TemporaryFolder();
    const { events } = await runMain(folder.path, ["check", "a.vox", "--format", "json", "--oops"]);
    expect(events).toMatchObject([
      { event: "failure", code: "Usage", message: "--oops is not an option of check" },
    ]);
  });
});

describe("generate", () => {
  it("takes several schemas, and the last of options that are given twice", async () => {
    using folder = new TemporaryFolder({ "a.vox": greeterSchema, "b.vox": "package b\n" });
    const repeated = ["--out", "x", "--out", "gen", "--format", "pretty", "--format", "json"];
    const { code, events } = await runMain(folder.path, ["generate", "a.vox", "b.vox", ...repeated]);
    expect(code).toBe(0);
    expect(events.at(-1)).toMatchObject({ written: 2 });
    expect(folder.files()).toEqual(["a.vox", "b.vox", "gen/a.vox.ts", "gen/b.vox.ts"]);
  });

  it("writes one schema without a config, and does not touch it again", async () => {
    using folder = new TemporaryFolder({ "my schemas/greeter.vox": greeterSchema });
    const args = ["generate", "my schemas/greeter.vox", "--out", "src/gen", "--format", "json"];
    const summary = { event: "summary", command: "generate", ok: true, files: 1, durationMs: 0 };
    const first = await runMain(folder.path, args);
    expect(first).toMatchObject({ code: 0, error: "" });
    expect(first.events).toMatchObject([
      { event: "file", change: "created", path: "src/gen/greeter.vox.ts" },
      { ...summary, written: 1, unchanged: 0 },
    ]);
    const text = folder.read("src/gen/greeter.vox.ts");
    expect(text).toContain("export interface GreeterHandler");
    expect(text).toContain(' "../../my schemas/greeter.vox" --out . (');
    const before = statSync(folder.at("src/gen/greeter.vox.ts"));
    const second = await runMain(folder.path, args);
    expect(second.events).toMatchObject([{ ...summary, written: 0, unchanged: 1 }]);
    expect(statSync(folder.at("src/gen/greeter.vox.ts"))).toMatchObject({
      mtimeMs: before.mtimeMs,
      ino: before.ino,
    });
  });

  it("writes modules of Rust, says what vox 0.8.2 breaks on, and removes those of schemas that are gone", async () => {
    using folder = new TemporaryFolder({
      "schemas/greeter.vox": greeterSchema,
      "schemas/sub/wide.vox": "struct Wide { a: u128 }\n",
      "vox.config.json": '{ "schemas": "schemas", "out": "gen", "rust": { "out": "crate/gen" } }',
    });
    const args = ["generate", "--target", "rust"];
    const first = await runMain(folder.path, args);
    expect(first.code).toBe(0);
    expect(first.error).toContain("warning[VOX6102]: `Wide`: vox 0.8.2 cannot send integers of 128 bits");
    const modules = [
      "crate/gen/greeter.rs",
      "crate/gen/mod.rs",
      "crate/gen/sub/mod.rs",
      "crate/gen/sub/wide.rs",
    ];
    expect(folder.files().filter((path) => path.endsWith(".rs"))).toEqual(modules);
    expect(folder.read("crate/gen/greeter.rs")).toContain("// Regenerate: npx vox-gen ");
    expect(folder.read("crate/gen/mod.rs")).toContain("\n\npub mod greeter;\npub mod sub;\n");
    await runMain(folder.path, ["generate"]);
    expect(await runMain(folder.path, [...args, "--check"])).toMatchObject({ code: 0 });
    folder.remove("schemas/sub");
    await runMain(folder.path, args);
    expect(folder.files()).toContain("gen/sub/wide.vox.ts");
    expect(folder.files().filter((path) => path.endsWith(".rs"))).toEqual(modules.slice(0, 2));
  });

  it("writes no Rust that does not compile", async () => {
    using folder = new TemporaryFolder({ "a.vox": "service S { a(a: u8, b: u8, c: u8, d: u8, e: u8) }\n" });
    const { code, error } = await runMain(folder.path, [
      "generate",
      "a.vox",
      "--target",
      "rust",
      "--out",
      "gen",
    ]);
    expect(code).toBe(1);
    expect(error).toContain("error[VOX6101]: `S.a` has 5 arguments, and Rust takes 4");
    expect(folder.files()).toEqual(["a.vox"]);
  });

  it("gives the same bytes from every folder", async () => {
    using folder = new TemporaryFolder({ "schemas/greeter.vox": greeterSchema, "deep/er/x": "" });
    await runMain(folder.path, ["generate", "schemas/greeter.vox", "--out", "gen-a"]);
    await runMain(folder.at("deep/er"), ["generate", "../../schemas/greeter.vox", "--out", "../../gen-b"]);
    expect(folder.read("gen-b/greeter.vox.ts")).toBe(folder.read("gen-a/greeter.vox.ts"));
  });

  it("mirrors the layout of the schemas, imports included", async () => {
    using folder = new TemporaryFolder({
      "api/greeter.vox": greeterSchema,
      "api/v2/more.vox":
        'package more\nimport { Name } from "../../common/names.vox"\nstruct More { name: Name }\n',
      "common/names.vox": "package names\ntype Name = string\n",
    });
    await runMain(folder.path, ["generate", "api", "--out", "gen"]);
    const outputs = ["gen/_up/common/names.vox.ts", "gen/greeter.vox.ts", "gen/v2/more.vox.ts"];
    expect(folder.files().filter((path) => path.startsWith("gen/"))).toEqual(outputs);
    const outside = await runMain(folder.path, ["generate", "api", "--out", "gen", "--root", "api"]);
    expect(outside.code).toBe(2);
    expect(outside.error).toMatch(/common\/names\.vox .* root api/);
    await runMain(folder.path, ["generate", "common/names.vox", "--out", "other", "--root", "."]);
    expect(folder.files()).toContain("other/common/names.vox.ts");
  });

  it("takes the import extension", async () => {
    using folder = new TemporaryFolder({
      "a.vox": 'package a\nimport { Name } from "./b.vox"\nstruct A { name: Name }\n',
      "b.vox": "package b\nstruct Name { first: string }\n",
    });
    for (const [extension, expected] of [
      [".ts", '"./b.vox.ts"'],
      ["none", '"./b.vox"'],
      [".js", '"./b.vox.js"'],
    ] as const) {
      const args = ["generate", "a.vox", "--out", "gen", "--import-extension", extension];
      expect((await runMain(folder.path, args)).code).toBe(0);
      expect(folder.read("gen/a.vox.ts")).toContain(expected);
    }
  });

  it("writes nothing at all when a schema has an error, and reports all of them", async () => {
    using folder = new TemporaryFolder({
      "vox.config.json": '{ "schemas": "*.vox", "out": "gen" }',
      "good.vox": greeterSchema,
      "bad.vox": "package bad\nstruct A { x: strng }\nstruct B { y: u64, y: u64 }\n",
    });
    const pretty = await runMain(folder.path, ["generate"]);
    expect(pretty).toMatchObject({ code: 1, out: "" });
    expect(pretty.error).toContain("--> bad.vox:2:15");
    expect(pretty.error).toContain("2 errors");
    const { events } = await runMain(folder.path, ["generate", "--format", "json"]);
    expect(events).toMatchObject([
      { event: "diagnostic", severity: "error", file: "bad.vox", start: { line: 2, column: 15 } },
      { event: "diagnostic", severity: "error", file: "bad.vox", start: { line: 3 } },
      { event: "summary", ok: false, errors: 2, written: 0 },
    ]);
    const github = await runMain(folder.path, ["generate", "--format", "github"]);
    expect(github.out).toMatch(/^::error file=bad\.vox,line=2,col=15,/m);
    expect(folder.files()).toEqual(["bad.vox", "good.vox", "vox.config.json"]);
  });

  it("removes what the config does not request any more, and only its own files", async () => {
    using folder = new TemporaryFolder({
      "vox.config.json": '{ "schemas": "schemas", "out": "gen" }',
      "schemas/a.vox": "package a\nstruct A { x: u8 }\n",
      "schemas/sub/b.vox": "package b\nstruct B { x: u8 }\n",
      "gen/mine.vox.ts": "export const mine = 1;\n",
    });
    await runMain(folder.path, ["generate"]);
    expect(folder.files()).toContain("gen/sub/b.vox.ts");
    folder.write("vox.config.json", '{ "schemas": "schemas/*.vox", "out": "gen" }');
    const check = await runMain(folder.path, ["generate", "--check"]);
    expect(check.code).toBe(1);
    expect(check.out).toContain("--- gen/sub/b.vox.ts (on disk)\n+++ /dev/null\n");
    const { events } = await runMain(folder.at("schemas/sub"), ["generate", "--format", "json"]);
    expect(events).toMatchObject([
      { event: "file", change: "removed", path: "../../gen/sub/b.vox.ts" },
      { event: "summary", written: 0, removed: 1, unchanged: 1 },
    ]);
    expect(folder.files().filter((path) => path.startsWith("gen/"))).toEqual([
      "gen/a.vox.ts",
      "gen/mine.vox.ts",
    ]);
  });

  it("removes outputs of named schemas that are gone, and leaves other runs alone", async () => {
    using folder = new TemporaryFolder({
      "x/a.vox": greeterSchema,
      "x/b.vox": "package b\n",
      "y/c.vox": "package c\n",
    });
    await runMain(folder.path, ["generate", "x/a.vox", "x/b.vox", "--out", "gen"]);
    await runMain(folder.path, ["generate", "y/c.vox", "--out", "gen"]);
    expect(folder.files().filter((path) => path.startsWith("gen/"))).toHaveLength(3);
    renameSync(folder.at("x/b.vox"), folder.at("x/b2.vox"));
    await runMain(folder.path, ["generate", "x/a.vox", "x/b2.vox", "--out", "gen"]);
    expect(folder.files().filter((path) => path.startsWith("gen/"))).toEqual([
      "gen/a.vox.ts",
      "gen/b2.vox.ts",
      "gen/c.vox.ts",
    ]);
  });

  it("checks: 0 when fresh, 1 with a diff when stale, and writes nothing", async () => {
    using folder = new TemporaryFolder({ "greeter.vox": greeterSchema });
    const args = ["generate", "greeter.vox", "--out", "gen", "--check"];
    const missing = await runMain(folder.path, args);
    expect(missing.code).toBe(1);
    expect(missing.out).toMatch(
      /^--- \/dev\/null\n\+\+\+ gen\/greeter\.vox\.ts \(generated\)\n@@ -0,0 \+1,\d+ @@\n/m,
    );
    expect(folder.files()).toEqual(["greeter.vox"]);
    await runMain(folder.path, args.slice(0, -1));
    expect((await runMain(folder.path, args)).code).toBe(0);
    folder.write("greeter.vox", greeterSchema.replace("hello(", "greet("));
    const stale = await runMain(folder.path, args);
    expect(stale.code).toBe(1);
    expect(stale.out).toMatch(/^- {2}hello\(name/m);
    expect(stale.out).toMatch(/^\+ {2}greet\(name/m);
    expect(stale.error).toContain("1 file out");
    const github = await runMain(folder.path, [...args, "--format", "github"]);
    expect(github.out).toContain(
      "::error file=gen/greeter.vox.ts,title=vox-gen::gen/greeter.vox.ts is out of date",
    );
    const { events } = await runMain(folder.path, [...args, "--format", "json"]);
    expect(events).toMatchObject([
      { event: "stale", change: "updated", path: "gen/greeter.vox.ts" },
      { event: "summary", ok: false, stale: 1 },
    ]);
  });

  it("does not overwrite a file that it has not written", async () => {
    using folder = new TemporaryFolder({
      "greeter.vox": greeterSchema,
      "gen/greeter.vox.ts": "export {};\n",
    });
    const { code, error } = await runMain(folder.path, ["generate", "greeter.vox", "--out", "gen"]);
    expect(code).toBe(2);
    expect(error).toContain("gen/greeter.vox.ts exists");
    expect(folder.read("gen/greeter.vox.ts")).toBe("export {};\n");
  });

  it("reads schemas with Windows line ends and a byte order mark, and refuses other encodings", async () => {
    using folder = new TemporaryFolder({ "greeter.vox": `\ufeff${greeterSchema.replaceAll("\n", "\r\n")}` });
    const args = ["generate", "greeter.vox", "--out", "gen"];
    expect(await runMain(folder.path, args)).toMatchObject({ code: 0 });
    expect(folder.read("gen/greeter.vox.ts")).not.toContain("\r");
    writeFileSync(folder.at("greeter.vox"), Uint8Array.of(0xff, 0xfe, 0x70, 0));
    const { code, error } = await runMain(folder.path, args);
    expect(code).toBe(2);
    expect(error).toContain("it is not UTF-8 text");
  });
});

describe("check", () => {
  it("says how many files it looked at, and writes nothing", async () => {
    using folder = new TemporaryFolder({
      "greeter.vox": greeterSchema,
      "b.vox": "package b\nstruct b { X: u8 }\n",
    });
    const { code, out } = await runMain(folder.path, ["check", "greeter.vox"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^checked 1 file, no problems in \d+ ms\n$/);
    const warned = await runMain(folder.path, ["check", "*.vox", "--format", "json"]);
    expect(warned.code).toBe(0);
    expect(warned.events.at(-1)).toMatchObject({
      command: "check",
      ok: true,
      files: 2,
      errors: 0,
      warnings: 2,
    });
    expect(folder.files()).toEqual(["b.vox", "greeter.vox"]);
  });
});

describe("init", () => {
  it("writes a project, whose schema has nothing to complain about", async () => {
    using folder = new TemporaryFolder();
    const { code, out } = await runMain(folder.path, ["init", "My Service"]);
    expect(code).toBe(0);
    expect(out).toContain("npm install");
    expect(JSON.parse(folder.read("My Service/package.json"))).toMatchObject({ name: "my-service" });
    const check = await runMain(folder.at("My Service"), ["check", "schemas", "--format", "json"]);
    expect(check.events).toMatchObject([{ event: "summary", ok: true, errors: 0, warnings: 0 }]);
  });

  it("overwrites nothing", async () => {
    using folder = new TemporaryFolder({ "package.json": "{}", "src/server.ts": "mine", "notes.txt": "" });
    const { code, error } = await runMain(folder.path, ["init"]);
    expect(code).toBe(2);
    expect(error).toContain("nothing was written:\n  src/server.ts\n  package.json\n");
    expect(folder.files()).toEqual(["notes.txt", "package.json", "src/server.ts"]);
    const file = await runMain(folder.path, ["init", "notes.txt"]);
    expect(file).toMatchObject({ code: 2, error: expect.stringContaining("notes.txt is a file") });
  });
});
