import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compileGolden, requireOptions } from "../support/compile-golden.js";

function golden<Content>(name: string): Content {
  const text = readFileSync(new URL(`../../fixtures/golden/${name}`, import.meta.url), "utf8");
  return name.endsWith(".json") ? JSON.parse(text) : (text as Content);
}

describe("golden texts compile", () => {
  test("declarations of postcard.json", () => {
    const { declarations } = golden<{ declarations: readonly string[] }>("postcard.json");
    expect(compileGolden(declarations.join("\n")).files[0]?.types).toHaveLength(declarations.length);
  });

  test("every type of schemas.json, its root as an alias", () => {
    const { types } = golden<{ types: readonly { vox: string | null; vox_root: string | null }[] }>(
      "schemas.json",
    );
    const written = types.filter(({ vox, vox_root }) => vox !== null && vox_root !== null);
    // A wide letter in a name is what the language does not have; the model is built without a text there.
    const expressible = written.filter(({ vox }) => !/\p{L}/u.test((vox ?? "").replace(/[A-Za-z]/g, "")));
    expect(written.length - expressible.length).toBe(1);
    const roots = expressible;
    for (const { vox, vox_root } of roots) compileGolden(`${vox}\ntype GoldenRoot = ${vox_root}\n`);
    expect(roots.length).toBeGreaterThan(100);
  });

  test("every method of methods.json, in one service", () => {
    const { declarations, methods } = golden<{
      declarations: readonly string[];
      methods: readonly { vox: string }[];
    }>("methods.json");
    const service = `service Catalog {\n${methods.map(({ vox }) => vox).join("\n")}\n}`;
    const model = compileGolden(`${declarations.join("\n")}\n${service}\n`);
    expect(model.files[0]?.services[0]?.methods).toHaveLength(methods.length);
  });

  test("both sides of every case of plans.json", () => {
    interface Case {
      readonly writer_vox: string | null;
      readonly reader_vox: string | null;
    }
    const { cases } = golden<{ cases: readonly Case[] }>("plans.json");
    const texts = new Set(cases.flatMap((one) => [one.writer_vox, one.reader_vox]));
    texts.delete(null);
    for (const text of texts) compileGolden(text ?? "");
    expect(texts.size).toBeGreaterThan(100);
  });

  test("the services of the recorded sessions", () => {
    expect(compileGolden(golden<string>("session.vox")).files[0]?.services).toHaveLength(3);
  });
});

describe("requireOptions", () => {
  test("marks options without a default, and nothing else", () => {
    expect(
      requireOptions("struct A { a: u8?, b: u8? = none, c: u8?[] }\nenum B { C { d: u8? }, E(u8?) }"),
    ).toBe(
      "struct A { @required a: u8?, b: u8? = none, c: u8?[] }\nenum B { C { @required d: u8? }, E(u8?) }",
    );
  });

  test("errors are thrown with their places", () => {
    expect(() => compileGolden("struct A { b: Nothing }")).toThrow("golden.vox:1:15");
  });
});
