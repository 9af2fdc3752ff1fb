import { readFileSync, writeFileSync } from "node:fs";
import {
  type Compilation,
  compile,
  type Diagnostic,
  memoryHost,
  renderDiagnostic,
  type SourceFile,
  toGithubAnnotation,
  toJsonDiagnostic,
} from "@voxrpc/codegen";
import { describe, expect, test } from "vitest";
import { badFixtures, badFolder, compileBad, renderAll } from "./bad-fixtures.js";

const isUpdating = process.env["UPDATE_FIXTURES"] === "1";

/** Fixtures whose whole output is kept: what a terminal without colours shows. */
const rendered: readonly string[] = [
  "foreign-types-nested",
  "attribute-twice",
  "brackets-ten-thousand",
  "comment-block",
  "errors-across-files",
  "import-missing-file",
  "many-at-once",
  "tabs",
  "type-of-another-language",
  "unicode",
];

describe("frames", () => {
  test.each(rendered)("%s", (name) => {
    const fixture = badFixtures.find((one) => one.name === name);
    const found = fixture === undefined ? "" : renderAll(compileBad(fixture));
    const path = `${badFolder}${name}.rendered`;
    if (isUpdating) writeFileSync(path, found);
    expect(found).toBe(readFileSync(path, "utf8"));
  });

  test("the form that the documentation shows", () => {
    const { frame } = only("struct Product { id: u64 }\nservice Shop { get() -> Prodct }\n");
    expect(frame).toBe(
      [
        "error[VOX2003]: there is no type `Prodct`",
        " --> schemas/shop.vox:2:25",
        "  |",
        "2 | service Shop { get() -> Prodct }",
        "  |                         ^^^^^^",
        "  = help: did you mean `Product`?",
      ].join("\n"),
    );
  });

  test("carets are under wide characters, combining marks, tabs and emoji", () => {
    const { frame } = only('struct P {\n\ta: string = "日本e\u0301😀", b: u46\n}\n');
    const [, , , line = "", carets = ""] = frame.split("\n");
    expect(line).toBe('2 |     a: string = "日本e\u0301😀", b: u46');
    // Two columns for each of 日, 本 and the emoji, none for the accent.
    const columnsBefore = '    a: string = "'.length + 2 + 2 + 1 + 2 + '", b: '.length;
    expect(carets).toBe(`  | ${" ".repeat(columnsBefore)}^^^`);
  });

  test("of a long line, the part around the place is shown", () => {
    const fields = Array.from({ length: 300 }, (_, at) => `field_${at}: u8, `).join("");
    const { frame } = only(`struct P { ${fields}last: u46, ${fields.replaceAll("field", "more")} }`);
    const [, , , line = "", carets = ""] = frame.split("\n");
    expect(line.length).toBeLessThan(120);
    expect(line).toMatch(/^1 \| ….* last: u46, .*…$/);
    expect(line.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1)).toBe("u46");
  });

  test("a long span is cut with its line, many lines are counted", () => {
    const long = only(`struct P { a: string = 3, b: u8 = "${"x".repeat(400)}" }`, 1).frame;
    expect(long.split("\n").every((line) => line.length < 120)).toBe(true);
    const comment = only(`/*${"\n".repeat(50)}*/`).frame;
    expect(comment).toContain("… 47 more lines");
    expect(comment.split("\n").length).toBeLessThan(16);
  });

  test("what a schema holds cannot steer a terminal", () => {
    const { frame } = only('struct P { a: u8 = "\u001b[31m\u202e" }');
    expect(frame).not.toContain("\u001b");
    expect(frame).not.toContain("\u202e");
  });

  test("a point at the end of the file has a caret", () => {
    const { frame } = only("struct P {\n  a: u8");
    expect(frame).toContain("2 |   a: u8\n  |        ^");
  });

  test("an entry that does not exist is named without a line", () => {
    const { diagnostics } = compile(memoryHost({ "/shop.vox": "" }), ["/shp.vox"]);
    const [diagnostic] = diagnostics;
    const frame =
      diagnostic && renderDiagnostic(diagnostic, undefined, { color: false, path: "schemas/shp.vox" });
    expect(frame).toBe(
      [
        "error[VOX2001]: there is no file /shp.vox",
        " --> schemas/shp.vox",
        '  = help: did you mean "/shop.vox"?',
      ].join("\n"),
    );
  });

  test("colours are ANSI codes around the plain text", () => {
    const { diagnostic, source, frame } = only("struct P { a: u46 }");
    const coloured = renderDiagnostic(diagnostic, source, { color: true, path: "schemas/shop.vox" });
    expect(coloured).toContain("\u001b[1;31merror[VOX2003]\u001b[0m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the codes are what is taken out
    expect(coloured.replace(/\u001b\[[0-9;]*m/g, "")).toBe(frame);
  });
});

describe("for tools", () => {
  const text = "struct Product { id: u64 }\nstruct Product { id: u46 }\n";
  const [duplicate, unknown] = all(text);

  test("JSON has the code, the text and the position", () => {
    expect(duplicate && toJsonDiagnostic(duplicate.diagnostic, duplicate.source, { path: "a.vox" })).toEqual({
      code: "VOX2005",
      severity: "error",
      message: "type `Product` is given twice here",
      help: "rename one of the two",
      file: "a.vox",
      start: { line: 2, column: 8 },
      end: { line: 2, column: 15 },
      offset: { start: 34, end: 41 },
      related: [
        {
          message: "the other one",
          file: "a.vox",
          start: { line: 1, column: 8 },
          end: { line: 1, column: 15 },
          offset: { start: 7, end: 14 },
        },
      ],
    });
    const json = unknown && toJsonDiagnostic(unknown.diagnostic, unknown.source, { path: "a.vox" });
    expect(json?.replacement).toBe("u64");
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });

  test("an annotation of GitHub escapes the path and the text", () => {
    expect(unknown && toGithubAnnotation(unknown.diagnostic, unknown.source, { path: "a,b:c.vox" })).toBe(
      "::error file=a%2Cb%3Ac.vox,line=2,col=22,endLine=2,endColumn=25,title=VOX2003::" +
        "there is no type `u46`%0Adid you mean `u64`?",
    );
    const [warning] = all("struct product { id: u64 }");
    expect(warning && toGithubAnnotation(warning.diagnostic, warning.source, { path: "a.vox" })).toMatch(
      /^::warning file=a\.vox,line=1,col=8,/,
    );
    const [percent] = all('import { A } from "./50%25.vox"\n');
    expect(percent && toGithubAnnotation(percent.diagnostic, percent.source, { path: "100%.vox" })).toMatch(
      /^::error file=100%25\.vox,.*::there is no file "\.\/50%2525\.vox"%0A/,
    );
  });
});

interface Rendered {
  readonly diagnostic: Diagnostic;
  readonly source: SourceFile;
  readonly frame: string;
}

function all(text: string): readonly Rendered[] {
  const compilation: Compilation = compile(memoryHost({ "/shop.vox": text }), ["/shop.vox"]);
  const [file] = compilation.files;
  if (file === undefined) throw new Error("the file was not read");
  return compilation.diagnostics.map((diagnostic) => ({
    diagnostic,
    source: file.source,
    frame: renderDiagnostic(diagnostic, file.source, { color: false, path: "schemas/shop.vox" }),
  }));
}

/** The diagnostic of a text that has one (or the one at an index). */
function only(text: string, index = 0): Rendered {
  const found = all(text);
  const one = found[index];
  if (one === undefined || (index === 0 && found.length > 1)) throw new Error(`${found.length} diagnostics`);
  return one;
}
