/** "Nothing found" and "nothing given" are never "all is well": commands × situations. */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { type MainResult, runMain, TemporaryFolder } from "../run.fixture.js";

const good = "struct P { id: u64, name: string }\nservice S { get() -> P }\n";
const config = '{ "schemas": "s", "out": "gen" }';

function project(more: Readonly<Record<string, string>> = {}): TemporaryFolder {
  return new TemporaryFolder({ "s/a.vox": good, "vox.config.json": config, ...more });
}

/** All options that take a text, by command. */
const emptyValues: readonly (readonly string[])[] = [
  ["generate", ""],
  ["generate", "s", ""],
  ["generate", "--", ""],
  ["generate", "s", "--out", ""],
  ["generate", "s", "--out="],
  ["generate", "s", "--out", "gen", "--out", " "],
  ["generate", "s", "-o", ""],
  ["generate", "--config", ""],
  ["generate", "--root", ""],
  ["generate", "--import-extension", ""],
  ["generate", "--format", ""],
  ["watch", ""],
  ["watch", "--out", ""],
  ["watch", "--config", ""],
  ["watch", "--root", ""],
  ["watch", "--poll", ""],
  ["check", ""],
  ["check", "--config", ""],
  ["breaking", ""],
  ["breaking", "--against", ""],
  ["breaking", "--against", "  "],
  ["breaking", "--level", ""],
  ["breaking", "--peer", ""],
  ["lock", ""],
  ["lock", "--config", ""],
  ["init", ""],
  ["implement", "", "x.ts"],
  ["implement", "S", ""],
  ["implement", "S", "x.ts", "--schema", ""],
  ["implement", "S", "x.ts", "--class", ""],
  ["implement", "S", "x.ts", "--out", ""],
  ["generate", "--no-out"],
  ["generate", "--no-config"],
  ["breaking", "--no-against"],
  ["generate", "--out.x", "y"],
];

/** Command lines in a project whose second schema, outside of the config, has an error. */
const behindDashes: readonly (readonly string[])[] = [
  ["check", "--", "bad.vox"],
  ["check", "s/a.vox", "--", "bad.vox"],
  ["check", "--", "-bad.vox"],
  ["generate", "--out", "gen", "--", "bad.vox"],
  ["lock", "--", "bad.vox"],
  ["breaking", "--against", "s", "--", "bad.vox"],
];

const notFound: readonly (readonly string[])[] = [
  ["check", "nothing"],
  ["check", "s", "nothing"],
  ["check", "s", "nothing/*.vox"],
  ["check", "s", "!s"],
  ["check", "-"],
  ["check", "s", "-"],
  ["check", "--", "-"],
  ["generate", "s", "--out", "-"],
  ["generate", "s", "nothing", "--out", "gen"],
  ["generate", "--config", "nothing.json"],
  ["lock", "s", "nothing"],
  ["breaking", "s", "nothing", "--against", "old.vox"],
  ["breaking", "--against", "nothing"],
  ["breaking", "--against", "empty"],
  ["breaking", "s", "more.vox", "--against", "old.vox"],
  ["implement", "Nothing", "x.ts"],
  ["implement", "S", "x.ts", "--schema", "nothing"],
  ["init", "a", "b"],
  ["implement", "S", "x.ts", "y.ts"],
  ["implement", "S"],
];

describe("nothing given, nothing found", () => {
  it.each(emptyValues)("refuses an empty text: %j %j %j %j %j %j", async (...args) => {
    using folder = project();
    const before = folder.files();
    const { code, error } = await runMain(
      folder.path,
      args.filter((arg) => arg !== undefined),
    );
    expect(error).toMatch(/^error: /);
    expect(error).not.toContain("please report");
    expect(code).toBe(2);
    expect(folder.files()).toEqual(before);
  });

  it.each(behindDashes)("takes what follows the dashes: %j %j %j %j %j", async (...args) => {
    const bad = "struct X { a: strng }\n";
    using folder = project({ "bad.vox": bad, "-bad.vox": bad });
    const result = await runMain(
      folder.path,
      args.filter((arg) => arg !== undefined),
    );
    expect(result.code).not.toBe(0);
    expect(result.error).toMatch(/bad\.vox/);
  });

  it("takes the operands of implement and init behind dashes", async () => {
    using folder = project();
    expect((await runMain(folder.path, ["implement", "--", "S", "-x.ts"])).code).toBe(0);
    expect((await runMain(folder.path, ["implement", "S", "--", "x.ts"])).code).toBe(0);
    expect((await runMain(folder.path, ["init", "--", "-new"])).code).toBe(0);
    expect(folder.files()).toEqual(expect.arrayContaining(["-x.ts", "x.ts", "-new/package.json"]));
  });

  it.each(notFound)("says what it did not find: %j %j %j %j %j", async (...args) => {
    using folder = project({ "old.vox": good, "more.vox": "struct M { a: u8 }", "empty/x.txt": "" });
    const { code, error } = await runMain(
      folder.path,
      args.filter((arg) => arg !== undefined),
    );
    expect(error).toMatch(/^error: /);
    expect(code).toBe(2);
  });
});

