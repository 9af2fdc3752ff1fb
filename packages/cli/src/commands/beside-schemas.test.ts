/**
 * Generated files beside their schemas, by extension of imports: what a bundler would take for the schema is reported.
 */
import { describe, expect, it } from "vitest";
import { runMain, TemporaryFolder } from "../run.fixture.js";

const files = {
  "s/m.vox": "struct M { a: u8 }\n",
  "s/a.vox": 'import { M } from "./m.vox"\nstruct A { m: M }\n',
};

describe("generate", () => {
  it.each([
    ["none", "s", true],
    ["none", "gen", false],
    [".js", "s", false],
    [".ts", "s", false],
  ])("with the extension %s into %s: warns %s", async (extension, out, warns) => {
    using folder = new TemporaryFolder(files);
    const args = ["generate", "s", "--out", out, "--import-extension", extension];
    // The second run finds everything up to date.
    for (const run of [1, 2]) {
      const { code, out: printed, error } = await runMain(folder.path, args);
      expect(code, error).toBe(0);
      expect(printed.includes("warning: generated files lie beside their schemas"), `run ${run}`).toBe(warns);
    }
  });
});
