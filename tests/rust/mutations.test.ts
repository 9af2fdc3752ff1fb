/** Damaged Rust gives findings or schemas, never an exception. */
import { readdirSync, readFileSync } from "node:fs";
import { memoryHost } from "@voxrpc/codegen";
import { importRust } from "@voxrpc/codegen/rust";
import { expect, test } from "vitest";

const folder = new URL("../../fixtures/rust/", import.meta.url).pathname;
const originals = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".rs"))
  .sort()
  .map((path) => readFileSync(folder + path, "utf8"));

/** Numbers below a bound, the same in every run. */
function numbers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

const pieces = [
  "<", ">", "{", "}", "(", ")", "[", "]", "#", "!", "::", "'", '"', "/*", "r#", "\\", "\0", "é", "😀", "struct ", "enum ",
  "pub trait X { ", "use ", "mod ", "#[facet(", "#[vox::service] ", "async fn ", "-> ", "Vec<", "dyn ", "'a ", "0x", ";", ",",
  "Result<", "macro_rules! ", "impl ", "type ", "= ", "where ", "crate::", "super::", "*", "cfg_attr(", "default = ",
]; // biome-ignore format: a table

function damaged(text: string, random: (bound: number) => number): string {
  let result = text;
  for (let count = 1 + random(4); count > 0; count -= 1) {
    const at = random(result.length);
    const end = at + random(random(2) === 0 ? 4 : 60);
    const piece =
      random(3) === 0
        ? ""
        : random(4) === 0
          ? result.slice(at, end + 40)
          : (pieces[random(pieces.length)] ?? "");
    result = result.slice(0, at) + piece + result.slice(random(2) === 0 ? at : end);
  }
  return result;
}

test("500 damaged sources give findings or schemas", () => {
  const random = numbers(16);
  let withFindings = 0;
  for (let run = 0; run < 500; run += 1) {
    const text = damaged(originals[random(originals.length)] ?? "", random);
    const host = memoryHost({ "/a.rs": text });
    const crates = [{ name: "a", root: "/a.rs", renames: new Map<string, string>() }];
    const { files, diagnostics, services } = importRust(host, { crates, wanted: new Set(["a"]) });
    const errors = diagnostics.filter(({ severity }) => severity === "error").length;
    expect(files.length === 0, text).toBe(errors > 0 || services === 0);
    for (const { span } of diagnostics) expect(span.end).toBeGreaterThanOrEqual(span.start);
    withFindings += errors > 0 ? 1 : 0;
  }
  expect(withFindings).toBeGreaterThan(100);
});