describe("lock of a part", () => {
  const two = { "s/b.vox": "service B { g() -> u8 }\n" };

  it.each([
    [["lock", "s/a.vox"], "s/b.vox is not named"],
    [["lock", "--config", "vox.config.json", "s/a.vox"], "s/b.vox is not named"],
    [["lock", "s", "other.vox"], "other.vox is not among them"],
  ])("refuses %j beside a config that requests more", async (args, message) => {
    using folder = project({ ...two, "other.vox": "service O { g() -> u8 }\n" });
    await runMain(folder.path, ["lock"]);
    const before = folder.read("vox.lock");
    const { code, error } = await runMain(folder.path, args);
    expect(error).toContain(message);
    expect(code).toBe(2);
    expect(folder.read("vox.lock")).toBe(before);
  });

  it("takes all schemas of the config by name, from every folder", async () => {
    using folder = project(two);
    expect(await runMain(folder.at("s"), ["lock", "a.vox", "b.vox"])).toMatchObject({ code: 0 });
    expect(folder.files()).toContain("vox.lock");
    expect(folder.files()).not.toContain("s/vox.lock");
    expect(await runMain(folder.path, ["check"])).toMatchObject({ code: 0 });
  });

  it("keeps what is in a lock without a config, unless its schema is gone", async () => {
    using folder = new TemporaryFolder({ "a.vox": good, "b.vox": "service B { g() -> u8 }\n" });
    expect(await runMain(folder.path, ["lock", "a.vox", "b.vox"])).toMatchObject({ code: 0 });
    const { code, error } = await runMain(folder.path, ["lock", "a.vox"]);
    expect(error).toContain("vox.lock also holds b.vox");
    expect(code).toBe(2);
    folder.write("a.vox", good.replace("service S", "service T"));
    expect(await runMain(folder.path, ["lock", "*.vox"])).toMatchObject({ code: 0 });
    folder.remove("b.vox");
    expect(await runMain(folder.path, ["lock", "a.vox"])).toMatchObject({ code: 0 });
    expect(folder.read("vox.lock")).not.toContain("service B");
  });
});

describe("breaking against what is not there", () => {
  class Repository extends TemporaryFolder {
    git(...args: readonly string[]): void {
      const settings = ["user.name=a", "user.email=a@localhost", "core.hooksPath=/dev/null"];
      settings.push("protocol.file.allow=always", "init.defaultBranch=main");
      const flags = settings.flatMap((setting) => ["-c", setting]);
      execFileSync("git", ["-C", this.path, ...flags, ...args], { stdio: "pipe" });
    }

    commit(tag: string): void {
      this.git("init", "-q");
      this.git("add", "-A");
      this.git("commit", "-q", "--no-gpg-sign", "-m", tag);
      this.git("tag", tag);
    }

    async breaking(...args: readonly string[]): Promise<MainResult> {
      return runMain(this.path, ["breaking", ...args]);
    }
  }

  const removed = good.replace(", name: string", "");

  it("refuses a commit in which the schemas lay elsewhere, and takes the folder by name", async () => {
    using folder = new Repository({ "s/a.vox": good, "vox.config.json": config });
    folder.commit("v1");
    folder.git("mv", "s", "idl");
    folder.write("idl/a.vox", removed);
    folder.write("vox.config.json", config.replace('"s"', '"idl"'));
    const { code, error } = await folder.breaking("--against", "v1");
    expect(code).toBe(2);
    expect(error).toContain("no schema of v1 matches `idl`");
    const named = await folder.breaking("--against", "v1:s");
    expect(named.code).toBe(1);
    expect(named.error).toContain("v1:s/a.vox:1:21");
    expect(await folder.breaking("--against", "v1:nothing")).toMatchObject({ code: 2 });
    expect(await folder.breaking("--against", "v1:../..")).toMatchObject({ code: 2 });
    expect(await folder.breaking("--against", "v1:")).toMatchObject({ code: 1 });
  });

  it.each([
    ["a folder", '["s", "t"]', '["s", "idl"]', ["mv", "t", "idl"], "idl/b.vox"],
    ["a file", '["s", "t/b.vox"]', '["s"]', ["mv", "t/b.vox", "s/b.vox"], "s/b.vox"],
  ])("refuses a commit in which %s of several lay elsewhere", async (_what, before, after, move, place) => {
    using folder = new Repository({
      "s/a.vox": good,
      "t/b.vox": good.replaceAll("S", "T"),
      "vox.config.json": config.replace('"s"', before),
    });
    folder.commit("v1");
    folder.git(...move);
    folder.write(place, removed.replaceAll("S", "T"));
    folder.write("vox.config.json", config.replace('"s"', after));
    const { code, error } = await folder.breaking("--against", "v1");
    expect(error).toContain("t/b.vox of v1 may have moved");
    expect(code).toBe(2);
  });

  it("refuses schemas of a submodule, and those outside of the repository", async () => {
    using inner = new Repository({ "a.vox": good });
    inner.commit("v1");
    using folder = new Repository({ "own.vox": "service O { g() -> u8 }\n" });
    folder.git("init", "-q");
    folder.git("submodule", "--quiet", "add", inner.path, "sub");
    folder.commit("v1");
    const submodule = await folder.breaking("sub/a.vox", "own.vox", "--against", "v1");
    expect(submodule.error).toContain("sub/a.vox is in the submodule sub");
    expect(submodule.code).toBe(2);
    const outside = await folder.breaking(inner.at("a.vox"), "own.vox", "--against", "v1");
    expect(outside.error).toContain("is outside of the repository");
    expect(outside.code).toBe(2);
  });
});
