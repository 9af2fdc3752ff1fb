/** What a foreign repository can and cannot make a command read, write and run: commands × ways out. */
import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, symlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runMain, TemporaryFolder } from "../run.fixture.js";
import { Roots } from "./roots.js";

const schema = "struct A { x: u8 }\nservice S { m(a: A) -> A }\n";
const secret = "root:x:0:0:secret line\n";
const config = '{ "schemas": "s", "out": "gen" }';

/** A project in `p`, and beside it what it must not touch. */
function foreign(files: Readonly<Record<string, string>> = {}): TemporaryFolder {
  return new TemporaryFolder({
    "p/s/a.vox": schema,
    "p/vox.config.json": config,
    "victim/file": "precious\n",
    "victim/passwd": secret,
    "victim/b.vox": "secret line\n",
    ...files,
  });
}

const commands: readonly (readonly string[])[] = [
  ["check"],
  ["generate"],
  ["generate", "--check"],
  ["lock"],
  ["implement", "S", "x.ts"],
  ["breaking", "--against", "s"],
];

describe("Roots", () => {
  it.each([
    ["inside", "p/x/y.ts", undefined],
    ["the project itself", "p", undefined],
    ["beside it", "q/y.ts", "is outside of the project"],
    ["a name that begins alike", "p2/y.ts", "is outside of the project"],
    ["a link to the outside", "p/out/y.ts", "leads out of the project through a link"],
    ["a link to the inside", "p/in/y.ts", undefined],
    ["a named folder", "named/y.ts", undefined],
    ["a link in a named folder", "named/out/y.ts", "leads out of the project through a link"],
  ])("knows %s", (_what, path, problem) => {
    using folder = new TemporaryFolder({ "p/x/a": "", "q/a": "", "named/a": "" });
    symlinkSync(folder.at("q"), folder.at("p/out"));
    symlinkSync(folder.at("p/x"), folder.at("p/in"));
    symlinkSync(folder.at("q"), folder.at("named/out"));
    const roots = new Roots([folder.at("p")], [folder.at("named"), folder.at("p/out")]);
    const found = roots.problem(folder.at(path));
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(problem);
  });
});

describe("schemas of a foreign repository", () => {
  it.each([
    ["a file that is no schema", 'import { A } from "../../victim/passwd"'],
    ["a schema outside", 'import { A } from "../../victim/b.vox"'],
    ["an absolute path", 'import { A } from "/etc/passwd"'],
    ["a link that leads outside", 'import { A } from "./link.vox"'],
    ["a link to a file that is no schema", 'import { A } from "./passwd.vox"'],
    ["a folder that is a link", 'import { A } from "./folder/b.vox"'],
  ])("do not show %s by an import", async (_what, line) => {
    using folder = foreign();
    folder.write("p/main/b.vox", `${line}\nstruct B { a: A }\n`);
    folder.write("p/vox.config.json", config.replace('"s"', '"main/b.vox"'));
    symlinkSync(folder.at("victim/b.vox"), folder.at("p/main/link.vox"));
    symlinkSync(folder.at("victim/passwd"), folder.at("p/main/passwd.vox"));
    symlinkSync(folder.at("victim"), folder.at("p/main/folder"));
    for (const args of commands) {
      const { code, error, out } = await runMain(folder.at("p"), args);
      expect(code, args.join(" ")).not.toBe(0);
      expect(error + out).not.toContain("secret");
    }
  });

  it.each([
    ["a link to a schema outside", "victim/b.vox", "leads out of the project"],
    ["a link to another file outside", "victim/passwd", "is not a .vox file"],
    ["a link to another file inside", "p/.env", "is not a .vox file"],
  ])("do not show %s that lies among them", async (_what, target, message) => {
    using folder = foreign({ "p/.env": secret });
    symlinkSync(folder.at(target), folder.at("p/s/link.vox"));
    for (const args of commands) {
      const { code, error, out } = await runMain(folder.at("p"), args);
      expect(code, args.join(" ")).toBe(2);
      expect(error).toContain(message);
      expect(error + out).not.toContain("secret");
    }
  });

  it("may import from the whole repository, and from folders that the config names", async () => {
    using folder = foreign({
      "common/m.vox": "struct M { x: u8 }\n",
      "p/s/a.vox": 'import { M } from "../../common/m.vox"\nstruct A { m: M }\n',
    });
    const refused = await runMain(folder.at("p"), ["generate"]);
    expect(refused.code).toBe(1);
    expect(refused.error).toContain('error[VOX2015]: "../../common/m.vox" is outside of the project');
    folder.write("p/vox.config.json", '{ "schemas": "s", "out": "gen", "root": ".." }');
    expect(await runMain(folder.at("p"), ["generate"])).toMatchObject({ code: 0 });
    folder.write("p/vox.config.json", config);
    mkdirSync(folder.at(".git"));
    expect(await runMain(folder.at("p"), ["check"])).toMatchObject({ code: 0 });
    expect(await runMain(folder.at("p/s"), ["check", "a.vox"])).toMatchObject({ code: 0 });
  });

  it("may import from the folder that they and the working directory have in common, where nothing marks a project", async () => {
    using folder = new TemporaryFolder({
      "common/m.vox": "struct M { x: u8 }\n",
      "s/a.vox": 'import { M } from "../common/m.vox"\nstruct A { m: M }\n',
      "gen/x.txt": "",
    });
    expect(await runMain(folder.path, ["check", "s/a.vox"])).toMatchObject({ code: 0 });
    expect(await runMain(folder.at("gen"), ["check", "../s/a.vox"])).toMatchObject({ code: 0 });
    expect(await runMain(folder.at("s"), ["check", "a.vox"])).toMatchObject({ code: 1 });
  });

  it.each(["x\ny", "x\ry", "x\u2028y", "x\u0085y", "x\u001b[31my", "x\u202ey"])(
    "with %j in a name are refused before anything is written",
    async (name) => {
      using folder = foreign();
      folder.write(`p/s/${name}/c.vox`, "struct C { x: u8 }\n");
      folder.write("p/vox.config.json", '{ "schemas": "s/*/c.vox", "out": "gen" }');
      for (const args of commands) {
        const { code, error, out } = await runMain(folder.at("p"), args);
        expect(code, args.join(" ")).toBe(2);
        expect(error).toContain("has the character U+");
        expect(error + out).not.toContain(name);
      }
      expect(folder.files().filter((path) => path.endsWith(".ts") || path.endsWith("vox.lock"))).toEqual([]);
    },
  );
});

