import { describe, expect, it } from "vitest";
import { type RegenerateOptions, regenerateCommand, schemasOfCommand } from "./regenerate.js";

const options: RegenerateOptions = {
  configPath: undefined,
  patterns: ["greeter.vox"],
  directory: "/p",
  outDirectory: "/p/src/gen",
  importExtension: ".js",
  root: undefined,
};

describe("regenerateCommand", () => {
  it("is the plain command for the usual config, and names another one", () => {
    const config = { ...options, patterns: [] };
    expect(regenerateCommand({ ...config, configPath: "/p/vox.config.mts" })).toBe("npx vox-gen generate");
    expect(regenerateCommand({ ...config, configPath: "/p/api config.json" })).toBe(
      'npx vox-gen generate --config "api config.json"',
    );
  });

  it("names schemas from the output folder, so that the folder of the run does not matter", () => {
    const command = "npx vox-gen generate ../../greeter.vox --out . (in the output folder)";
    expect(regenerateCommand(options)).toBe(command);
    expect(regenerateCommand({ ...options, directory: "/p/deep", patterns: ["../greeter.vox"] })).toBe(
      command,
    );
  });

  it("says what else the run was told", () => {
    expect(
      regenerateCommand({ ...options, patterns: ["a b.vox", "!x.vox"], root: "/p", importExtension: ".ts" }),
    ).toBe(
      'npx vox-gen generate "../../a b.vox" "!../../x.vox" --out . --root ../.. --import-extension .ts (in the output folder)',
    );
  });

  it("is read back", () => {
    const patterns = ["a b.vox", "schemas/*.vox", "!x.vox", "api"];
    expect(schemasOfCommand(regenerateCommand({ ...options, patterns }))).toEqual([
      "../../a b.vox",
      "../../schemas/*.vox",
      "../../api",
    ]);
    expect(schemasOfCommand("npx vox-gen generate")).toEqual([]);
    expect(schemasOfCommand("make all")).toEqual([]);
  });
});
