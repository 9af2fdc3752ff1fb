/** A lock says what its model says: compiled again it gives the same ids, the same lock, and the same comparison. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  compareLock,
  compareModels,
  compile,
  type Model,
  memoryHost,
  openLock,
  writeLock,
} from "@voxrpc/codegen";
import { describe, expect, test } from "vitest";
import { changeFixtures, compileVersion } from "./change-fixtures.js";

const folder = fileURLToPath(new URL("../../schemas/", import.meta.url));

/** Schemas with everything in them. */
const schemas: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(folder)
    .filter((file) => file.endsWith(".vox"))
    .map((file) => [file, readFileSync(`${folder}${file}`, "utf8")]),
);

const everyType = `
type Id = u64
@js(number) type Count = u64
struct Odd {
  @js(number) count: u64, id: Id, @typed numbers: f32[], @typed fixed: u16[4], @required must: string?
  text: string = "a\\"b\\\\\\n\\u{7f}é", float: f64 = 2, negative: f32 = -0.0, small: i8 = -5, yes: bool = true, none: u8?? = none
  list: string[] = [], kind: Kind = B, counts: Count[], tuple: (u8,), pair: (Id, string?), nested: map<string, set<u8>[]>
  result: result<unit, never>, array: u8[2][3], raw: bytes, letter: char, big: i128
}
enum Kind { A, B }
error enum Failure { Plain, One(Odd), Two(u8, Id), Named { @js(number) a: i64, b: string? } }
struct Tree<T> { value: T, children: Tree<T>[] }
struct Empty {}
service Every {
  @idempotent @persist all(odd: Odd, @js(number) n: u64, tree: Tree<Kind>) -> Tree<string>? throws Failure
  nothing()
  empty() -> Empty
  stream(input: Rx<Odd>, output: Tx<Tree<Empty>>) -> u64
}
`;

/** Types of one name in two files, and what Rust has that other languages do not. */
const rustTypes = {
  "main.vox": `
@required @js(number, "*_ns") package main
import { Id as OtherId, Point, Corr } from "./other.vox"
struct Id(u64)
struct Id2(OtherId)
@transparent struct Path(string)
@typed struct Wave(f32[])
struct Named<T>(T, Point)
struct Span { start_ns: u64, @js(array) raw: u8[], bytes: u8[4], id: Id, other: OtherId?, corr: Corr, took: duration, extra: value }
enum Event { Moved { kind: string, @ts("own") other: Path }, All(Named<Id2>, Wave) }
service Spans { get(id: OtherId, own: Id) -> Span throws Event, totals() -> (u64, u64) }
`,
  "other.vox": `
@js(number) package other
struct Id { value: u64, pair: (u64, u64) }
struct Point(f64, f64)
@payload type Corr = string
`,
};

const none = { oldBase: "/lock", newBase: "/new" };

describe("vox.lock", () => {
  test.each([
    ["the schemas of this repository", schemas],
    ["every type", { "main.vox": everyType }],
    ["types of Rust", rustTypes],
  ])("%s", (_, files) => {
    const { model } = compileVersion(files, "/new");
    const lock = writeLock(model, "/new");
    const opened = openLock(lock, "/lock");
    expect(opened.problem).toBeUndefined();
    if (opened.problem !== undefined) return;
    expect(writeLock(opened.model, "/lock")).toBe(lock);
    expect(compareLock(opened.model, "/lock", model, "/new")).toEqual([]);
    const { findings, harmless, methods } = compareModels(opened.model, model, none);
    expect([findings, harmless]).toEqual([[], []]);
    expect(methods.length).toBe(
      model.files.flatMap((file) => file.services.flatMap((one) => one.methods)).length,
    );
  });

  test.each(changeFixtures.filter(({ level }) => level === "wire"))(
    "says the same as the sources: $name",
    (fixture) => {
      const before = compileVersion(fixture.old, "/old").model;
      const after = compileVersion(fixture.new, "/new").model;
      const opened = openLock(writeLock(before, "/old"), "/lock");
      if (opened.problem !== undefined) throw new Error(opened.problem);
      const words = (old: Model, oldBase: string): unknown => {
        const { findings, harmless, methods } = compareModels(old, after, {
          oldBase,
          newBase: "/new",
          peer: fixture.peer,
        });
        return [findings.map(({ diagnostic }) => [diagnostic.code, diagnostic.message]), harmless, methods];
      };
      expect(words(opened.model, "/lock")).toEqual(words(before, "/old"));
    },
  );

  test("holds what services use, and names files relative to its base", () => {
    const files = {
      "/p/a/main.vox": 'import { M } from "../b/m.vox"\nstruct Unused { x: u8 }\nservice S { s(m: M) }',
      "/p/b/m.vox": "/// Documented.\nstruct M { // comment\n a: u8 }\nstruct Other { y: u8 }",
    };
    const { model } = compile(memoryHost(files), Object.keys(files));
    if (model === undefined) throw new Error("no model");
    const lock = writeLock(model, "/p");
    expect(lock).toContain("//=== a/main.vox");
    expect(lock).toContain('import { M } from "../b/m.vox"');
    for (const absent of ["Unused", "Other", "Documented", "comment", "/p/"])
      expect(lock).not.toContain(absent);
  });

  test("does not depend on the order in which files are given", () => {
    const files = {
      "/p/b.vox": "struct B { a: u8 }\nservice X { x(b: B) }",
      "/p/a.vox": "service A { a() }",
    };
    const write = (entries: readonly string[]): string => {
      const { model } = compile(memoryHost(files), entries);
      return model === undefined ? "" : writeLock(model, "/p");
    };
    expect(write(["/p/b.vox", "/p/a.vox"])).toBe(write(["/p/a.vox", "/p/b.vox"]));
  });
});
