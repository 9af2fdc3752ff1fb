import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { type MainResult, runMain, TemporaryFolder } from "../run.fixture.js";

const money = "struct Money { amount: i64 }\n";
const catalog = [
  'import { Money } from "./money.vox"',
  "struct Product { id: u64, name: string, price: Money }",
  "service Catalog {",
  "  get(id: u64) -> Product",
  "  @idempotent count() -> u64",
  "}",
  "",
].join("\n");
const config = '{ "schemas": "schemas", "out": "gen" }';

/** A project under version control, one commit tagged v1. */
class Repository extends TemporaryFolder {
  constructor(files: Readonly<Record<string, string>> = {}) {
    super({
      "schemas/money.vox": money,
      "schemas/catalog.vox": catalog,
      "vox.config.json": config,
      ...files,
    });
    this.git("init", "-q", "-b", "main");
    this.commit("first", "v1");
  }

  git(...args: readonly string[]): void {
    const identity = ["-c", "user.name=a", "-c", "user.email=a@localhost", "-c", "core.hooksPath=/dev/null"];
    execFileSync("git", ["-C", this.path, ...identity, ...args], { stdio: "pipe" });
  }

  commit(message: string, tag: string): void {
    this.git("add", "-A");
    this.git("commit", "-q", "--no-gpg-sign", "-m", message);
    this.git("tag", tag);
  }

  change(from: string, to: string): void {
    this.write("schemas/catalog.vox", this.read("schemas/catalog.vox").replace(from, to));
  }

  breaking(...args: readonly string[]): Promise<MainResult> {
    return runMain(this.path, ["breaking", ...args]);
  }
}

const codes = ({ events }: MainResult): readonly unknown[] =>
  events.filter(({ event }) => event === "diagnostic").map(({ code }) => code);

