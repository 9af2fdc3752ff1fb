/** Texts and places as other tools leave them: commands × situations. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { FakeClock } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../config/load.js";
import { runMain, TemporaryFolder } from "../run.fixture.js";

const schema = "package shop\nstruct P { id: u64 }\nservice Shop { get() -> P }\n";
const config = '{\n  "schemas": "s",\n  "out": "gen"\n}\n';

const bom = (text: string): string => `\ufeff${text}`;
const crlf = (text: string): string => text.replaceAll("\n", "\r\n");

/** What editors and checkouts do to a text. */
const disguises = [
  ["a byte order mark", bom],
  ["Windows line ends", crlf],
  ["both", (text: string) => bom(crlf(text))],
] as const;

/** A project in which everything was written once. */
async function project(): Promise<TemporaryFolder> {
  const folder = new TemporaryFolder({ "s/shop.vox": schema, "vox.config.json": config });
  for (const args of [["generate"], ["lock"], ["implement", "Shop", "src/shop.ts"]])
    expect(await runMain(folder.path, args)).toMatchObject({ code: 0, error: "" });
  return folder;
}

const settled: readonly (readonly string[])[] = [
  ["check"],
  ["generate", "--check"],
  ["generate"],
  ["lock"],
  ["breaking"],
  ["breaking", "--against", "s"],
  ["implement", "Shop", "src/shop.ts"],
];

describe("texts with", () => {
  it.each(
    disguises.flatMap(([name, disguise]) =>
      ["s/shop.vox", "vox.config.json", "vox.lock", "gen/shop.vox.ts", "src/shop.ts"].map(
        (file) => [name, file, disguise] as const,
      ),
    ),
  )("%s in %s are what they were for every command", async (_name, file, disguise) => {
    using folder = await project();
    folder.write(file, disguise(folder.read(file)));
    const before = folder.read(file);
    for (const args of settled) {
      const { code, error } = await runMain(folder.path, args);
      expect(error, args.join(" ")).toBe("");
      expect(code, args.join(" ")).toBe(0);
      expect(folder.read(file), args.join(" ")).toBe(before);
    }
  });

  it.each(disguises)("%s are brought up to date", async (_name, disguise) => {
    using folder = await project();
    for (const file of ["vox.lock", "gen/shop.vox.ts", "src/shop.ts"])
      folder.write(file, disguise(folder.read(file)));
    folder.write("s/shop.vox", disguise(schema.replace("get()", "get() -> P\n  find(id: u64)")));
    for (const args of settled.filter(([command]) => command !== "check" && command !== "breaking").reverse())
      await runMain(folder.path, args);
    for (const args of [["check"], ["generate", "--check"]])
      expect(await runMain(folder.path, args)).toMatchObject({ code: 0, error: "" });
    expect(folder.read("src/shop.ts")).toContain("find(");
  });

  it.each([
    ["vox.lock", ["check"]],
    ["vox.lock", ["breaking"]],
    ["vox.config.json", ["check"]],
    ["s/shop.vox", ["check"]],
  ])("the markers of a merge in %s are reported by %j", async (file, args) => {
    using folder = await project();
    const [first = "", ...rest] = folder.read(file).split("\n");
    const theirs = ["=======", "struct Theirs {", ">>>>>>> theirs"];
    folder.write(file, [first, "<<<<<<< HEAD", rest[0], ...theirs, ...rest.slice(1)].join("\n"));
    const { code, error } = await runMain(folder.path, args);
    expect(code).not.toBe(0);
    expect(error).toContain("a merge left its markers");
    expect(error.match(/^error/gm)).toHaveLength(1);
  });

  it("the markers of a merge in a lock do not keep it from being written again", async () => {
    using folder = await project();
    const before = folder.read("vox.lock");
    folder.write("vox.lock", `<<<<<<< HEAD\n${before}=======\n${before}>>>>>>> theirs\n`);
    expect(await runMain(folder.path, ["lock"])).toMatchObject({ code: 0 });
    expect(folder.read("vox.lock")).toBe(before);
  });

  it.each([
    ["\u200b", "U+200B (zero width space)"],
    ["\u202e", "U+202E (changes the direction of text)"],
    ["\u00ad", "U+00AD (soft hyphen)"],
    ["\u2800", "U+2800"],
    ["\u0000", "U+0000"],
    ["\u001b", "U+001B"],
    ["\ue000", "U+E000"],
  ])("the invisible character %j is reported by its number", async (character, name) => {
    using folder = new TemporaryFolder({ "a.vox": `struct P {${character} id: u64 }\n` });
    const { code, error } = await runMain(folder.path, ["check", "a.vox"]);
    expect(code).toBe(1);
    expect(error).toContain(`unexpected character ${name}`);
    expect(error).not.toContain(character);
  });

  it.each(["vox.lock", "gen/shop.vox.ts"])(
    "another content than ours in %s are never overwritten",
    async (file) => {
      using folder = await project();
      folder.write(file, "precious\n");
      const command = file === "vox.lock" ? "lock" : "generate";
      const { code, error } = await runMain(folder.path, [command]);
      expect(error).toContain("not overwritten");
      expect(code).toBe(2);
      expect(folder.read(file)).toBe("precious\n");
    },
  );
});

