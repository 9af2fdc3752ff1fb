import { describe, expect, test } from "vitest";
import { block, call, conditional, flat, group, joined, object, render, section } from "./layout.js";
import { TextWriter } from "./text-writer.js";

const long = "a".repeat(50);

describe("flat", () => {
  test("is the one-line form of groups, objects and conditionals", () => {
    expect(flat(group("[", ["a", joined("b", "c")], "]"))).toBe("[a, bc]");
    expect(flat(object(["a: 1", "b"]))).toBe("{ a: 1, b }");
    expect(flat(object([]))).toBe("{}");
    expect(flat(conditional("a", "b", call("f", ["c"])))).toBe("a ? b : f(c)");
  });

  test("is undefined for what is always broken", () => {
    expect(flat(joined("f(", block("{", ["a;"]), ")"))).toBeUndefined();
  });
});

describe("render", () => {
  test("breaks a group that does not fit, one item a line", () => {
    const text = render(group("f(", [long, long, long], ")"), 2);
    expect(text).toBe(`f(\n    ${long},\n    ${long},\n    ${long},\n  )`);
  });

  test("keeps exactly 120 columns on one line", () => {
    const item = "b".repeat(117);
    expect(render(group("f(", [item], ")"), 0)).toBe(`f(${item})`);
    expect(render(group("f(", [`${item}b`], ")"), 0)).toContain("\n");
  });

  test("counts what follows on the same line", () => {
    const item = "b".repeat(117);
    expect(render(joined(group("f(", [item], ")"), ";"), 0)).toBe(`f(\n  ${item},\n);`);
  });

  test("breaks the last argument of a call beside the others", () => {
    const text = render(call("f", ['"name"', group("() => [", [long, long, long], "]")]), 0);
    expect(text).toBe(`f("name", () => [\n  ${long},\n  ${long},\n  ${long},\n])`);
  });

  test("breaks a conditional before its branches", () => {
    expect(render(joined("p = ", conditional(long, long, long), ";"), 0)).toBe(
      `p = ${long}\n  ? ${long}\n  : ${long};`,
    );
  });

  test("indents blocks and sections, and leaves blank lines blank", () => {
    const text = render(block("switch (v) {", [section("case 1:", ["a;", "b;"]), "", "c;"]), 0);
    expect(text).toBe("switch (v) {\n  case 1:\n    a;\n    b;\n\n  c;\n}");
  });
});

describe("TextWriter", () => {
  test("leaves one blank line for any number of gaps, none at the start", () => {
    expect(new TextWriter().gap().add("a").gap().gap().add("b", "c").toString()).toBe("a\n\nb\nc\n");
  });
});
