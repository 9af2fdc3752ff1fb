import { describe, expect, test } from "vitest";
import { docLines } from "./docs.js";

describe("docLines", () => {
  test("is nothing without docs", () => {
    expect(docLines({ docs: [] })).toStrictEqual([]);
    expect(docLines({ docs: ["", " "] })).toStrictEqual([]);
  });

  test("is one line for one line", () => {
    expect(docLines({ docs: ["A thing."] })).toStrictEqual(["/** A thing. */"]);
  });

  test("carries deprecations, also without a reason", () => {
    expect(docLines({ docs: ["A thing."], deprecated: "use b" })).toStrictEqual([
      "/**",
      " * A thing.",
      " * @deprecated use b",
      " */",
    ]);
    expect(docLines({ docs: [], deprecated: "" })).toStrictEqual(["/** @deprecated */"]);
  });

  test("cannot be ended from inside", () => {
    expect(docLines({ docs: ["a */ b"] })).toStrictEqual(["/** a *\\/ b */"]);
    expect(docLines({ docs: [], deprecated: "a\n*/ code" })).toStrictEqual([
      "/**",
      " * @deprecated a",
      " * *\\/ code",
      " */",
    ]);
  });
});
