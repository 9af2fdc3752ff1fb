import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Folder, greeter, start } from "../support/command.js";

const config = '{ "schemas": "schemas", "out": "gen", "watch": { "debounceMs": 20 } }';

describe("vox-gen watch", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "builds at once, tells what it wrote, and ends with 0 on %s",
    async (signal) => {
      using folder = new Folder({ "greeter.vox": greeter });
      await using watching = start(folder.path, ["watch", "greeter.vox", "--out", "gen"]);
      await watching.line(/^created gen\/greeter\.vox\.ts$/);
      await watching.line(/^wrote 1 file, 0 unchanged in \d+ ms$/);
      await watching.line(/^watching \. \(Ctrl-C ends\)$/);
      watching.kill(signal);
      const { code, out, error } = await watching.ended();
      expect({ code, error }).toEqual({ code: 0, error: "" });
      expect(out).toMatch(/\nstopped\n$/);
    },
  );

  it("sees changed, new, renamed and deleted schemas", async () => {
    using folder = new Folder({ "vox.config.json": config, "schemas/a.vox": greeter });
    await using watching = start(folder.path, ["watch"]);
    await watching.line(/^watching /);

    folder.write("schemas/a.vox", greeter.replace("hello(", "greet("));
    await watching.line(/^changed: schemas\/a\.vox$/);
    await watching.line(/^updated gen\/a\.vox\.ts$/);
    await watching.line(/^wrote 1 file, 0 unchanged in \d+ ms$/);

    folder.write("schemas/deep/b.vox", "package b\nstruct B { x: u8 }\n");
    await watching.line(/^created gen\/deep\/b\.vox\.ts$/);
    await watching.line(/^wrote 1 file, 1 unchanged/);

    renameSync(folder.at("schemas/deep/b.vox"), folder.at("schemas/c.vox"));
    await watching.line(/^created gen\/c\.vox\.ts$/);
    await watching.line(/^removed gen\/deep\/b\.vox\.ts$/);

    rmSync(folder.at("schemas/c.vox"));
    await watching.line(/^removed gen\/c\.vox\.ts$/);
    expect(readFileSync(folder.at("gen/a.vox.ts"), "utf8")).toContain("greet(");
  });

  it("sees an editor that saves by renaming", async () => {
    using folder = new Folder({ "greeter.vox": greeter });
    await using watching = start(folder.path, ["watch", "greeter.vox", "--out", "gen"]);
    await watching.line(/^watching /);
    for (const name of ["one", "two", "three"]) {
      writeFileSync(folder.at(".greeter.vox.tmp"), greeter.replace("hello(", `${name}(`));
      renameSync(folder.at(".greeter.vox.tmp"), folder.at("greeter.vox"));
      await watching.line(/^updated gen\/greeter\.vox\.ts$/);
      await watching.line(/^wrote 1 file/);
      expect(readFileSync(folder.at("gen/greeter.vox.ts"), "utf8")).toContain(`${name}(`);
    }
  });

  it("sees imports outside of the schemas, and one that is not there yet", async () => {
    using folder = new Folder({
      "api/a.vox": 'package a\nimport { Name } from "../common/names.vox"\nstruct A { name: Name }\n',
    });
    await using watching = start(folder.path, ["watch", "api", "--out", "gen"]);
    await watching.complains(/there is no file "\.\.\/common\/names\.vox"/);
    await watching.line(/^watching /);
    folder.write("common/names.vox", "package names\ntype Name = string\n");
    await watching.line(/^created gen\/a\.vox\.ts$/);
    await watching.line(/^wrote 2 files/);
    folder.write("common/names.vox", "package names\nstruct Name { first: string }\n");
    await watching.line(/^updated gen\/_up\/common\/names\.vox\.ts$/);
  });

  it("sees the config, survives what is wrong in it and in a schema, and keeps the last good output", async () => {
    using folder = new Folder({ "vox.config.json": config, "schemas/a.vox": greeter });
    await using watching = start(folder.path, ["watch"]);
    await watching.line(/^watching /);
    const good = readFileSync(folder.at("gen/a.vox.ts"), "utf8");

    folder.write("schemas/a.vox", "service {");
    await watching.complains(/nothing was written/);
    expect(readFileSync(folder.at("gen/a.vox.ts"), "utf8")).toBe(good);

    folder.write("vox.config.json", '{ "schemas": ');
    await watching.complains(/vox\.config\.json is not JSON/);
    rmSync(folder.at("vox.config.json"));
    await watching.complains(/no schema is named/);
    folder.write("schemas/a.vox", greeter);
    folder.write("vox.config.json", config.replace('"gen"', '"other"'));
    await watching.line(/^created other\/a\.vox\.ts$/);
    expect(readFileSync(folder.at("other/a.vox.ts"), "utf8")).toBe(good);
    rmSync(folder.at("schemas"), { recursive: true });
    await watching.complains(/no file schemas|no \.vox file matches/);
    folder.write("schemas/z.vox", "package z\n");
    await watching.line(/^created other\/z\.vox\.ts$/);
    watching.kill("SIGINT");
    expect(await watching.ended()).toMatchObject({ code: 0 });
  });

  it("tells events one JSON object a line", async () => {
    using folder = new Folder({ "greeter.vox": greeter });
    await using watching = start(folder.path, ["watch", "greeter.vox", "--out", "gen", "--format", "json"]);
    await watching.line(/"event":"watching"/);
    folder.write("greeter.vox", `${greeter}struct A { x: nope }\n`);
    await watching.line(/"event":"diagnostic"/);
    await watching.line(/"event":"summary"/);
    watching.kill("SIGINT");
    const { out, error } = await watching.ended();
    expect(error).toBe("");
    const events = out
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(events.slice(0, 3)).toMatchObject([
      { event: "file", change: "created", path: "gen/greeter.vox.ts" },
      { event: "summary", command: "watch", ok: true, written: 1, durationMs: expect.any(Number) },
      { event: "watching", folders: ["."] },
    ]);
    expect(events.slice(3)).toMatchObject([
      { event: "changed", paths: ["greeter.vox"] },
      { event: "diagnostic", severity: "error", file: "greeter.vox", start: { line: 7 } },
      { event: "summary", ok: false, errors: 1, written: 0 },
      { event: "stopped" },
    ]);
  });

  it("looks at the files in intervals where an option requests it", async () => {
    using folder = new Folder({ "greeter.vox": greeter });
    await using watching = start(folder.path, ["watch", "greeter.vox", "--out", "gen", "--poll", "20"]);
    await watching.line(/^watching /);
    folder.write("greeter.vox", greeter.replace("hello(", "greeting("));
    await watching.line(/^updated gen\/greeter\.vox\.ts$/);
  });

  it("does not start with nothing to watch", async () => {
    using folder = new Folder();
    await using nothing = start(folder.path, ["watch"]);
    expect(await nothing.ended()).toMatchObject({ code: 2, out: "" });
    await using polling = start(folder.path, ["watch", "--poll", "abc"]);
    expect(await polling.ended()).toMatchObject({ code: 2, error: expect.stringContaining("--poll takes") });
  });

  it("stops where each run changes what it reads, and goes on after another change", async () => {
    using folder = new Folder({
      "a.vox": greeter,
      "vox.config.mjs": [
        'import { appendFileSync } from "node:fs";',
        'import { fileURLToPath } from "node:url";',
        'appendFileSync(fileURLToPath(import.meta.url).replace(/[?].*/, ""), "// again\\n");',
        'export default { schemas: "a.vox", out: "gen" };',
        "",
      ].join("\n"),
    });
    await using watching = start(folder.path, ["watch"]);
    await watching.complains(/error: each run changes vox\.config\.mjs/);
    folder.write("a.vox", greeter.replace("hello", "bye"));
    await watching.line(/^updated gen\/a\.vox\.ts/);
  });
});