describe("breaking", () => {
  it("finds nothing where nothing changed", async () => {
    using folder = new Repository();
    const { code, out, error } = await folder.breaking("--against", "v1");
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(out).toMatch(/^compared with v1: no change, 2 methods in \d+ ms\n$/);
  });

  it("shows a break where it is, and what it was, and ends with 1", async () => {
    using folder = new Repository();
    folder.change("name: string, ", "");
    const { code, out, error } = await folder.breaking("--against", "v1");
    expect(code).toBe(1);
    expect(error).toBe(
      [
        "error[VOX5003]: Catalog.get response: field Product.name removed: a client built before cannot read it",
        " --> schemas/catalog.vox:2:8",
        "  |",
        "2 | struct Product { id: u64, price: Money }",
        "  |        ^^^^^^^",
        "  = as it was:",
        " --> v1:schemas/catalog.vox:2:27",
        "  |",
        "2 | struct Product { id: u64, name: string, price: Money }",
        "  |                           ----",
        "  = help: keep it: give it a default first, deploy that everywhere, then remove it",
        "",
        "",
      ].join("\n"),
    );
    expect(out).toMatch(
      /^Catalog\.get: old client → new server breaking, new client → old server compatible\ncompared with v1: 1 break, 2 methods in \d+ ms\n$/,
    );
  });

  it("tells harmless changes with their reasons, and ends with 0", async () => {
    using folder = new Repository();
    folder.change("price: Money", "price: Money, note: string?");
    const { code, out } = await folder.breaking("--against", "v1");
    expect(code).toBe(0);
    expect(out).toContain(
      "harmless Catalog.get response: field Product.note added, optional: old peers skip it",
    );
  });

  it("reads the files of the commit, imports included, whatever became of them", async () => {
    using folder = new Repository();
    folder.git("mv", "schemas/money.vox", "schemas/amounts.vox");
    folder.change("./money.vox", "./amounts.vox");
    folder.write("schemas/amounts.vox", money.replace("i64", "f64"));
    const result = await folder.breaking("--against", "v1", "--format", "json");
    expect(codes(result)).toEqual(["VOX5001"]);
    expect(result.events).toContainEqual({
      event: "harmless",
      text: "type Money moved from schemas/money.vox to schemas/amounts.vox: files are not on the wire",
    });
    folder.commit("second", "v2");
    expect((await folder.breaking("--against", "v2")).code).toBe(0);
    expect((await folder.breaking("--against", "HEAD~1")).code).toBe(1);
  });

  it("finds the schemas of a commit from a folder below the top of the repository", async () => {
    using folder = new Repository({
      "sub/vox.config.json": config,
      "sub/schemas/a.vox": "service A { a() -> u8 }",
    });
    folder.write("sub/schemas/a.vox", "service A { a() -> u16 }");
    const { code, error } = await runMain(folder.at("sub"), ["breaking", "--against", "v1"]);
    expect(code).toBe(1);
    expect(error).toContain("A.a response: the result changed from u8 to u16");
    expect(error).toContain("schemas/a.vox:1:13");
  });

  it("takes a schema that was not there for a new one", async () => {
    using folder = new Repository();
    folder.write("schemas/stock.vox", "service Stock { left(id: u64) -> u32 }");
    const { code, events } = await folder.breaking("--against", "v1", "--format", "json");
    expect(code).toBe(0);
    expect(events).toContainEqual({
      event: "verdict",
      method: "Stock.left",
      oldClient: "compatible",
      newClient: "breaking",
    });
  });

  it("reads a commit without writing to the disk", async () => {
    using folder = new Repository();
    const left = (): readonly string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("vox-gen-"));
    const before = left();
    await folder.breaking("--against", "v1");
    expect(left()).toEqual(before);
  });

  it("finds the schemas of a commit by the patterns of the project", async () => {
    using folder = new Repository();
    folder.change("-> u64", "-> u32");
    for (const pattern of ["schemas", "schemas/*.vox", "**/c*.vox", "./schemas/catalog.vox"]) {
      const { code, error } = await runMain(folder.path, ["breaking", pattern, "--against", "v1"]);
      expect({ pattern, code, error: error.split("\n")[0] }).toMatchObject({
        code: 1,
        error: expect.stringContaining("Catalog.count response: the result changed from u64 to u32"),
      });
    }
    const none = await runMain(folder.path, ["breaking", "schemas", "!**/catalog.vox", "--against", "v1"]);
    expect(none.code).toBe(0);
  });

  it.each([
    ["syntax that is wrong", "service Catalog { get( }", "the schemas of broken have errors: catalog.vox: "],
    ["bytes that are no UTF-8", Uint8Array.of(0x2f, 0x2f, 0xff), "cannot read broken:schemas/catalog.vox"],
    [
      "an import from above the repository",
      'import { Money } from "../../money.vox"\nservice C { a() -> Money }',
      "the schemas of broken have errors: catalog.vox: ",
    ],
  ])("refuses a commit with %s", async (_what, text, expected) => {
    using folder = new Repository();
    writeFileSync(folder.at("schemas/catalog.vox"), text);
    folder.commit("broken", "broken");
    folder.write("schemas/catalog.vox", catalog);
    const { code, error } = await folder.breaking("--against", "broken");
    expect({ code, error }).toMatchObject({ code: 2, error: expect.stringContaining(expected) });
  });

  it.each(["v1:..", "v1:../x", "v1:/schemas", "v1:nowhere"])("finds no schema in %s", async (against) => {
    using folder = new Repository();
    const { code, error } = await folder.breaking("--against", against);
    expect({ code, error }).toMatchObject({
      code: 2,
      error: expect.stringContaining(`there is no .vox file in ${against}`),
    });
  });

  it("compares with a folder: another state of the project, or of its schemas", async () => {
    using folder = new Repository();
    using other = new TemporaryFolder({
      "project/schemas/money.vox": money,
      "project/schemas/catalog.vox": catalog,
      "schemas/money.vox": money,
      "schemas/catalog.vox": catalog,
      "empty/readme.md": "",
    });
    folder.change("-> u64", "-> u32");
    for (const path of ["project", "schemas"]) {
      const { code, out, error } = await folder.breaking("--against", other.at(path));
      expect({ code, error }).toMatchObject({ code: 1 });
      expect(error).toContain("Catalog.count response: the result changed from u64 to u32");
      expect(out).not.toContain("moved");
    }
    expect(await folder.breaking("--against", other.at("empty"))).toMatchObject({ code: 2 });
  });

  it("compares one file with another", async () => {
    using folder = new TemporaryFolder({
      "old.vox": "struct P { a: u8 }\nservice S { s() -> P }",
      "new.vox": "struct P { a: u16 }\nservice S { s() -> P }",
    });
    const { code, error, out } = await runMain(folder.path, ["breaking", "new.vox", "--against", "old.vox"]);
    expect(code).toBe(1);
    expect(error).toContain("S.s response: P.a changed from u8 to u16");
    expect(out).not.toContain("moved");
  });

  it("needs no git with a lock, which it takes when nothing else is said", async () => {
    using folder = new TemporaryFolder({
      "schemas/money.vox": money,
      "schemas/catalog.vox": catalog,
      "vox.config.json": config,
    });
    expect(await runMain(folder.path, ["lock"])).toMatchObject({ code: 0 });
    expect(await runMain(folder.path, ["breaking"])).toMatchObject({ code: 0 });
    folder.write("schemas/money.vox", money.replace("i64", "f64"));
    for (const args of [[], ["--against", "vox.lock"]]) {
      const { code, error } = await runMain(folder.path, ["breaking", ...args]);
      expect(code).toBe(1);
      expect(error).toContain("Product.price.amount changed from i64 to f64");
    }
  });

  it("shows what a removed method was in a lock", async () => {
    using folder = new TemporaryFolder({ "a.vox": "service A { a() b() }" });
    await runMain(folder.path, ["lock", "a.vox"]);
    folder.write("a.vox", "service A { a() }");
    const { error } = await runMain(folder.path, ["breaking", "a.vox"]);
    expect(error).toContain("--> vox.lock:a.vox:");
  });

  it("names the generated file that an application imports", async () => {
    using folder = new Repository();
    folder.change("id: u64, name", "id: u64, title");
    const { error } = await folder.breaking("--against", "v1", "--level", "source");
    expect(error).toContain("gen/catalog.vox.ts");
    expect(error).not.toContain("schemas/catalog.vox.ts");
  });

  it("prints annotations for workflows", async () => {
    using folder = new Repository();
    folder.change("-> u64", "-> u32");
    const { code, out } = await folder.breaking("--against", "v1", "--format", "github");
    expect(code).toBe(1);
    expect(out.split("\n")[0]).toMatch(
      /^::error file=schemas\/catalog\.vox,line=5,col=15,endLine=5,endColumn=20,title=VOX5001::Catalog\.count response: the result changed from u64 to u32: /,
    );
  });

  it("prints JSON with verdicts and subjects", async () => {
    using folder = new Repository();
    folder.change("name: string, ", "");
    const { events } = await folder.breaking("--against", "v1", "--format", "json");
    expect(events[0]).toMatchObject({
      event: "diagnostic",
      code: "VOX5003",
      oldClient: "breaking",
      newClient: "compatible",
      subjects: ["Product.name", "Catalog.get"],
    });
    expect(events.at(-1)).toEqual({
      event: "compared",
      against: "v1",
      ok: false,
      methods: 2,
      errors: 1,
      warnings: 0,
      allowed: 0,
      harmless: 0,
      durationMs: 0,
    });
  });

  it("lets warnings pass, unless it is strict", async () => {
    using folder = new Repository();
    folder.change("count()", "@persist count()");
    expect(await folder.breaking("--against", "v1")).toMatchObject({ code: 0 });
    expect(await folder.breaking("--against", "v1", "--strict")).toMatchObject({ code: 1 });
  });

  it("takes its settings from the config, and those of the command line before them", async () => {
    const settings = {
      schemas: "schemas",
      out: "gen",
      breaking: {
        against: "v1",
        level: "source",
        peer: "vox-0.8.2",
        strict: true,
        allow: [
          { code: "VOX5003", at: "Product.name", reason: "no client reads it" },
          { code: "VOX5020", at: "Catalog.gone", reason: "it was never released" },
        ],
      },
    };
    using folder = new Repository({ "vox.config.json": JSON.stringify(settings) });
    folder.change("name: string, ", "");
    const result = await folder.breaking("--format", "json");
    expect(codes(result)).toEqual(["VOX5041", "VOX5052"]);
    expect(result.code).toBe(1);
    const { message, ...allowed } = result.events.find(({ event }) => event === "allowed") ?? {};
    expect(allowed).toEqual({ event: "allowed", code: "VOX5003", reason: "no client reads it" });
    expect(message).toContain("field Product.name removed");
    expect(result.events).toContainEqual({
      event: "advice",
      lines: ["the config allows VOX5020 at Catalog.gone: there is no such finding any more"],
    });
    const wire = await folder.breaking("--level", "wire", "--no-strict", "--format", "json");
    expect(codes(wire)).toEqual(["VOX5052"]);
    expect(wire.code).toBe(0);
  });

  it("shows which name allows a finding that the config misses", async () => {
    const allow = [{ code: "VOX5003", at: "Catalog.get.name", reason: "as the finding prints it" }];
    const settings = { schemas: "schemas", out: "gen", breaking: { against: "v1", allow } };
    using folder = new Repository({ "vox.config.json": JSON.stringify(settings) });
    folder.change("name: string, ", "");
    const { events } = await folder.breaking("--format", "json");
    expect(events).toContainEqual({
      event: "advice",
      lines: [
        expect.stringMatching(
          /^the config allows VOX5003 at Catalog\.get\.name: .* is Product\.name(,| or) /,
        ),
      ],
    });
  });

  it.each([
    [[], "there is nothing to compare with: no --against, and no vox.lock"],
    [["--against", "nope"], "there is no file, folder, branch, tag or commit nope"],
    [["--against=--upload-pack=x"], "there is no file, folder, branch, tag or commit --upload-pack=x"],
    [["--against", "vox.config.json"], "vox.config.json: it is no lock file: its first line is another"],
  ])("refuses %j with exit code 2", async (args, message) => {
    using folder = new Repository();
    const { code, error } = await folder.breaking(...args);
    expect(error.split("\n")[0]).toBe(`error: ${message}`);
    expect(code).toBe(2);
  });

  it("says so where there is no repository", async () => {
    using folder = new TemporaryFolder({ "a.vox": "service A { a() }" });
    const { code, error } = await runMain(folder.path, ["breaking", "a.vox", "--against", "main"]);
    expect(code).toBe(2);
    expect(error).toContain("no git repository to look for it in");
  });

  it("shows the errors of schemas that do not compile", async () => {
    using folder = new Repository();
    folder.change("-> u64", "-> u46");
    const { code, error } = await folder.breaking("--against", "v1");
    expect(code).toBe(2);
    expect(error).toContain("error[VOX2003]");
    expect(error).toContain("error: the schemas have errors, so there is nothing to compare");
  });
});
