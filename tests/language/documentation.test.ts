import { readFileSync } from "node:fs";
import { catalog, compile, type Diagnostic, memoryHost, renderDiagnostic, SourceFile } from "@voxrpc/codegen";
import { describe, expect, test } from "vitest";

function page(name: string): string {
  return readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
}

interface Row {
  readonly code: string;
  readonly title: string;
  readonly example: string;
  readonly instead: string;
}

const rows: readonly Row[] = [...page("diagnostics.md").matchAll(/^\| (VOX\d{4}) \| (.+) \|$/gm)].map(
  (match) => {
    const [title = "", example = "", instead = ""] = (match[2] ?? "").split(/ (?<!\\)\| /);
    return { code: match[1] ?? "", title, example, instead };
  },
);

/** Text of a cell that is code, undefined for words. */
function codeOf(cell: string): string | undefined {
  return /^`([^`]+)`$/.exec(cell)?.[1]?.replaceAll("\\|", "|");
}

const neighbours = {
  "/common.vox": "struct Money { amount: i64 }",
  "/shop.vox": "struct Product { id: u64 }\nservice Shop { get(id: u64) -> Product }",
  "/circle.vox": 'import { A } from "./main.vox"\nstruct B { a: A? }',
};

function diagnose(text: string): readonly Diagnostic[] {
  return compile(memoryHost({ ...neighbours, "/main.vox": text }), ["/main.vox"]).diagnostics;
}

/** What cannot be shown in a line, or not by files in memory, which may all be read. */
const inWords: ReadonlySet<string> = new Set([
  "VOX2015",
  "VOX1018",
  "VOX1019",
  "VOX1024",
  "VOX3005",
  "VOX3006",
  "VOX4006",
]);

describe("docs/diagnostics.md", () => {
  test("has every code of the catalogue, in order, with its title", () => {
    expect(rows.map(({ code, title }) => [code, title])).toEqual(
      Object.entries(catalog).map(([code, { title }]) => [code, title]),
    );
  });

  test.each(rows.filter(({ code }) => !inWords.has(code) && code < "VOX5"))(
    "$code: $example",
    ({ code, example, instead }) => {
      const text = codeOf(example);
      expect(text).toBeDefined();
      expect(diagnose(text ?? "").map((diagnostic) => diagnostic.code)).toContain(code);
      const repaired = codeOf(instead);
      expect(repaired).toBeDefined();
      expect(
        diagnose(repaired ?? "").filter(
          ({ severity, code: found }) => severity === "error" || found === code,
        ),
      ).toEqual([]);
    },
  );
});

describe("docs/language.md", () => {
  const blocks = [...page("language.md").matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] ?? "",
    text: match[2] ?? "",
  }));

  test("its schemas compile", () => {
    const schemas = blocks.filter(({ language }) => language === "vox");
    expect(schemas.length).toBeGreaterThan(5);
    const common = "struct Money { units: i64, currency: string }\nstruct Page<T> { items: T[], next: u32? }";
    for (const { text } of schemas) {
      const host = memoryHost({ "/common.vox": common, "/main.vox": text });
      const { diagnostics } = compile(host, ["/main.vox"]);
      expect(diagnostics, text).toEqual([]);
    }
  });

  test("the output that it shows is what the compiler says", () => {
    const source = blocks.find(({ language }) => language === "text")?.text ?? "";
    const output = blocks.find(({ language }) => language === "console")?.text ?? "";
    const path = "/schemas/shop.vox";
    const { diagnostics } = compile(memoryHost({ [path]: source }), [path]);
    const file = new SourceFile(path, source);
    const frames = diagnostics.map((diagnostic) =>
      renderDiagnostic(diagnostic, file, { color: false, path: "schemas/shop.vox" }),
    );
    expect(output).toBe(`${frames.join("\n\n")}\n`);
  });
});
