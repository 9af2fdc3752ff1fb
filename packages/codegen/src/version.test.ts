import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { codegenVersion } from "./version.js";

test("the version of generated files is that of the package", () => {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  expect(codegenVersion).toBe((JSON.parse(text) as { version: string }).version);
});
