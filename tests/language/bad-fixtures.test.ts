import { readFileSync, writeFileSync } from "node:fs";
import { catalog, compile, memoryHost } from "@voxrpc/codegen";
import { describe, expect, test } from "vitest";
import { badFixtures, badFolder, compileBad, describeDiagnostics } from "./bad-fixtures.js";

/** `UPDATE_FIXTURES=1` writes what the compiler says today; read the difference before it is committed. */
const isUpdating = process.env["UPDATE_FIXTURES"] === "1";

/** Inputs too large for the repository. */
const madeInputs: Readonly<Record<string, { text: string; expected: readonly string[] }>> = {
  "a file past the limit": {
    text: `struct P { a: u8 }\n//${" ".repeat(4 * 1024 * 1024)}`,
    expected: ["VOX1019"],
  },
  "more findings than anybody reads": {
    text: `import { Gone } from "./gone.vox"\n${"type T = Gone\n".repeat(1_001)}`,
    expected: ["VOX2001", ...Array.from({ length: 999 }, () => "VOX2005"), "VOX4006"],
  },
};

describe("bad fixtures", () => {
  test("there are enough of them", () => {
    expect(badFixtures.length).toBeGreaterThanOrEqual(100);
  });

  test.each(badFixtures)("$name", (fixture) => {
    const compilation = compileBad(fixture);
    const found = describeDiagnostics(compilation, fixture.entry);
    const path = `${badFolder}${fixture.name}.expected`;
    if (isUpdating) writeFileSync(path, found);
    expect(found).toBe(readFileSync(path, "utf8"));
    expect(found).not.toBe("");
    const hasErrors = compilation.diagnostics.some(({ severity }) => severity === "error");
    expect(compilation.model === undefined).toBe(hasErrors);
  });

  test.each(Object.entries(madeInputs))("%s", (_, { text, expected }) => {
    const { diagnostics } = compile(memoryHost({ "/made.vox": text }), ["/made.vox"]);
    expect(diagnostics.map(({ code }) => code)).toEqual(expected);
  });

  test("every code of the catalogue occurs", () => {
    const found = new Set(
      badFixtures.flatMap((fixture) => compileBad(fixture).diagnostics.map(({ code }) => code)),
    );
    for (const { text } of Object.values(madeInputs)) {
      for (const { code } of compile(memoryHost({ "/made.vox": text }), ["/made.vox"]).diagnostics)
        found.add(code);
    }
    expect(
      Object.keys(catalog).filter(
        // Changes between two versions and Rust sources have tests of their own.
        (code) => code < "VOX5" && !found.has(code as keyof typeof catalog),
      ),
    ).toEqual([]);
  });
});
