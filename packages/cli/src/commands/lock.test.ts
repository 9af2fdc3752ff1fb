import { statSync, utimesSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runMain, TemporaryFolder } from "../run.fixture.js";

const schema = [
  "struct Product { id: u64, stock: u32 = 5 }",
  "struct Unused { a: u8 }",
  "service Catalog {",
  "  get(id: u64) -> Product",
  "  @persist order(id: u64) -> u64",
  "}",
  "",
].join("\n");

function project(): TemporaryFolder {
  return new TemporaryFolder({
    "schemas/catalog.vox": schema,
    "vox.config.json": '{ "schemas": "schemas", "out": "gen" }',
  });
}

describe("lock", () => {
  it("writes the lock beside the config, and does not touch an unchanged one", async () => {
    using folder = project();
    const first = await runMain(folder.at("schemas"), ["lock"]);
    expect(first.out).toMatch(/^created \.\.\/vox\.lock\nwrote 1 file, 0 unchanged in \d+ ms\n$/);
    const text = folder.read("vox.lock");
    utimesSync(folder.at("vox.lock"), 1, 1);
    const second = await runMain(folder.path, ["lock"]);
    expect(second.out).toMatch(/\b1 unchanged/);
    expect(statSync(folder.at("vox.lock")).mtimeMs).toBe(1000);
    folder.write("vox.lock", text.replaceAll("\n", "\r\n"));
    expect((await runMain(folder.path, ["lock"])).out).toContain("up to date");
  });

  it("writes nothing when a schema has an error", async () => {
    using folder = project();
    folder.write("schemas/catalog.vox", schema.replace("-> Product", "-> Prodct"));
    const { code, error } = await runMain(folder.path, ["lock"]);
    expect(code).toBe(1);
    expect(error).toContain("error[VOX2003]");
    expect(error).toContain("nothing was written");
    expect(folder.files()).not.toContain("vox.lock");
  });
});

describe("check beside a lock", () => {
  it("says nothing where there is none, and nothing where it is up to date", async () => {
    using folder = project();
    expect(await runMain(folder.path, ["check"])).toMatchObject({ code: 0, error: "" });
    await runMain(folder.path, ["lock"]);
    expect(await runMain(folder.path, ["check"])).toMatchObject({ code: 0, error: "" });
    // Comments, order of declarations, types that no method uses: not part of what peers agree on.
    folder.write("schemas/catalog.vox", `// A comment.\n${schema.replace("a: u8", "a: u16")}`);
    expect(await runMain(folder.path, ["check"])).toMatchObject({ code: 0, error: "" });
  });

  it.each([
    ["id: u64, stock", "id: u32, stock", "Catalog.get: has another result or declared error"],
    [
      "stock: u32 = 5",
      "stock: u32 = 6",
      "Catalog.get: has another result or declared error (the default of Product.stock is 6, was 5)",
    ],
    [
      "stock: u32 = 5",
      "stock: u32",
      "Catalog.get: has another result or declared error (the default of Product.stock is none, was 5)",
    ],
    ["get(id: u64)", "get(id: u32)", "Catalog.get: takes other arguments"],
    ["@persist ", "", "Catalog.order: is no longer @persist"],
    ["@persist order", "@persist @idempotent order", "Catalog.order: is @idempotent now"],
    ["order(", "buy(", "Catalog.buy: is new, with the id "],
    ["  get(id: u64) -> Product\n", "", "Catalog.get: is gone, with the id "],
    ["service Catalog", "service Shop", "Catalog.get: is gone, with the id "],
  ])("fails when %j becomes %j", async (from, to, message) => {
    using folder = project();
    await runMain(folder.path, ["lock"]);
    folder.write("schemas/catalog.vox", schema.replace(from, to));
    const { code, error } = await runMain(folder.path, ["check"]);
    expect(code).toBe(1);
    expect(error).toContain(`error[VOX5070]: ${message}`);
    await runMain(folder.path, ["lock"]);
    expect(await runMain(folder.path, ["check"])).toMatchObject({ code: 0 });
  });

  it("does not compare schemas that are named one by one", async () => {
    using folder = project();
    await runMain(folder.path, ["lock"]);
    folder.write("other.vox", "service Other { a() }");
    expect(await runMain(folder.path, ["check", "other.vox"])).toMatchObject({ code: 0, error: "" });
  });

  it.each([
    ["u32 = 5", "u16 = 5", "it was edited by hand, or merged"],
    ["version 1", "version 9", "it says `// version 9`; this version of vox-gen reads version 1"],
    ["struct Product {", "<<<<<<< HEAD\nstruct Product {", "a merge left its markers in it, in line "],
  ])("refuses a lock in which %j became %j", async (from, to, message) => {
    using folder = project();
    await runMain(folder.path, ["lock"]);
    const text = folder.read("vox.lock");
    expect(text).toContain(from);
    folder.write("vox.lock", text.replace(from, to));
    const { code, error } = await runMain(folder.path, ["check"]);
    expect(code).toBe(2);
    expect(error).toContain(message);
    expect(error).toContain("vox-gen lock");
  });
});
