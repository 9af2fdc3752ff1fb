import { symlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { TemporaryFolder } from "../run.fixture.js";
import { findSchemas, placesOf } from "./find-schemas.js";

const files = {
  "a.vox": "",
  "schemas/b.vox": "",
  "schemas/deep/c.vox": "",
  "schemas/notes.txt": "",
  "schemas/node_modules/x/d.vox": "",
  "with [odd] name/e.vox": "",
};

async function find(folder: TemporaryFolder, ...patterns: readonly string[]): Promise<readonly string[]> {
  const { entries } = await findSchemas({ patterns, directory: folder.path, cwd: folder.path });
  return entries.map((path) => path.slice(folder.path.length + 1));
}

describe("findSchemas", () => {
  it("takes files, folders and patterns, sorted and once each", async () => {
    using folder = new TemporaryFolder(files);
    expect(await find(folder, "schemas", "a.vox", "./a.vox")).toEqual([
      "a.vox",
      "schemas/b.vox",
      "schemas/deep/c.vox",
    ]);
    expect(await find(folder, "schemas/*.vox")).toEqual(["schemas/b.vox"]);
    expect(await find(folder, "{a,schemas/deep/c}.vox")).toEqual(["a.vox", "schemas/deep/c.vox"]);
  });

  it("takes names of existing files and folders as they are written", async () => {
    using folder = new TemporaryFolder(files);
    expect(await find(folder, "with [odd] name/e.vox")).toEqual(["with [odd] name/e.vox"]);
    expect(await find(folder, "with [odd] name")).toEqual(["with [odd] name/e.vox"]);
  });

  it("takes out what is marked so", async () => {
    using folder = new TemporaryFolder(files);
    expect(await find(folder, "**/*.vox", "!schemas/**", "!with*/*.vox")).toEqual(["a.vox"]);
    expect(await find(folder, "schemas", "!schemas/b.vox")).toEqual(["schemas/deep/c.vox"]);
  });

  it("follows links", async () => {
    using folder = new TemporaryFolder(files);
    symlinkSync(folder.at("schemas/deep"), folder.at("linked"));
    expect(await find(folder, "linked/*.vox")).toEqual(["linked/c.vox"]);
  });

  it("says what is wrong with a name", async () => {
    using folder = new TemporaryFolder(files);
    await expect(find(folder, "aa.vox")).rejects.toMatchObject({
      code: "Usage",
      message: "there is no file aa.vox",
      help: "did you mean a.vox?",
    });
    await expect(find(folder, "schemas/b")).rejects.toMatchObject({ help: "did you mean schemas/b.vox?" });
    await expect(find(folder, "a.vox/b.vox")).rejects.toThrow("there is no file a.vox/b.vox");
    await expect(find(folder, "schemas/notes.txt")).rejects.toThrow("schemas/notes.txt is not a .vox file");
    await expect(find(folder, "a.vox", "!*.vox")).rejects.toThrow(
      "no .vox file matches `a.vox`, `!*.vox` in .",
    );
    const origin = "vox.config.json: `schemas`";
    const search = { patterns: ["x.vox"], directory: folder.path, cwd: folder.path, origin };
    await expect(findSchemas(search)).rejects.toMatchObject({
      code: "Config",
      message: "vox.config.json: `schemas`: there is no file x.vox",
    });
  });

  it.each(["nothing", "nothing/*.vox", "schemas/*.txt", "empty"])(
    "refuses %j, which finds nothing, beside entries that find something",
    async (entry) => {
      using folder = new TemporaryFolder({ ...files, "empty/x.txt": "" });
      const found = find(folder, "a.vox", entry);
      await expect(found).rejects.toMatchObject({ code: "Usage" });
      await expect(found).rejects.toThrow(entry);
    },
  );

  it("tells a watcher where to look", () => {
    using folder = new TemporaryFolder(files);
    const places = placesOf({
      patterns: ["schemas/*/x-*.vox", "schemas", "later.vox", "!schemas/b.vox"],
      directory: folder.path,
      cwd: folder.path,
    });
    const schemas = { kind: "pattern", folder: folder.at("schemas"), path: undefined };
    expect(places).toMatchObject([
      schemas,
      schemas,
      { kind: "file", folder: folder.path, path: folder.at("later.vox") },
    ]);
  });
});
