import { describe, expect, test } from "vitest";
import { Reporter } from "../../packages/codegen/src/diagnostics/report.js";
import { SourceFile } from "../../packages/codegen/src/source/source-file.js";
import type { Span } from "../../packages/codegen/src/source/span.js";
import type { Comment, FileNode, StructNode, Trivia } from "../../packages/codegen/src/syntax/ast.js";
import { parse } from "../../packages/codegen/src/syntax/parse.js";
import { goodFiles } from "../support/good-fixtures.js";
import { badFixtures, badHost } from "./bad-fixtures.js";

function parseText(text: string): FileNode {
  return parse(new SourceFile("/file.vox", text), new Reporter());
}

interface Spanned {
  readonly span: Span;
}

function hasSpan(value: unknown): value is Spanned {
  return typeof value === "object" && value !== null && "span" in value;
}

/** Members of a node that are not part of its own text: the name behind `as` follows the imported one. */
const around: ReadonlySet<string> = new Set(["trivia", "docs", "span", "comments", "source", "local"]);

/** The nodes directly inside a value, whatever objects and arrays are between. */
function children(value: object): readonly Spanned[] {
  return Object.entries(value).flatMap(([name, inner]) => {
    if (around.has(name) || typeof inner !== "object" || inner === null) return [];
    return hasSpan(inner) ? [inner] : children(inner);
  });
}

function checkInside(node: Spanned, text: string): void {
  for (const child of children(node)) {
    const shown = `${text.slice(child.span.start, child.span.end)} in ${text.slice(node.span.start, node.span.end)}`;
    expect(child.span.start, shown).toBeGreaterThanOrEqual(node.span.start);
    expect(child.span.end, shown).toBeLessThanOrEqual(node.span.end);
    checkInside(child, text);
  }
}

const badFiles: readonly (readonly [string, string])[] = badFixtures.map(({ name, entry }) => [
  name,
  badHost.read(`/${entry}`) ?? "",
]);

describe("spans", () => {
  test.each([...goodFiles, ...badFiles])("%s: nodes lie inside their parents", (_, text) => {
    for (const item of parseText(text).items) {
      expect(item.span.start).toBeLessThanOrEqual(item.span.end);
      checkInside(item, text);
    }
  });

  test.each([...goodFiles])("%s: items and comments are the whole text", (_, text) => {
    const { items, comments } = parseText(text);
    const pieces = [...items, ...comments]
      .map((one) => one.span)
      .sort((a, b) => a.start - b.start || b.end - a.end);
    let rest = "";
    let end = 0;
    for (const span of pieces) {
      if (span.start < end) continue;
      rest += text.slice(end, span.start);
      end = span.end;
    }
    rest += text.slice(end);
    expect(rest.trim()).toBe("");
  });

  test("names and types are exactly what is written", () => {
    const text = "struct A<T> { @js(number) list : map<string,u64>[3]? = none }";
    const [struct] = parseText(text).declarations;
    const shown = (span: Span | undefined): string => text.slice(span?.start, span?.end);
    expect(shown(struct?.span)).toBe(text);
    const field = struct?.kind === "struct" ? struct.fields[0] : undefined;
    expect(shown(field?.span)).toBe("@js(number) list : map<string,u64>[3]? = none");
    expect(shown(field?.name.span)).toBe("list");
    expect(shown(field?.type.span)).toBe("map<string,u64>[3]?");
    expect(shown(field?.default?.span)).toBe("none");
    expect(shown(field?.attributes[0]?.span)).toBe("@js(number)");
  });
});

describe("comments and blank lines", () => {
  const file = parseText(goodFiles.get("comments.vox") ?? "");
  const texts = (comments: readonly Comment[]): readonly string[] => comments.map((comment) => comment.text);
  const summary = ({ leading, trailing, blankLineBefore }: Trivia): unknown => [
    texts(leading),
    trailing?.text,
    blankLineBefore,
  ];

  test("comments around items belong to the item that they precede or follow", () => {
    expect(file.items.map((item) => [item.kind, summary(item.trivia)])).toEqual([
      [
        "package",
        [
          [
            "A comment at the top.",
            "Another one, after a blank line.",
            "Documentation",
            "of two lines.",
            "",
            "And a paragraph.",
          ],
          "after the package",
          false,
        ],
      ],
      ["import", [["before the first import"], "after an import", true]],
      [
        "struct",
        [
          ["Documented.", "A plain comment between documentation and declaration.", "Documented further."],
          "after the brace",
          true,
        ],
      ],
      ["enum", [[], undefined, true]],
      ["service", [[], undefined, true]],
      ["alias", [[], "after an alias", true]],
    ]);
  });

  test("comments around members belong to the member that they precede or follow", () => {
    const order = file.declarations.find((node): node is StructNode => node.kind === "struct");
    expect(order?.fields.map((field) => [field.name.text, summary(field.trivia)])).toEqual([
      ["id", [["before the first field", "The number."], "after the first field", false]],
      ["price", [["before the price"], "after the price", true]],
      ["note", [[], undefined, true]],
    ]);
    expect(texts(order?.dangling ?? [])).toEqual(["before the closing brace"]);
    const service = file.declarations.find((node) => node.kind === "service");
    const [method] = service?.kind === "service" ? service.methods : [];
    expect(summary(method?.trivia ?? file.items[0]?.trivia ?? never())).toEqual([
      ["before a method"],
      "after a method",
      false,
    ]);
    const argument = method?.args[0];
    expect(argument === undefined ? [] : summary(argument.trivia)).toEqual([
      ["before an argument"],
      "after an argument",
      false,
    ]);
    expect(texts(service?.dangling ?? [])).toEqual(["before the closing brace of a service"]);
  });

  test("documentation is the doc comments only", () => {
    expect(file.package?.docs).toEqual(["Documentation", "of two lines.", "", "And a paragraph."]);
    const order = file.declarations.find((node) => node.kind === "struct");
    expect(order?.docs).toEqual(["Documented.", "Documented further."]);
  });

  test("at the end of the file", () => {
    expect(texts(file.dangling)).toEqual(["at the very end"]);
  });

  test.each([...goodFiles])("%s: every comment is kept, in order", (_, text) => {
    const { comments } = parseText(text);
    const written = [...text.matchAll(/\/\/[^\r\n]*/g)].map((match) => match[0]);
    expect(comments.map(({ span }) => text.slice(span.start, span.end))).toEqual(written);
  });
});

function never(): never {
  throw new Error("the tree has no items");
}
