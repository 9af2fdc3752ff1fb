import { isGenerated } from "@voxrpc/codegen";
import { describe, expect, it } from "vitest";
import { TemporaryFolder } from "../run.fixture.js";
import { generatedMark, parseHeader } from "./header.js";
import { planOutput } from "./plan.js";

const head = (schema: string, owner = "vox.config.json"): string =>
  `${generatedMark}0.1.0 from ${schema}. Do not edit.\n// Schema hash: 0\n// Owner: ${owner}\n// Regenerate: x\n`;

describe("parseHeader", () => {
  it("knows the generator's files, as the compiler does", () => {
    const text = head("sub/a.vox");
    expect(isGenerated(text)).toBe(true);
    expect(parseHeader(text)).toEqual({ schema: "sub/a.vox", owner: "vox.config.json" });
    expect(parseHeader(`\ufeff${text}`)).toEqual(parseHeader(text));
    expect(parseHeader(text.replaceAll("\n", "\r\n"))).toEqual(parseHeader(text));
    expect(parseHeader("// mine\n")).toBeUndefined();
    expect(parseHeader(`\n${text}`)).toBeUndefined();
    expect(parseHeader(generatedMark)).toEqual({ schema: undefined, owner: undefined });
  });
});

describe("planOutput", () => {
  it("tells new, changed and unchanged files apart", () => {
    using folder = new TemporaryFolder({
      "same.vox.ts": `${head("same.vox")}x\n`,
      "windows.vox.ts": `${head("windows.vox")}x\n`.replaceAll("\n", "\r\n"),
      "old.vox.ts": `${head("old.vox")}x\n`,
      "marked.vox.ts": `\ufeff${head("marked.vox")}x\n`,
      "empty.vox.ts": "\n",
    });
    const wanted = ["same", "windows", "marked", "old", "empty", "new"].map((name) => ({
      path: folder.at(`${name}.vox.ts`),
      source: folder.at(`${name}.vox`),
      owner: folder.at("vox.config.json"),
      text: `${head(`${name}.vox`)}${name === "old" ? "y" : "x"}\n`,
    }));
    const plan = planOutput(wanted, { outDirectory: folder.path, cwd: folder.path, ending: ".vox.ts" });
    expect(plan.unchanged).toBe(3);
    expect(plan.changes.map(({ change, path }) => `${change} ${path.slice(folder.path.length + 1)}`)).toEqual(
      ["updated empty.vox.ts", "created new.vox.ts", "updated old.vox.ts"],
    );
  });

  it("does not overwrite what was not generated", () => {
    using folder = new TemporaryFolder({ "a.vox.ts": "export const mine = 1;\n" });
    const [path, source] = [folder.at("a.vox.ts"), folder.at("a.vox")];
    const wanted = [{ path, source, owner: source, text: head("a.vox") }];
    const plan = (): unknown =>
      planOutput(wanted, { outDirectory: folder.path, cwd: folder.path, ending: ".vox.ts" });
    expect(plan).toThrow("a.vox.ts exists and was not generated, so it is not overwritten");
  });

  it("asks about generated files that are not wanted, and about no others", () => {
    using folder = new TemporaryFolder({
      "gone.vox.ts": head("gone.vox"),
      "sub/gone.vox.ts": head("sub/gone.vox"),
      "kept.vox.ts": head("kept.vox"),
      "mine.vox.ts": "export {};\n",
      "gone.ts": head("gone.vox"),
      "node_modules/x/gone.vox.ts": head("gone.vox"),
    });
    const asked: string[] = [];
    const plan = planOutput([], {
      ending: ".vox.ts",
      outDirectory: folder.path,
      cwd: folder.path,
      isStale: (_path, { schema = "" }) => {
        asked.push(schema);
        return schema !== "kept.vox";
      },
    });
    expect(asked.sort()).toEqual(["gone.vox", "kept.vox", "sub/gone.vox"]);
    expect(plan.changes.map(({ path }) => path.slice(folder.path.length + 1))).toEqual([
      "gone.vox.ts",
      "sub/gone.vox.ts",
    ]);
  });
});
