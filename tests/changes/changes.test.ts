/** Every case of `fixtures/changes`: the words, and real calls that prove the verdicts. */
import { catalog } from "@voxrpc/codegen";
import { describe, expect, test } from "vitest";
import { find, Version } from "../support/ends.js";
import { changeFixtures, compareFixture, updateFixture } from "./change-fixtures.js";
import { meet } from "./meet.js";
import { clientTitle, isMisread, prove } from "./prove.js";

/** `UPDATE_FIXTURES=1` writes what the compiler says today; read the difference before it is committed. */
const isUpdating = process.env["UPDATE_FIXTURES"] === "1";

const runs = 24;

describe("what breaking says", () => {
  test("there are enough cases", () => {
    expect(changeFixtures.length).toBeGreaterThanOrEqual(60);
  });

  test.each(changeFixtures)("$name: $words", (fixture) => {
    const { text } = compareFixture(fixture);
    if (isUpdating) updateFixture(fixture, text);
    else expect(text).toBe(fixture.expected);
  });

  test("every code of changes occurs", () => {
    const found = new Set(changeFixtures.flatMap(({ expected }) => expected.match(/VOX5\d{3}/g) ?? []));
    // The lock has its own tests.
    const codes = Object.keys(catalog).filter((code) => code.startsWith("VOX5") && code !== "VOX5070");
    expect(codes.filter((code) => !found.has(code))).toEqual([]);
  });
});

describe("real calls agree with the verdicts", () => {
  test.each(changeFixtures)("$name", async (fixture) => {
    const { comparison, old, new: after } = compareFixture(fixture);
    const versions = { old: new Version(old), new: new Version(after) };
    const mayMisread = isMisread(fixture.name);
    for (const verdict of comparison.methods) {
      // An old client calls a new server, then the other way round.
      const before = find(versions.old, clientTitle(fixture.name, verdict.method));
      if (before !== undefined) prove(verdict.oldClient, await meet(before, versions.new, runs), mayMisread);
      const now = find(versions.new, verdict.method);
      if (now !== undefined) prove(verdict.newClient, await meet(now, versions.old, runs), mayMisread);
      expect(before ?? now).toBeDefined();
    }
  });
});
