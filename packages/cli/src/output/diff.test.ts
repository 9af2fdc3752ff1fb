import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unifiedDiff } from "./diff.js";

const names = { before: "a", after: "b" };

describe("unifiedDiff", () => {
  it("is empty for equal texts", () => {
    expect(unifiedDiff("x\n", "x\n", names)).toBe("");
  });

  it("shows a change with three lines around it", () => {
    const before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    expect(unifiedDiff(before, before.replace("5", "five"), names)).toBe(
      ["--- a", "+++ b", "@@ -2,7 +2,7 @@", " 2", " 3", " 4", "-5", "+five", " 6", " 7", " 8"].join("\n"),
    );
  });

  it("shows changes that are far apart in hunks of their own", () => {
    const lines = Array.from({ length: 30 }, (_, at) => `line ${at}`);
    const changed = lines.with(3, "three").toSpliced(25, 1);
    const text = unifiedDiff(`${lines.join("\n")}\n`, `${changed.join("\n")}\n`, names);
    expect(text.match(/^@@.*$/gm)).toEqual(["@@ -1,7 +1,7 @@", "@@ -23,7 +23,6 @@"]);
  });

  it("shows a new file and one that goes", () => {
    expect(unifiedDiff("", "a\nb\n", names)).toBe("--- a\n+++ b\n@@ -0,0 +1,2 @@\n+a\n+b");
    expect(unifiedDiff("a\n", "", names)).toBe("--- a\n+++ b\n@@ -1 +0,0 @@\n-a");
  });

  it("tells a missing newline at the end", () => {
    expect(unifiedDiff("a", "a\n", names)).toBe(
      "--- a\n+++ b\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a",
    );
  });

  it("gives up on the shortest way between large unlike texts, not on being right", () => {
    const before = Array.from({ length: 2000 }, (_, at) => `a${at}`).join("\n");
    const after = Array.from({ length: 2000 }, (_, at) => `b${at}`).join("\n");
    expect(applyDiff(`${before}\n`, unifiedDiff(`${before}\n`, `${after}\n`, names))).toBe(`${after}\n`);
  });

  it("turns the one text into the other (property)", () => {
    const text = fc
      .array(fc.constantFrom("a", "b", "c", ""), { maxLength: 30 })
      .map((lines) => lines.map((line) => `${line}\n`).join(""));
    fc.assert(
      fc.property(text, text, fc.integer({ min: 0, max: 4 }), (before, after, context) => {
        expect(applyDiff(before, unifiedDiff(before, after, { ...names, context }))).toBe(after);
      }),
    );
  });
});

/** What `patch` does with a text. */
function applyDiff(before: string, diff: string): string {
  if (diff === "") return before;
  const source = before.split("\n").slice(0, -1);
  const result: string[] = [];
  let at = 0;
  for (const line of diff.split("\n").slice(2)) {
    const hunk = /^@@ -(\d+)(?:,(\d+))? /.exec(line);
    if (hunk !== null) {
      const start = Number(hunk[1]) - (hunk[2] === "0" ? 0 : 1);
      while (at < start) result.push(source[at++] ?? "?");
      continue;
    }
    const content = line.slice(1);
    if (line[0] !== "+") {
      expect(source[at]).toBe(content);
      at += 1;
    }
    if (line[0] !== "-") result.push(content);
  }
  return [...result, ...source.slice(at)].map((line) => `${line}\n`).join("");
}
