/** What a file costs that is wrong all over: findings, their text and the time for it are bounded. */
import { compile, memoryHost, renderDiagnostic, SourceFile } from "@voxrpc/codegen";
import { describe, expect, it } from "vitest";

const size = 1024 * 1024;

/** Repeats a text up to the size of the file. */
function fill(make: (at: number) => string): string {
  const parts: string[] = [];
  for (let length = 0, at = 0; length < size; at += 1) {
    const part = make(at);
    parts.push(part);
    length += part.length;
  }
  return parts.join("");
}

const shapes: Readonly<Record<string, () => string>> = {
  "unknown types": () => `struct A { a: u8 }\nstruct B {\n${fill((at) => `f_${at}: Prodct${at}\n`)}}`,
  "unknown attributes": () => `struct A { ${fill((at) => `@deprecatd${at} a${at}: u8\n`)} }`,
  "one attribute, often": () => `struct A { ${fill(() => '@deprecated("x") ')} a: u8 }`,
  "imports of files that are missing": () => fill((at) => `import { A${at} } from "./a${at}.vox"\n`),
  "imports of types that are missing": () => `import { ${fill((at) => `Nam${at}, `)} } from "./b.vox"\n`,
  "one name, often": () => fill(() => "struct A { a: u8, a: u8 }\n"),
  "one long name": () => `struct ${"A".repeat(size / 2)} { a: ${"B".repeat(size / 2)} }`,
  nesting: () => `struct N { a: ${"(".repeat(size / 2)}u8${")".repeat(size / 2)} }\n`,
  comments: () => `${fill((at) => `/// ${at} a comment\n// more\n`)}struct A { a: u8 }`,
  "a chain that closes": () =>
    `${fill((at) => `struct C${at} { next: C${at + 1} }\n`)}struct Last { next: C0 }`,
  "defaults that are no variant": () =>
    `enum E { ${Array.from({ length: 20_000 }, (_, at) => `Variant${at}`)} }\nstruct D { ${fill((at) => `a${at}: E = Varant${at}\n`)} }`,
  "signs of another language": () => "@#$%^ ".repeat(size / 6),
};

/** Work that grows with the square of the size would take minutes: the time limit of the test is the assertion. */
describe("a megabyte of", () => {
  it.each(Object.entries(shapes))(
    "%s is checked, and told in bounded text",
    { timeout: 300_000 },
    (_, make) => {
      const text = make();
      const host = memoryHost({ "/a.vox": text, "/b.vox": "struct Name { a: u8 }" });
      const { diagnostics } = compile(host, ["/a.vox"]);
      // A thousand errors, a thousand warnings, and that there are more.
      expect(diagnostics.length).toBeLessThanOrEqual(2_002);
      const source = new SourceFile("/a.vox", text);
      const shown = diagnostics.map((diagnostic) =>
        renderDiagnostic(diagnostic, source, { color: false, path: "a.vox" }),
      );
      expect(shown.reduce((sum, frame) => sum + frame.length, 0)).toBeLessThan(2_000_000);
    },
  );
});

describe("findings", () => {
  it("are errors still when there are too many", () => {
    const { diagnostics, model } = compile(memoryHost({ "/a.vox": fill(() => "struct A { a: Gone }\n") }), [
      "/a.vox",
    ]);
    expect(model).toBeUndefined();
    expect(diagnostics.filter(({ severity }) => severity === "error")).toHaveLength(1_000);
    expect(diagnostics.filter(({ code }) => code === "VOX4006").map(({ message }) => message)).toStrictEqual([
      "more than 1000 errors; the rest is not shown",
    ]);
  });

  it("say what was meant for the first names, and for a name among many", () => {
    const lines = Array.from({ length: 3_000 }, (_, at) => `  f_${at}: Prodct\n`).join("");
    const types = Array.from({ length: 3_000 }, (_, at) => `struct Type${at} { a: u8 }\n`).join("");
    const text = `struct Product { a: u8 }\n${types}struct A {\n${lines}}`;
    const { diagnostics } = compile(memoryHost({ "/a.vox": text }), ["/a.vox"]);
    expect(diagnostics[0]?.help).toBe("did you mean `Product`?");
    expect(diagnostics.at(-2)?.help).not.toContain("did you mean");
  });
});
