/** A file's needs are known before it is printed. */
import { describe, expect, it } from "vitest";
import { compile } from "../../compile.js";
import { memoryHost } from "../../host/memory-host.js";
import type { Model } from "../../model/model.js";
import { emitTypeScript } from "./emit-typescript.js";
import type { FilePlan } from "./file-plan.js";
import { planFile } from "./plan-file.js";
import { ProgramScope } from "./program-scope.js";

const common = `
struct Money { amount: i64, tags: string[] }
enum Level { Low, High }
type Amounts = map<string, Money[]>
struct Pair<A, B> { a: A, b: B? }
`;

const shop = `
import { Money, Level, Amounts, Pair } from "./common.vox"
struct Tree { value: u64, children: Tree[] }
struct Page<T> { items: T[], next: T??, sized: set<T>, keyed: map<T, (T, u8)> }
struct Order { total: Money, by: map<Level, u32[]>, corner: u8[3]?, pair: Pair<u8, Money>, page: Page<string> }
type Prices = Amounts?
error enum Event { None, One(Order), Two(u8, Money), Three { at: f64[], left: result<Money, string> } }
service Shop {
  orders(ids: u64[], only: Level?, out: Tx<Event>) -> Order[] throws Event
  trees(tree: Tree, in: Rx<(Money, Tree?)>) -> (Page<u64>, Prices)
  pairs(pair: Pair<Level, Tree>) -> Pair<string, string>
}
`;

function modelOf(files: Readonly<Record<string, string>>): Model {
  const { model, diagnostics } = compile(memoryHost(files), Object.keys(files));
  if (model === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return model;
}

/** The plan of a file, with its text. */
function emitted(files: Readonly<Record<string, string>>, path: string): { plan: FilePlan; text: string } {
  const model = modelOf(files);
  const file = model.files.find((one) => one.path === path);
  if (file === undefined) throw new Error(`no file ${path}`);
  const plan = planFile(file, new ProgramScope((_, to) => `.${to.path}.js`));
  const text =
    emitTypeScript(model, { baseDirectory: "/" }).find(({ source }) => source === path)?.text ?? "";
  return { plan, text };
}

/** Every name that a plan gives to something that the file imports or declares for itself. */
function namesOf(plan: FilePlan): readonly string[] {
  const partsOf = ({ parts }: Pick<FilePlan, "parts">): readonly string[] =>
    [...parts.values()].flatMap(({ names, halves }) => [...halves].map((half) => names[half]));
  return [
    ...plan.imports.map(({ local }) => local),
    ...partsOf(plan),
    ...plan.items.values(),
    ...plan.schemas.values(),
    ...[...plan.generics.values()].flatMap((own) => [
      ...partsOf(own),
      ...own.options.values(),
      ...own.sizes.values(),
      ...[...own.memory.values()].map(({ name }) => name),
    ]),
  ];
}

describe("the plan of a generated file", () => {
  const files = { "/common.vox": common, "/shop.vox": shop };

  it("is data: imports, functions, items, codecs of generic types", () => {
    const { plan } = emitted(files, "/shop.vox");
    const imported = plan.imports.map(({ name, isType }) => (isType ? `type ${name}` : name));
    expect(imported).toContain("type Amounts");
    expect(imported).toContain("writeMoney");
    expect(imported).toContain("levelShape");
    expect([...plan.items.values()].sort()).toEqual(["eventItem", "tupleOfMoneyAndOptionOfTreeItem"]);
    expect([...plan.generics.keys()].map(({ name }) => name)).toEqual(["Page"]);
  });

  it.each(Object.keys(files))("names what %s uses, and nothing else", (path) => {
    const { plan, text } = emitted(files, path);
    const names = namesOf(plan);
    // Each name is there once where it is imported or declared, and wherever it is used.
    const usedOnce = names.filter(
      (name) => text.split(new RegExp(`(?<![\\w$.])${name}(?![\\w$])`)).length < 3,
    );
    expect(usedOnce).toEqual([]);
  });

  it("imports a type as a value where any part of the file uses it as one", () => {
    const { plan, text } = emitted(
      {
        "/a.vox": "enum Level { Low, High }",
        "/b.vox": 'import { Level } from "./a.vox"\nstruct S { level: Level }',
      },
      "/b.vox",
    );
    expect(plan.imports.map(({ name, isType }) => [name, isType])).toEqual([
      ["Level", true],
      ["levelShape", false],
      ["writeLevel", false],
      ["readLevel", false],
    ]);
    expect(text).toContain('import type { Level } from "./a.vox.js";');
  });

  it("keeps apart composites whose names are cut to the same start", () => {
    const wide = (last: string): string =>
      `map<string, map<string, map<string, map<string, map<string, ${last}[]>>>>>`;
    const { plan } = emitted({ "/a.vox": `struct S { a: ${wide("u8?")}, b: ${wide("u16?")} }` }, "/a.vox");
    const names = [...plan.parts.values()].map((part) => part.names.write);
    expect(new Set(names).size).toBe(names.length);
  });
});
