/** Services in the style of real ones: each crate of fixtures/rust, imported as its owner would. */
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { runMain } from "../../packages/cli/src/run.fixture.js";

/** `UPDATE_FIXTURES=1` writes what the import makes today; read the difference before it is committed. */
const isUpdating = process.env["UPDATE_FIXTURES"] === "1";

const folder = new URL("../../fixtures/rust/", import.meta.url).pathname;
const names = readdirSync(folder).sort();
const paths: Readonly<Record<string, string>> = { daemon: "rpc.rs" };

describe("imported services", () => {
  test("there are twelve", () => {
    expect(names.length).toBeGreaterThanOrEqual(12);
  });

  test.each(names)("%s", async (name) => {
    const mode = isUpdating ? "--write" : "--check";
    const imported = await runMain(folder + name, [
      "import",
      "rust",
      paths[name] ?? ".",
      "--out",
      "expected",
      mode,
    ]);
    expect(imported.out + imported.error).not.toContain("error");
    expect(imported.code).toBe(0);
    const checked = await runMain(folder + name, ["check", "expected"]);
    expect(checked).toMatchObject({ code: 0, error: "" });
    expect(checked.out).toContain("no problems");
  });
});
