/** Overwriting and removing generated files: runs × situations, through the command line. */
import { renameSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runMain, TemporaryFolder } from "../run.fixture.js";
import { ownerOf, ownerText } from "./owner.js";

const struct = (name: string): string => `struct ${name} { a: u8 }\n`;
const service = "service S { g() -> u8 }\n";
const config = (schemas: string, out: string): string => JSON.stringify({ schemas, out });

const outputs = (folder: TemporaryFolder): readonly string[] =>
  folder.files().filter((path) => path.endsWith(".vox.ts"));

async function generate(folder: TemporaryFolder, ...[at = ".", ...args]: readonly string[]): Promise<string> {
  const { code, error } = await runMain(folder.at(at), ["generate", ...args]);
  expect(code, error).toBe(0);
  return error;
}

describe("the owner of an output", () => {
  it.each([
    "vox.config.json",
    "a b/x.vox",
    "100%/%41.vox",
    "x\ny/a.vox",
    "x\u2028y/a.vox",
    "\u202ex/a.vox",
    "ü/ñ.vox",
  ])("is read back from a header: %j", (owner) => {
    using folder = new TemporaryFolder();
    const output = folder.at("gen/sub/a.vox.ts");
    const text = ownerText(output, folder.at(owner));
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(ownerOf(output, { schema: undefined, owner: text })).toBe(folder.at(owner));
  });

  it.each([
    [
      "two configs with one output folder",
      { "a/vox.config.json": config("s", "../gen"), "b/vox.config.json": config("s", "../gen") },
      [["a"], ["b"]],
    ],
    [
      "two configs in one folder",
      { "a/one.json": config("s", "../gen"), "a/two.json": config("../b/s", "../gen") },
      [
        ["a", "--config", "one.json"],
        ["a", "--config", "two.json"],
      ],
    ],
    [
      "a config above another",
      { "vox.config.json": config("a/s", "."), "b/vox.config.json": config("s", "gen") },
      [["b"], ["."]],
    ],
    [
      "a config and a run with names",
      { "a/vox.config.json": config("s", "../gen") },
      [["a"], [".", "b/s/b.vox", "--out", "gen"]],
    ],
    [
      "runs with names",
      {},
      [
        [".", "a/s/a.vox", "--out", "gen"],
        [".", "b/s/b.vox", "--out", "gen"],
      ],
    ],
  ] as readonly (readonly [string, Readonly<Record<string, string>>, readonly (readonly string[])[]])[])(
    "keeps its outputs in every order: %s",
    async (_what, files, runs) => {
      using folder = new TemporaryFolder({ "a/s/a.vox": struct("A"), "b/s/b.vox": struct("B"), ...files });
      for (const run of runs) await generate(folder, ...run);
      const made = outputs(folder);
      expect(made).toHaveLength(2);
      for (const run of [...runs, ...runs.toReversed()]) await generate(folder, ...run);
      expect(outputs(folder)).toEqual(made);
      for (const run of runs) await generate(folder, ...run, "--check");
    },
  );

  it.each([
    ["another config", { "b/vox.config.json": config("s", "../gen") }, ["b"], "a/vox.config.json"],
    ["a run with names", {}, [".", "b/s/a.vox", "--out", "gen"], "a/vox.config.json"],
    ["a run with the same name", {}, [".", "a/s/a.vox", "--out", "gen"], "a/vox.config.json"],
  ] as const)("keeps %s from overwriting them while the owner is there", async (_what, files, run, owner) => {
    using folder = new TemporaryFolder({
      "a/s/a.vox": struct("A"),
      "b/s/a.vox": struct("B"),
      "a/vox.config.json": config("s", "../gen"),
      ...files,
    });
    await generate(folder, "a");
    const before = folder.read("gen/a.vox.ts");
    for (const more of [[], ["--check"]]) {
      const [at = ".", ...args] = run;
      const { code, error } = await runMain(folder.at(at), ["generate", ...args, ...more]);
      expect(code).toBe(2);
      expect(error).toContain("a.vox.ts belongs to ");
      expect(error).toContain(owner.slice(2));
      expect(folder.read("gen/a.vox.ts")).toBe(before);
    }
    folder.remove("a/vox.config.json");
    await generate(folder, ...run);
    expect(folder.read("gen/a.vox.ts")).not.toBe(before);
  });

  it("gives a config the outputs of a run that named its schemas", async () => {
    using folder = new TemporaryFolder({ "s/a.vox": struct("A"), "s/b.vox": struct("B") });
    await generate(folder, ".", "s/a.vox", "s/b.vox", "--out", "gen");
    folder.write("vox.config.json", config("s", "gen"));
    await generate(folder, ".");
    folder.remove("s/b.vox");
    await generate(folder, ".");
    expect(outputs(folder)).toEqual(["gen/a.vox.ts"]);
  });

  it("takes schemas of the config that are named for a part of its run, with the same bytes", async () => {
    using folder = new TemporaryFolder({
      "s/a.vox": struct("A"),
      "s/sub/b.vox": struct("B"),
      "vox.config.json": config("s", "gen"),
    });
    await generate(folder, ".");
    await generate(folder, ".", "s/sub/b.vox");
    await generate(folder, "s/sub", "b.vox");
    await generate(folder, ".", "--check");
    expect(outputs(folder)).toEqual(["gen/a.vox.ts", "gen/sub/b.vox.ts"]);
  });

  it("that is gone leaves them to the next run", async () => {
    using folder = new TemporaryFolder({
      "s/a.vox": struct("A"),
      "s/b.vox": struct("B"),
      "old.json": config("s", "gen"),
    });
    await generate(folder, ".", "--config", "old.json");
    renameSync(folder.at("old.json"), folder.at("new.json"));
    folder.remove("s/b.vox");
    await generate(folder, ".", "--config", "new.json");
    expect(outputs(folder)).toEqual(["gen/a.vox.ts"]);
  });

  it("that is not in this checkout keeps them", async () => {
    using folder = new TemporaryFolder({
      "a/s/a.vox": struct("A"),
      "b/s/b.vox": struct("B"),
      "a/vox.config.json": config("s", "../gen"),
      "b/vox.config.json": config("s", "../gen"),
    });
    await generate(folder, "a");
    folder.remove("a");
    await generate(folder, "b");
    expect(outputs(folder)).toEqual(["gen/a.vox.ts", "gen/b.vox.ts"]);
  });

  it("is not the generator where a file says no owner: it stays", async () => {
    using folder = new TemporaryFolder({ "s/a.vox": struct("A"), "vox.config.json": config("s", "gen") });
    folder.write("gen/other.vox.ts", "// Generated by @voxrpc/codegen 0.1.0 from other.vox. Do not edit.\n");
    await generate(folder, ".");
    expect(outputs(folder)).toEqual(["gen/a.vox.ts", "gen/other.vox.ts"]);
  });
});