describe("outputs of a foreign repository", () => {
  const victims = (folder: TemporaryFolder): readonly string[] =>
    folder
      .files()
      .filter((path) => path.startsWith("victim/"))
      .map((path) => folder.read(path));

  it.each([
    ["the output folder", "p/gen", "victim", ["generate"]],
    ["a folder inside of it", "p/gen/sub", "victim", ["generate"]],
    ["an output", "p/gen/a.vox.ts", "victim/file", ["generate"]],
    ["an output that is empty there", "p/gen/a.vox.ts", "victim/empty", ["generate"]],
    ["the lock", "p/vox.lock", "victim/file", ["lock"]],
    ["the lock, empty there", "p/vox.lock", "victim/empty", ["lock"]],
    ["the file of a class", "p/x.ts", "victim/empty", ["implement", "S", "x.ts"]],
    ["the folder of a class", "p/src", "victim", ["implement", "S", "src/x.ts"]],
  ])("do not leave it through %s", async (_what, link, target, args) => {
    using folder = foreign({ "p/s/sub/b.vox": "struct B { x: u8 }\n", "victim/empty": "" });
    const before = victims(folder);
    mkdirSync(folder.at(`${link}/..`), { recursive: true });
    symlinkSync(folder.at(target), folder.at(link));
    const { code, error } = await runMain(folder.at("p"), args);
    expect(error).toMatch(/^error: /);
    expect(code).toBe(2);
    expect(victims(folder)).toEqual(before);
  });

  it("take the place of a link that leads nowhere, and leave its target alone", async () => {
    using folder = foreign();
    mkdirSync(folder.at("p/gen"));
    symlinkSync(folder.at("victim/new"), folder.at("p/gen/a.vox.ts"));
    await runMain(folder.at("p"), ["generate"]);
    expect(folder.files()).not.toContain("victim/new");
    expect(lstatSync(folder.at("p/gen/a.vox.ts")).isFile()).toBe(true);
  });

  it("go where the config says, also outside of the project", async () => {
    using folder = foreign({ "p/vox.config.json": '{ "schemas": "s", "out": "../shared/gen" }' });
    expect(await runMain(folder.at("p"), ["generate"])).toMatchObject({ code: 0 });
    expect(folder.files()).toContain("shared/gen/a.vox.ts");
  });

  it("end with an error where no folder can be made", async () => {
    using folder = foreign();
    const { code, error } = await runMain(folder.at("p"), ["generate", "--out", "/proc/x"]);
    expect(error).toMatch(/^error: cannot write /);
    expect(code).toBe(2);
  });
});

describe("commits of a foreign repository", () => {
  it("are refused where a name leads out of them", async () => {
    using folder = new TemporaryFolder({ "a.vox": schema });
    const git = (args: readonly string[], input?: string): string =>
      execFileSync("git", ["-C", folder.path, "-c", "user.name=a", "-c", "user.email=a@localhost", ...args], {
        input,
        encoding: "utf8",
        stdio: ["pipe", "pipe", "pipe"],
      }).trim();
    git(["init", "-q"]);
    const blob = git(["hash-object", "-w", "a.vox"]);
    const entry = (mode: string, name: string, id: string): Buffer =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]);
    folder.write("tree", "");
    const tree = (content: Buffer): string =>
      execFileSync("git", ["-C", folder.path, "hash-object", "-t", "tree", "-w", "--stdin", "--literally"], {
        input: content,
        encoding: "utf8",
      }).trim();
    const inner = tree(entry("100644", "evil.vox", blob));
    const outer = tree(Buffer.concat([entry("40000", "..", inner), entry("100644", "a.vox", blob)]));
    const commit = git(["commit-tree", outer, "-m", "evil"]);
    const { code, error } = await runMain(folder.path, ["breaking", "a.vox", "--against", commit]);
    expect(error).toContain("that no folder can hold");
    expect(code).toBe(2);
  });
});
