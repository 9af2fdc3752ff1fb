import { describe, expect, it } from "vitest";
import { TemporaryFolder } from "../run.fixture.js";
import { regenerateCommand } from "./regenerate.js";
import { staleRule } from "./stale.js";

/** The command of a run with named schemas that wrote into `src/gen`. */
function commandOf(folder: TemporaryFolder, ...patterns: readonly string[]): string {
  return regenerateCommand({
    configPath: undefined,
    patterns,
    directory: folder.path,
    outDirectory: folder.at("src/gen"),
    importExtension: ".js",
    root: undefined,
  });
}

function rule(folder: TemporaryFolder, base: string, isWholeConfig: boolean): ReturnType<typeof staleRule> {
  const baseDirectory = folder.at(base);
  return staleRule({ outDirectory: folder.at("src/gen"), baseDirectory, isWholeConfig });
}

const configRun = "npx vox-gen generate";

describe("staleRule", () => {
  it("lets a config run remove what its config does not ask for any more", () => {
    using folder = new TemporaryFolder({ "schemas/a.vox": "" });
    const isStale = rule(folder, "schemas", true);
    expect(isStale("", { schema: "gone.vox", command: configRun })).toBe(true);
    expect(isStale("", { schema: "a.vox", command: configRun })).toBe(true);
    expect(isStale("", { schema: undefined, command: undefined })).toBe(true);
  });

  it("lets it remove outputs of named schemas only when these are gone", () => {
    using folder = new TemporaryFolder({ "schemas/a.vox": "", "api/b.vox": "" });
    const isStale = rule(folder, "schemas", true);
    expect(isStale("", { schema: "b.vox", command: commandOf(folder, "api/b.vox") })).toBe(false);
    expect(isStale("", { schema: "c.vox", command: commandOf(folder, "api/c.vox") })).toBe(true);
  });

  it("lets a run with named schemas remove outputs of schemas that are gone, of any such run", () => {
    using folder = new TemporaryFolder({ "api/a.vox": "", "internal/b.vox": "", "api/common.vox": "" });
    const isStale = rule(folder, "internal", false);
    expect(isStale("", { schema: "a.vox", command: commandOf(folder, "api/a.vox") })).toBe(false);
    expect(isStale("", { schema: "common.vox", command: commandOf(folder, "api/a.vox") })).toBe(false);
    expect(isStale("", { schema: "c.vox", command: commandOf(folder, "api/a.vox", "api/c.vox") })).toBe(true);
    expect(isStale("", { schema: "a.vox", command: commandOf(folder, "api/*.vox") })).toBe(false);
    expect(isStale("", { schema: "c.vox", command: commandOf(folder, "api/*.vox") })).toBe(true);
    expect(isStale("", { schema: "c.vox", command: commandOf(folder, "api") })).toBe(true);
    expect(isStale("", { schema: "api/a.vox", command: commandOf(folder, "api/a.vox") })).toBe(false);
  });

  it("lets it leave the outputs of a config run alone", () => {
    using folder = new TemporaryFolder();
    expect(rule(folder, ".", false)("", { schema: "gone.vox", command: configRun })).toBe(false);
  });
});
