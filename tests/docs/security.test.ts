/** docs/security.md: each claim names tests, benches or commands that exist. */
import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../../", import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, root), "utf8");
const { scripts } = JSON.parse(text("package.json")) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** Rows of the tables of claims, without their heads. */
const rows = text("docs/security.md")
  .split("\n## ")
  .filter((section) => section.includes("| claim | test |"))
  .flatMap((section) =>
    section
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .slice(1),
  );

it("the page has a row for each claim", () => {
  expect(rows.length).toBeGreaterThan(25);
});

it.each(rows)("%s", (row) => {
  const [, claim = "", witnesses = ""] = row.split(" | ").length === 2 ? ["", ...row.split(" | ")] : [];
  expect(claim).not.toBe("");
  const names = [...witnesses.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) {
    const [, script, bench] = /^npm run (\w+)(?: -- (\w+))?$/.exec(name) ?? [];
    if (script === undefined) expect(existsSync(new URL(name, root)), name).toBe(true);
    else expect(scripts, name).toHaveProperty(script);
    if (bench !== undefined) expect(text("bench/run.mjs"), name).toMatch(new RegExp(`\\b${bench}: bench`));
  }
});