describe("outputs do not depend on the rest of a run", () => {
  it("neither in their place nor in their bytes", async () => {
    using folder = new TemporaryFolder({
      "s/a.vox": struct("A"),
      "s/b.vox": struct("B"),
      "s/c.vox": struct("C"),
    });
    const texts = new Set<string>();
    for (const args of [["s"], ["s/a.vox"], ["s/a.vox", "s/b.vox"], ["s/*.vox", "!s/b.vox"]]) {
      await generate(folder, ".", ...args, "--out", "gen");
      texts.add(folder.read("gen/a.vox.ts"));
    }
    expect(texts.size).toBe(1);
    expect([...texts][0]?.split("\n").find((line) => line.startsWith("// Regenerate"))).toContain(
      " ../s/a.vox --out . (",
    );
  });

  it.each([
    ["a config", ["."], ["."]],
    ["a run with names", [".", "s/a.vox", "--out", "gen"], [".", "s/a.vox", "--out", "gen"]],
  ] as const)("when one imports a schema from outside, by %s", async (_what, first, second) => {
    using folder = new TemporaryFolder({
      "s/a.vox": struct("A"),
      "common/m.vox": struct("M"),
      "vox.config.json": config("s", "gen"),
    });
    await generate(folder, ...first);
    expect(outputs(folder)).toEqual(["gen/a.vox.ts"]);
    folder.write("s/a.vox", 'import { M } from "../common/m.vox"\nstruct A { a: u8, m: M }\n');
    await generate(folder, ...second);
    expect(outputs(folder)).toEqual(["gen/_up/common/m.vox.ts", "gen/a.vox.ts"]);
    expect(folder.read("gen/a.vox.ts")).toContain('from "./_up/common/m.vox.js"');
    await generate(folder, ...second, "--check");
    folder.write("s/a.vox", struct("A"));
    await generate(folder, ".");
    expect(folder.read("gen/a.vox.ts")).not.toContain("_up");
  });

  it("and the command in each header makes that output again", async () => {
    using folder = new TemporaryFolder({
      "s/a.vox": 'import { M } from "../common/m.vox"\nstruct A { a: u8, m: M }\n',
      "s/sub/b.vox": struct("B"),
      "common/m.vox": struct("M"),
    });
    await generate(folder, ".", "s/a.vox", "s/sub/b.vox", "--out", "gen", "--import-extension", ".ts");
    for (const output of outputs(folder)) {
      const text = folder.read(output);
      const line = text.split("\n").find((one) => one.startsWith("// Regenerate: npx vox-gen "));
      const words = (line ?? "").slice(
        "// Regenerate: npx vox-gen ".length,
        -" (in the output folder)".length,
      );
      folder.remove(output);
      const { code, error } = await runMain(folder.at("gen"), words.split(" "));
      expect(code, error).toBe(0);
      expect(folder.read(output)).toBe(text);
    }
  });
});

describe("implement", () => {
  it.each([
    ["a generated file", "gen/s.vox.ts"],
    ["a generated file of another folder", "copy.ts"],
    ["the place of a file that will be generated", "later/s.vox.ts"],
    ["a schema", "s.vox"],
    ["a declaration file", "s.d.ts"],
    ["another language", "README.md"],
    ["a folder", "gen"],
  ])("writes no class into %s", async (_what, path) => {
    using folder = new TemporaryFolder({ "s.vox": service, "README.md": "mine" });
    await generate(folder, ".", "s.vox", "--out", "gen");
    folder.write("copy.ts", folder.read("gen/s.vox.ts"));
    const before = folder.files().map((file) => folder.read(file));
    const out = path.startsWith("later") ? "later" : "gen";
    const { code, error } = await runMain(folder.path, [
      "implement",
      "S",
      path,
      "--schema",
      "s.vox",
      "--out",
      out,
    ]);
    expect(code).toBe(2);
    expect(error).toMatch(/^error: .*(is a generated file|is no file for a class)/);
    expect(folder.files().map((file) => folder.read(file))).toEqual(before);
  });
});
