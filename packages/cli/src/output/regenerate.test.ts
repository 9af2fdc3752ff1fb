import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { type RegenerateOptions, regenerateCommand } from "./regenerate.js";

const named: RegenerateOptions = {
  configPath: undefined,
  schema: "/p/greeter.vox",
  outDirectory: "/p/src/gen",
  baseDirectory: "/p",
  importExtension: ".js",
  target: "typescript",
  overrides: new Set(),
};
const inConfig = { ...named, configPath: "/p/vox.config.ts" };

describe("regenerateCommand", () => {
  it.each(["ts", "mts", "cts", "js", "mjs", "cjs", "json"])(
    "is the plain command for vox.config.%s, whatever its folder",
    (ending) => {
      const configPath = `/p/vox.config.${ending}`;
      expect(regenerateCommand({ ...named, configPath })).toBe("npx vox-gen generate");
    },
  );

  it.each([
    [{}, "../../greeter.vox --out ."],
    [{ baseDirectory: "/" }, "../../greeter.vox --out . --root ../../.."],
    [{ importExtension: ".ts" }, "../../greeter.vox --out . --import-extension .ts"],
    [{ target: "rust", crate: "p" }, "--target rust --crate p ../../greeter.vox --out .."],
    [{ schema: "/p/src/gen/-x.vox", baseDirectory: "/p/src/gen" }, "./-x.vox --out ."],
    [{ schema: "/p/src/gen/!x.vox", baseDirectory: "/p/src/gen" }, "'./!x.vox' --out ."],
  ] as const)("names one schema from the output folder: %j", (change, rest) => {
    expect(regenerateCommand({ ...named, ...change })).toBe(
      `npx vox-gen generate ${rest} (in the output folder)`,
    );
  });

  it.each([
    [{ configPath: "/p/api config.json" }, '--config "../../api config.json"'],
    [{ overrides: new Set(["out"] as const) }, "--config ../../vox.config.ts --out ."],
    [{ overrides: new Set(["root"] as const) }, "--config ../../vox.config.ts --root ../.."],
    [
      { overrides: new Set(["importExtension"] as const), importExtension: "none" },
      "--config ../../vox.config.ts --import-extension none",
    ],
  ] as const)("names another config, and what the command line said: %j", (change, rest) => {
    expect(regenerateCommand({ ...inConfig, ...change })).toBe(
      `npx vox-gen generate ${rest} (in the output folder)`,
    );
  });

  it.each([
    "a b",
    "$lib",
    "`id`",
    'a"b',
    "a'b",
    "a'$b",
    "\\x",
    "!x",
    "a;b",
    "a&b",
    "*",
    "~x",
    "#x",
    "%x%",
    "(x)",
    "ü",
  ])("is read by a shell as it is meant: %s", (name) => {
    const command = regenerateCommand({ ...named, schema: `/p/${name}/a.vox`, baseDirectory: `/p/${name}` });
    const words = command.slice("npx vox-gen generate ".length, -" (in the output folder)".length);
    const read = execFileSync("sh", ["-c", `printf '%s\\n' ${words}`], { encoding: "utf8" });
    expect(read.split("\n")).toEqual([`../../${name}/a.vox`, "--out", ".", ""]);
  });
});
