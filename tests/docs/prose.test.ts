/** `npm run prose`: each rule finds its examples, and each kind of file is read. */
import { describe, expect, it } from "vitest";
import { longSentences, maxWords, problemsIn, rules } from "../../scripts/prose/rules.mjs";
import { textsIn, vagueTitlesIn, wideCommentsIn } from "../../scripts/prose/texts.mjs";

/** The words that CONTRIBUTING.md excludes, each in a sentence: a rule that no longer finds one fails here. */
const avoided = {
  actor: ["nobody reads", "somebody reads", "whoever reads", "whomever it serves"],
  shall: ["the file that it shall have"],
  stands: ["it stands there", "it stood there", "they stand there"],
  told: ["the peer is told", "the peers were told", "a fresh seed unless told"],
  through: ["the call is through", "it was not through"],
  anew: ["it begins anew", "written anew"],
  "in words": ["in words"],
  "none of its type": ["bytes that are none of their type"],
  "in good order": ["it ends in good order"],
  "without a word": ["closed without a word"],
  "clause as a subject": ["Who has the key has the session.", "What cannot be read ends the call."],
  "verb of people": [
    "the peer knows",
    "a server wants",
    "the client asks",
    "it tells, the link tells",
    "observers hear of it",
  ],
  acceptor: ["a dispatcher or an acceptor", "the acceptor decides", "the application's acceptor"],
  asked: ["items that were asked for", "the acceptor is asked"],
};

describe("the rules of the prose linter", () => {
  it("have each an entry in the table of avoided words", () => {
    expect(rules.map(({ name }) => name).sort()).toEqual(Object.keys(avoided).sort());
  });

  it.each(Object.entries(avoided).flatMap(([rule, texts]) => texts.map((text) => ({ rule, text }))))(
    "$rule finds $text",
    ({ rule, text }) => {
      expect(problemsIn(text).map(({ name }) => name)).toContain(rule);
    },
  );

  it.each(rules)(
    "$name has examples of both kinds, and tells what to write instead",
    ({ name, found, fine, advice }) => {
      expect(found.length).toBeGreaterThan(0);
      for (const text of found) expect(problemsIn(text).map((problem) => problem.name)).toContain(name);
      expect(fine.length).toBeGreaterThan(0);
      for (const text of fine) expect(problemsIn(text)).toEqual([]);
      expect(advice).not.toBe("");
    },
  );

  it("count the words of a sentence, with a code span as one", () => {
    expect(longSentences(`${"word ".repeat(maxWords)}.`)).toEqual([]);
    expect(longSentences(`${"word ".repeat(maxWords + 1)}.`)).toHaveLength(1);
    expect(longSentences(`${"word ".repeat(30)}. ${"Word ".repeat(30)}.`)).toEqual([]);
  });

  it("give the place of the word", () => {
    expect(problemsIn("A line.\nThe file shall stay.")).toMatchObject([{ name: "shall", index: 17 }]);
  });
});