describe("a lock", () => {
  it.each([
    [
      "two versions of a service",
      { "v1/a.vox": schema, "v2/a.vox": schema.replace("id: u64", "id: u64, more: string?") },
    ],
    ["a service twice", { "v1/a.vox": schema, "v2/a.vox": schema }],
    ["no service", { "v1/a.vox": "struct P { id: u64 }\n" }],
    [
      "schemas above the config",
      { "p/vox.config.json": '{ "schemas": "../v1", "out": "gen" }', "v1/a.vox": schema },
    ],
    ["names with spaces and signs", { "v1/a b$'%.vox": schema }],
  ] as const)("that was just written is accepted: %s", async (_what, files) => {
    using folder = new TemporaryFolder({
      "vox.config.json": '{ "schemas": "v*/*.vox", "out": "gen" }',
      ...files,
    });
    const at = folder.at(Object.keys(files).some((path) => path.startsWith("p/")) ? "p" : ".");
    await runMain(at, ["lock"]);
    for (const args of [["check"], ["breaking"]])
      expect(await runMain(at, args), args.join()).toMatchObject({ code: 0, error: "" });
    expect((await runMain(at, ["lock"])).out).toContain("up to date");
  });
});

describe("a place for the config", () => {
  it.each([
    ["vox.config.cjs", "module.exports = { schemas: 's', out: 'gen' };", undefined],
    ["vox.config.cts", "export default { schemas: 's', out: 'gen' } as const;", undefined],
    ["vox.config.cts", "module.exports = { schemas: 's', out: 'gen' };", undefined],
    ["vox.config.ts", "export default { schemas: 's' out: 'gen' };", "vox.config.ts: "],
    ["vox.config.ts", "import x from 'nothing'; export default x;", "vox.config.ts: line 1: Cannot find "],
    ["vox.config.mjs", "export default Promise.resolve({ schemas: 's', out: 'gen' });", undefined],
    ["vox.config.yaml", "", "vox.config.yaml has another name than a config"],
    ["vox.config", "", "vox.config has another name than a config"],
    [".voxrc", "", ".voxrc has another name than a config"],
    ["vox.config.tsx", "", "vox.config.tsx has another name than a config"],
    ["vox.config.jsonc", "", "vox.config.jsonc has another name than a config"],
  ])("named %s is read, or refused with the reason", async (name, text, message) => {
    using folder = new TemporaryFolder({ "s/a.vox": schema, [name]: text });
    for (const args of [["check"], ["generate"], ["lock"], ["generate", "--check"]]) {
      const { code, error } = await runMain(folder.path, args);
      if (message === undefined) expect({ code, error }).toEqual({ code: 0, error: "" });
      else expect(error).toContain(message);
    }
  });

  it.each(["generate", "check", "breaking", "lock", "watch"])(
    "that is a folder is reported by %s",
    async (command) => {
      using folder = new TemporaryFolder({ "s/a.vox": schema });
      mkdirSync(folder.at("vox.config.ts"));
      const { code, error } = await runMain(folder.path, [command]);
      expect(code).toBe(2);
      expect(error).toContain("vox.config.ts is no file");
      expect(error).not.toContain("please report");
      expect(await runMain(folder.path, ["check", "--config", "vox.config.ts"])).toMatchObject({ code: 2 });
      folder.write("vox.config.json", config);
      if (command === "check") expect(await runMain(folder.path, ["check"])).toMatchObject({ code: 0 });
    },
  );

  it("above the top of the repository does not count", async () => {
    using folder = new TemporaryFolder({
      "vox.config.mjs": 'throw new Error("RAN");\n',
      "repository/.git/HEAD": "",
      "repository/deep/s/a.vox": schema,
    });
    const { code, error } = await runMain(folder.at("repository/deep"), ["check"]);
    expect(code).toBe(2);
    expect(error).not.toContain("RAN");
    folder.write("repository/vox.config.json", '{ "schemas": "deep/s", "out": "gen" }');
    expect(await runMain(folder.at("repository/deep"), ["check"])).toMatchObject({ code: 0 });
  });

  it("that never settles is reported after a while", async () => {
    using folder = new TemporaryFolder({ "vox.config.mjs": "export default new Promise(() => {});\n" });
    const clock = new FakeClock();
    const loading = loadConfig(folder.path, undefined, clock);
    loading.catch(() => {});
    // The module is loaded by Node, which tells no clock of ours when it is.
    while (clock.armed === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(30_000);
    await expect(loading).rejects.toThrow("vox.config.mjs did not settle within 30 s");
  });
});

describe("annotations", () => {
  const bad = "struct X { a: strng }\n";

  it.each([
    ["GITHUB_WORKSPACE", false],
    ["the top of the repository", true],
  ])("are relative to %s, whatever the working directory", async (_what, hasGit) => {
    using folder = new TemporaryFolder({
      "packages/api/x.vox": bad,
      "packages/api/good/shop.vox": schema,
      "packages/api/vox.config.json": '{ "schemas": "good", "out": "gen" }',
    });
    if (hasGit) execFileSync("git", ["init", "-q", folder.path], { stdio: "pipe" });
    const environment = hasGit ? {} : { GITHUB_WORKSPACE: folder.path };
    for (const [at, path] of [
      [".", "packages/api/x.vox"],
      ["packages", "api/x.vox"],
      ["packages/api", "x.vox"],
      ["packages/api/good", "../x.vox"],
    ] as const) {
      const { out } = await runMain(folder.at(at), ["check", path, "--format", "github"], environment);
      expect(out).toMatch(/^::error file=packages\/api\/x\.vox,/);
    }
    const stale = await runMain(
      folder.at("packages/api"),
      ["generate", "--check", "--format", "github"],
      environment,
    );
    expect(stale.out).toContain("::error file=packages/api/gen/shop.vox.ts,");
    await runMain(folder.at("packages/api"), ["lock"]);
    writeFileSync(folder.at("packages/api/good/shop.vox"), schema.replace("id: u64", "id: u32"));
    for (const args of [["check"], ["breaking"]]) {
      const { out } = await runMain(folder.at("packages/api"), [...args, "--format", "github"], environment);
      expect(out).toContain("::error file=packages/api/good/shop.vox,");
    }
  });
});
