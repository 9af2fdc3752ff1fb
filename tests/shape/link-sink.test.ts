/** Frames enter the runtime at one place. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const sources = fileURLToPath(new URL("../../packages/runtime/src/", import.meta.url));

/** Files of the runtime that applications run, with their texts: `testing/` looks at links from outside. */
const shipped = readdirSync(sources, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".ts") && !/\.(test|test-d|fixture)\.ts$|^testing\//.test(path))
  .map((path) => ({ path, text: readFileSync(`${sources}${path}`, "utf8") }));

describe("the sink of a link", () => {
  it("is the pump, and no other class or object", () => {
    const implementing = shipped.filter(({ text }) =>
      /implements [^{]*\bLinkSink\b|\b(satisfies|as) LinkSink\b|: LinkSink = \{/.test(text),
    );
    expect(implementing.map(({ path }) => path)).toEqual(["session/link-pump.ts"]);
  });

  it("is given to a link by the pump alone", () => {
    const starting = shipped.filter(({ text }) => /\blink\.start\(/.test(text));
    expect(starting.map(({ path }) => path)).toEqual(["session/link-pump.ts"]);
  });
});