/** Where a text is looked for. `nobody` is in each text that must be read, and `other` in each that must not. */
const files: readonly (readonly [path: string, content: string, line: number])[] = [
  ["a.md", "# Title\n\nFirst line,\nnobody here.\n", 3],
  ["a.md", "| a | b |\n| --- | --- |\n| c | nobody |\n", 3],
  ["a.md", "* one\n* two nobody\n", 2],
  ["a.md", '```ts\nother\n```\n\nnobody `other` "other"\n', 5],
  ["src/a.ts", "const a = 1;\n/** Doc\n * nobody. */\nconst b = 2;\n", 2],
  ["src/a.ts", "// One,\n// nobody.\n", 1],
  ["src/a.ts", "const a = 1; // nobody\n", 1],
  ["src/a.ts", "function f() {\n  return 1;\n  // nobody\n}\n", 3],
  ["src/a.ts", "const a = [\n  1,\n  // nobody\n];\n", 3],
  ["src/a.ts", "const a = 1;\n// nobody\n", 2],
  ["src/a.ts", 'throw new Error("there is nobody here");\n', 1],
  ["src/a.ts", `throw new Error(\`there \${1} is nobody here\`);\n`, 1],
  ["src/a.tsx", "const a = <p>there is nobody here</p>;\n", 1],
  ["scripts/a.mjs", "/** nobody */\nexport const a = 1;\n", 1],
  ["tests/a.test.ts", 'it("finds that nobody is there", () => {});\n', 1],
  ["tests/a.test.ts", 'it.each([1])("finds that nobody is there", () => {});\n', 1],
  ["a.rs", "//! Text,\n//! nobody.\nfn a() {}\n", 1],
  ["a.rs", 'fn a() { bail!("there is nobody here") }\n', 1],
  ["a.rs", 'let a = "http://other"; // nobody\n', 1],
  ["a.vox", "package a\n\n/// nobody\nservice S {}\n", 3],
  ["a.html", "<p>\n<!-- nobody -->\n", 2],
  ["a.css", "a { }\n/* nobody */\n", 2],
  ["a.yml", "name: 'other # other'\n# nobody\n", 2],
  [".ci/run", "echo 'other'\n# nobody\n", 2],
];

describe("the texts that are checked", () => {
  it.each(files)("%s: %j", (path, content, line) => {
    const texts = textsIn(path, content);
    expect(texts.find(({ text }) => text.includes("nobody"))?.line).toBe(line);
    expect(texts.map(({ text }) => text).join("\n")).not.toContain("other");
  });

  it("have no data of tests", () => {
    expect(textsIn("tests/a.test.ts", 'expect(text).toBe("there is nobody here");\n')).toEqual([]);
  });
});

/** Files with one line of 121 columns, and its number; undefined: it is no comment, or may be as wide. */
const wide: readonly (readonly [path: string, content: string, line: number | undefined])[] = [
  ["src/a.ts", `/** ${"x".repeat(114)} */\n`, 1],
  ["src/a.ts", `/**\n * ${"é".repeat(118)}\n */\n`, 2],
  ["src/a.ts", `const a = 1;\n// ${"x".repeat(118)}\n`, 2],
  ["src/a.ts", `const a = 1; // ${"x".repeat(105)}\n`, 1],
  ["scripts/a.mjs", `function f() {\n  // ${"x".repeat(116)}\n}\n`, 2],
  ["src/a.tsx", `// ${"x".repeat(118)}\nconst a = <p>text</p>;\n`, 1],
  ["src/a.ts", `const a = "// ${"x".repeat(106)}";\n`, undefined],
  ["src/a.ts", `// biome-ignore lint: ${"x".repeat(99)}\n`, undefined],
  ["src/a.ts", `/** ${"é".repeat(113)} */\n`, undefined],
  ["a.md", `${"x".repeat(121)}\n`, undefined],
];

describe("the width of comments", () => {
  it.each(wide)("%s: %j", (path, content, line) => {
    expect(wideCommentsIn(path, content)).toEqual(line === undefined ? [] : [{ line, columns: 121 }]);
  });
});

describe("titles of tests", () => {
  it.each([
    "works",
    "decode",
    "works over TCP",
    "handles an error",
    "reads it correctly",
    "is parsed as expected",
  ])("are vague: %s", (title) => {
    for (const call of [`it("${title}", f)`, `test.each(rows)("${title}", f)`, `it.skip("${title}", f)`])
      expect(vagueTitlesIn("a.test.ts", call)).toEqual([{ text: title, line: 1 }]);
  });

  it.each(["refuses a second start", "send_recv_single", "schema_set_from_schemas_works", "%s", "$name"])(
    "say what holds: %s",
    (title) => {
      expect(vagueTitlesIn("a.test.ts", `it("${title}", f)`)).toEqual([]);
    },
  );

  it("are read in tests only, and groups may have a name", () => {
    expect(vagueTitlesIn("a.ts", 'it("works", f)')).toEqual([]);
    expect(vagueTitlesIn("a.test.ts", 'describe("decode", f)')).toEqual([]);
  });
});
