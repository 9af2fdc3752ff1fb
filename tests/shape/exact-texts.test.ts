/**
 * The exact text of an error or a message is compared in one test, so that it is changed in one place. Other tests
 * compare codes, data, paths and positions.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Tests of which texts are the subject: generated code, formatted schemas, and the output of the examples. */
const ofTexts = /^tests\/(?:examples|emit|rust)\/|^packages\/codegen\/src\/(?:emit|scaffold|rust|format)\//;

const comparing = new Set([
  "toBe",
  "toContain",
  "toEqual",
  "toMatch",
  "toMatchObject",
  "toStrictEqual",
  "toThrow",
  "stringContaining",
  "stringMatching",
]);

/** What errors of one code begin with. */
const prefixes =
  /^(?:closed )?(?:\w+: )?(?:(?:io error|protocol error|handshake protocol error|connection rejected|connect timeout|session is not resumable|went away|error|warning)(?:\[VOX\d+\])?: )+/;

/** Words that make a text: fewer may be alike by chance. */
const runLength = 5;

function testFiles(): string[] {
  return ["packages", "tests"].flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
      .map((path) => `${folder}/${path.replaceAll("\\", "/")}`)
      .filter((path) => /\.test\.tsx?$/.test(path) && !/\/(?:node_modules|dist)\//.test(path))
      .filter((path) => !ofTexts.test(path)),
  );
}

/** The lines that the tests of a file compare with, and those of patterns. */
function comparedLines(path: string, content: string): { readonly text: string; readonly line: number }[] {
  const file = ts.createSourceFile(path, content, ts.ScriptTarget.Latest, true);
  const found: { text: string; line: number }[] = [];
  const visit = (node: ts.Node, isCompared: boolean): void => {
    if (ts.isCallExpression(node)) {
      const { expression } = node;
      visit(expression, isCompared);
      const compares = ts.isPropertyAccessExpression(expression) && comparing.has(expression.name.text);
      for (const argument of node.arguments) visit(argument, isCompared || compares);
      return;
    }
    const text = isCompared ? textOf(node) : undefined;
    if (text !== undefined) {
      const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      for (const each of text.split("\n")) found.push({ text: each.replace(prefixes, ""), line });
    }
    ts.forEachChild(node, (child) => visit(child, isCompared));
  };
  visit(file, false);
  return found;
}

/** Values of templates, and digits of patterns, are numbers here. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => `0${literal.text}`).join("");
  if (!ts.isRegularExpressionLiteral(node)) return undefined;
  return node.text
    .replace(/^\/\^?|\$?\/\w*$/g, "")
    .replaceAll("\\d+", "0")
    .replace(/\\(.)/g, "$1");
}

/** Runs of words in a text; any number is one word. A text of four words is a run of its own. */
function runsOf(text: string): string[] {
  const words = text
    .split(/\s+/)
    .map((word) => (/\d/.test(word) ? "#" : word.toLowerCase().replace(/^[^\w#]+|\W+$/g, "")))
    .filter((word) => word !== "");
  const runs = [];
  for (let at = 0; at + runLength <= words.length; at++) runs.push(words.slice(at, at + runLength));
  if (words.length === runLength - 1) runs.push(words);
  return runs.filter((run) => run.filter((word) => word.length > 1).length >= 4).map((run) => run.join(" "));
}

/** Texts that more than one file compares, with the places. */
function repeated(files: Iterable<readonly [path: string, content: string]>): string[] {
  const places = new Map<string, Map<string, string>>();
  for (const [path, content] of files)
    for (const { text, line } of comparedLines(path, content))
      for (const run of runsOf(text)) {
        const at = places.get(run) ?? new Map<string, string>();
        places.set(run, at.set(path, `${path}:${line}`));
      }
  return [...places]
    .filter(([, at]) => at.size > 1)
    .map(([run, at]) => `${run}: ${[...at.values()].join(", ")}`);
}

describe("an exact text", () => {
  it("is compared in one file", () => {
    expect(repeated(testFiles().map((path) => [path, readFileSync(root + path, "utf8")]))).toEqual([]);
  });

  it.each([
    ['toThrow("io error: no link is left to use")', 'toBe("no link is left to use")'],
    ['toThrow("more than 3 links are open here")', "toMatch(/more than \\d+ links are open/)"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a template in the code that is read
    ["toBe(`more than ${n} links are open here`)", 'toThrow("more than 4 links are open here")'],
    ['toMatchObject({ message: "channel reset by peer" })', 'toThrow("channel reset by peer")'],
  ])("is found in two: %s and %s", (one, other) => {
    expect(
      repeated(Object.entries({ "a.test.ts": `expect(a).${one};`, "b.test.ts": `expect(b).${other};` })),
    ).not.toEqual([]);
  });

  it.each([
    ['toThrow("no link is left to use")', 'toMatchObject({ code: "Io" })'],
    ['toThrow("no link is left to use")', "toThrow(/left to use/)"],
    ['toBe("a b c d e f")', 'toBe("a b c d e f")'],
  ])("is not found in two: %s and %s", (one, other) => {
    expect(
      repeated(Object.entries({ "a.test.ts": `expect(a).${one};`, "b.test.ts": `expect(b).${other};` })),
    ).toEqual([]);
  });
});
