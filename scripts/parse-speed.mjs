// Prints how long a schema of 10,000 lines takes to parse and check: `node scripts/parse-speed.mjs`, after a build.
import { compile, memoryHost } from "../packages/codegen/dist/index.js";

const lines = 10_000;
const path = "/speed.vox";

/** A schema with all features of real schemas, in blocks that name the blocks before. */
function makeSchema() {
  const text = ["package speed", ""];
  for (let at = 0; text.length < lines - 26; at += 1) {
    const other = at % 20 === 0 ? "u64" : `Item${at - 1}`;
    text.push(
      `/// Number ${at} of what is kept.`,
      `struct Item${at} {`,
      "  /// Given by the store.",
      "  id: u64",
      '  name: string = ""',
      `  before: ${other}?`,
      "  tags: string[] = []",
      "  sizes: f64[3]",
      "  @js(number) changed_at: i64",
      "  attributes: map<string, set<u32>>",
      `  pair: (u8, Page${at}<bytes>)? // what comes with it`,
      "}",
      "",
      `struct Page${at}<T> { items: T[], next: u32? }`,
      "",
      `error enum Failure${at} {`,
      "  NotFound",
      "  Denied { reason: string, until: i64? }",
      "  Limit(u32)",
      "}",
      "",
      `service Store${at} {`,
      "  /// One of them.",
      `  @idempotent get(id: u64) -> Item${at} throws Failure${at}`,
      `  search(query: string, limit: u32) -> Page${at}<Item${at}>`,
      "}",
    );
  }
  while (text.length < lines) text.push("// to the full number of lines");
  return text.join("\n");
}

const schema = makeSchema();
const count = schema.split("\n").length;

function measure() {
  const start = performance.now();
  const { model, diagnostics } = compile(memoryHost({ [path]: schema }), [path]);
  const milliseconds = performance.now() - start;
  if (model === undefined || diagnostics.length > 0) {
    console.error(diagnostics.slice(0, 5));
    throw new Error("the schema of this script has faults");
  }
  return milliseconds;
}

const first = measure();
const later = Array.from({ length: 5 }, measure).sort((a, b) => a - b);
console.log(`${count.toLocaleString("en")} lines: ${Math.round(first)} ms`);
console.log(`again, warm: ${Math.round(later[2] ?? 0)} ms (median of ${later.length})`);
