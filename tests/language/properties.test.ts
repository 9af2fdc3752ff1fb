/** What holds for every text: the compiler ends, never throws, and points at places that exist. */
import { compile, type Host, memoryHost, renderDiagnostic, SourceFile } from "@voxrpc/codegen";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { goodFiles, goodHost } from "../support/good-fixtures.js";

const runs = 300;

/** Compiles one text beside the good files; fails when a place is outside the text or a frame cannot be drawn. */
function compileText(text: string): void {
  const host: Host = memoryHost({ "/text.vox": text }, goodHost);
  const { model, diagnostics } = compile(host, ["/text.vox"]);
  const source = new SourceFile("/text.vox", text);
  for (const diagnostic of diagnostics.slice(0, 20)) {
    const { span, message, help } = diagnostic;
    if (span.file !== "/text.vox") continue;
    expect(span.start).toBeGreaterThanOrEqual(0);
    expect(span.end).toBeGreaterThanOrEqual(span.start);
    expect(span.end).toBeLessThanOrEqual(text.length);
    expect(`${message} ${help}`).not.toMatch(/\{[a-z]+\}.*undefined|NaN/);
    expect(renderDiagnostic(diagnostic, source, { color: false, path: "text.vox" })).toContain(
      diagnostic.code,
    );
  }
  expect(model === undefined).toBe(diagnostics.some(({ severity }) => severity === "error"));
}

const words: readonly string[] = [
  "struct", "enum", "service", "error", "type", "import", "from", "package", "throws", "none", "true", "false",
  "u8", "string", "map", "set", "result", "Tx", "Rx", "T", "A", "B", "name", "pub", "fn", "stream", "returns",
  "{", "}", "(", ")", "[", "]", "<", ">", ",", ";", ":", "::", "=", "->", "?", "@", ".", "|", "&", "0", "-1", "1.5",
  "0xff", '"text"', '"', "'a'", "“b”", "// c\n", "/// d\n", "/*", "*/", "# e\n", "\n", "\n\n", "\r\n", "\t", "é", "\0",
  "@js(number)", "@required", "@deprecated(\"x\")", "A<B>", "struct A {", "enum B {", "service C {", "a: A", "b(a: B)",
  "type D = ", 'import { Money } from "./imports/common.vox"', "[3]", "\ufeff", "\ud800", "😀",
]; // biome-ignore format: a table

describe("any text", () => {
  test("of random characters compiles, or is reported", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 400 }), compileText), { numRuns: runs });
  });

  test("of random words of the language compiles, or is reported", () => {
    const soup = fc.array(fc.constantFrom(...words), { maxLength: 120, size: "max" });
    const joined = fc.tuple(soup, fc.constantFrom(" ", "", "\n"));
    fc.assert(
      fc.property(joined, ([parts, between]) => compileText(parts.join(between))),
      { numRuns: 4 * runs },
    );
  });

  test("good files with a part replaced by words", () => {
    const file = fc.constantFrom(...goodFiles.values());
    const edit = fc.record({
      at: fc.nat(1_000_000),
      removed: fc.integer({ min: 0, max: 30 }),
      put: fc.array(fc.constantFrom(...words), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(file, fc.array(edit, { minLength: 1, maxLength: 5 }), (text, edits) => {
        let edited = text;
        for (const { at, removed, put } of edits) {
          const start = at % (edited.length + 1);
          edited = edited.slice(0, start) + put.join(" ") + edited.slice(start + removed);
        }
        compileText(edited);
      }),
      { numRuns: 2 * runs },
    );
  });

  test.each([...goodFiles].filter(([, text]) => text.length < 1500))(
    "%s cut after each character",
    (_, text) => {
      for (let end = 0; end < text.length; end += 1) compileText(text.slice(0, end));
    },
  );

  test("the largest good file cut after each word", () => {
    const text = goodFiles.get("everything.vox") ?? "";
    expect(text.length).toBeGreaterThan(3000);
    for (const { index } of text.matchAll(/\b/g)) compileText(text.slice(0, index));
  });
});

describe("texts made to exhaust", () => {
  const many = 20_000;
  const texts: Readonly<Record<string, string>> = {
    "open round brackets": `struct A { a: ${"(".repeat(many)}`,
    "open braces": "{".repeat(many),
    "closing brackets": "})]>".repeat(many),
    "angle brackets": `struct A { a: ${"A<".repeat(many)}`,
    options: `struct A { a: u8${"?".repeat(many)} }`,
    prefixes: `struct A { a: ${"[]".repeat(many)}u8 }`,
    attributes: `${"@a ".repeat(many)}struct A { a: u8 }`,
    "attribute arguments": `@a(${"1,".repeat(many)}) struct A { a: u8 }`,
    "a chain of aliases": Array.from({ length: 5000 }, (_, at) => `type A${at} = A${at + 1}`)
      .concat("type A5000 = u8")
      .join("\n"),
    "a chain of structs": Array.from({ length: 5000 }, (_, at) => `struct A${at} { a: A${at + 1} }`).join(
      "\n",
    ),
    "a circle of structs": Array.from(
      { length: 5000 },
      (_, at) => `struct A${at} { a: A${(at + 1) % 5000} }`,
    ).join("\n"),
    "doubling aliases": Array.from({ length: 200 }, (_, at) => `type A${at + 1} = (A${at}, A${at})`).join(
      "\n",
    ),
    "doubling generics": `struct P<T> { a: T }\ntype A0 = u8\n${Array.from({ length: 60 }, (_, at) => `type A${at + 1}<T> = P<(A${at}<T>, A${at}<T>)>`).join("\n")}`,
    "one long line": `struct A { ${"field_with_a_name: u46, ".repeat(2000)} }`,
    "one long name": `struct A { a: ${"x".repeat(many)} }`,
    "one long string": `struct A { a: string = "${"\\q".repeat(many)}" }`,
    "one long comment": `/*${"*".repeat(many)}`,
    dots: `package ${"a.".repeat(many)}`,
    unions: `struct A { a: ${"u8 | ".repeat(many)}u8 }`,
    "many parameters": `struct A<${Array.from({ length: 2000 }, (_, at) => `T${at}`).join(", ")}> { a: u8 }`,
  };
  test.each(Object.entries(texts))("%s", (_, text) => compileText(text));
});
