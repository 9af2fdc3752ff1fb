import { describe, expect, it } from "vitest";
import { TemporaryFolder } from "../run.fixture.js";
import { loadConfig } from "./load.js";

async function problemOf(text: string, name = "vox.config.json"): Promise<string> {
  using folder = new TemporaryFolder({ [name]: text });
  const error: unknown = await loadConfig(folder.path).then(
    () => undefined,
    (fault: unknown) => fault,
  );
  if (!(error instanceof Error)) return "no problem";
  const help = "help" in error && error.help !== undefined ? `\nhelp: ${error.help}` : "";
  return error.message + help;
}

describe("loadConfig", () => {
  it("finds the nearest config upwards", async () => {
    using folder = new TemporaryFolder({
      "vox.config.json": '{ "schemas": "outer/*.vox", "out": "gen" }',
      "inner/vox.config.json": '\ufeff{ "schemas": ["*.vox"], "out": "gen", "watch": { "pollMs": 500 } }',
      "inner/src/deep/a.ts": "",
    });
    const inner = await loadConfig(folder.at("inner/src/deep"));
    expect(inner).toEqual({
      path: folder.at("inner/vox.config.json"),
      directory: folder.at("inner"),
      config: { schemas: ["*.vox"], out: "gen", watch: { pollMs: 500 } },
    });
    expect((await loadConfig(folder.path))?.config.schemas).toBe("outer/*.vox");
    expect((await loadConfig(folder.path, "inner"))?.path).toBe(folder.at("inner/vox.config.json"));
  });

  it("refuses several configs in one folder, and takes the one that is named", async () => {
    using folder = new TemporaryFolder({
      "vox.config.mjs": 'export default { schemas: "a.vox", out: "gen" };\n',
      "vox.config.json": '{ "schemas": "b.vox", "out": "gen" }',
    });
    await expect(loadConfig(folder.path)).rejects.toMatchObject({
      code: "Config",
      message: "there are 2 configs in one folder: vox.config.mjs, vox.config.json",
      help: "remove all but one, or name the one that is meant: --config vox.config.mjs",
    });
    expect((await loadConfig(folder.path, "vox.config.json"))?.config.schemas).toBe("b.vox");
  });

  it("finds none where there is none", async () => {
    using folder = new TemporaryFolder();
    expect(await loadConfig(folder.path)).toBeUndefined();
    await expect(loadConfig(folder.path, "x.json")).rejects.toMatchObject({
      code: "Usage",
      message: "there is no config file x.json",
    });
    await expect(loadConfig(folder.path, ".")).rejects.toThrow("there is no config file .");
  });

  it("loads a module, and again after it has changed", async () => {
    using folder = new TemporaryFolder({
      "vox.config.mjs": 'export default { schemas: "a.vox", out: "gen" };\n',
    });
    expect((await loadConfig(folder.path))?.config.schemas).toBe("a.vox");
    folder.write("vox.config.mjs", 'export default { schemas: "b.vox", out: "gen" };\n');
    expect((await loadConfig(folder.path))?.config.schemas).toBe("b.vox");
  });

  it("names file, key and near-miss", async () => {
    expect(await problemOf('{ "schema": "a.vox", "out": 3 }')).toBe(
      [
        "vox.config.json: 3 problems",
        "  `schemas` is missing",
        "  `out` must be a text, not 3",
        "  `schema` is not a key that exists",
        "help: did you mean `schemas` instead of `schema`?",
      ].join("\n"),
    );
  });

  it.each([
    ['{ "schemas": [], "out": "x" }', "`schemas` must name at least one file, folder or pattern"],
    ['{ "schemas": ["a", 3], "out": "x" }', "`schemas[1]` must be a text, not 3"],
    ['{ "schemas": {}, "out": "x" }', "`schemas` must be a text or a list of texts, not an object"],
    ['{ "schemas": " ", "out": "x" }', "`schemas` must not be empty"],
    ['{ "schemas": "a", "out": null }', "`out` must be a text, not null"],
    [
      '{ "schemas": "a", "out": "x", "importExtension": "js" }',
      '`importExtension` must be ".js", ".ts" or "none"',
    ],
    [
      '{ "schemas": "a", "out": "x", "watch": { "debounceMs": 1.5 } }',
      "`watch.debounceMs` must be a whole number, not 1.5",
    ],
    ['{ "schemas": "a", "out": "x", "watch": { "pollMs": 1 } }', "`watch.pollMs` must be at least 10"],
    ["[]", "the config must be an object, not a list"],
    [
      '{ "schemas": "a", "out": "x", "watch": { "debounce": 1 } }',
      "`watch.debounce` is not a key that exists\nhelp: did you mean `debounceMs` instead of `debounce`?",
    ],
    [
      '{ "schemas": "a", "out": "x", "zzz": 1 }',
      "`zzz` is not a key that exists\nhelp: instead of `zzz` there are `schemas`, `out`, `root`, `importExtension`, `watch`, `breaking`, `rust`",
    ],
  ])("refuses %s", async (text, message) => {
    expect(await problemOf(text)).toBe(`vox.config.json: ${message}`);
  });

  it("tells what cannot be read", async () => {
    expect(await problemOf(" ")).toMatch(/^vox\.config\.json is empty/);
    expect(await problemOf('{ "schemas": }')).toMatch(/^vox\.config\.json is not JSON: Unexpected token/);
    expect(await problemOf("export const x = 1;", "vox.config.mjs")).toMatch(
      /^vox\.config\.mjs has no default export/,
    );
  });

  it.each(["vox.config.mjs", "vox.config.ts"])("names the place where %s throws", async (name) => {
    const text = "export const read = () => {\n  throw new Error('no such thing');\n};\nread();";
    expect(await problemOf(text, name)).toMatch(
      new RegExp(`^${name.replaceAll(".", "\\.")}: line 2: no such thing$`),
    );
    expect(await problemOf("throw 'no error';", name)).toBe(`${name}: no error`);
  });
});
