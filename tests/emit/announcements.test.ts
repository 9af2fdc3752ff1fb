/**
 * What generated methods announce, made of shapes and ids at run time, is what the compiler's extraction says: the same
 * root, the same schemas in the same order, byte for byte.
 */
import { readFileSync } from "node:fs";
import type * as $ from "@voxrpc/runtime/gen/v1";
import { encodeCbor, typeRefToCbor } from "@voxrpc/runtime/internal/schema";
import { describe, expect, it } from "vitest";
import { methodSchemas, type TypeSchemas } from "../../packages/codegen/src/schema/index.js";
import { emitOne, loadModel, modelOf } from "../support/generated.js";
import { toHex } from "../support/golden-values.js";

/** Schema files, and how many directions of methods may have their schemas written out. */
const texts: Readonly<Record<string, { readonly text: string; readonly writtenOut: number }>> = {
  ...Object.fromEntries(
    [
      ["schemas/everything.vox", 9],
      ["schemas/streams.vox", 0],
      ["tests/application/shop.vox", 0],
      ["bench/size/profiler.vox", 0],
    ].map(([path, writtenOut]) => [
      path,
      {
        text: readFileSync(new URL(`../../${path}`, import.meta.url), "utf8"),
        writtenOut: Number(writtenOut),
      },
    ]),
  ),
  "no arguments": method("() -> u8"),
  "more arguments than have a known family": method("(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8) -> u8"),
  "a declared error": method("() -> u8 throws E", "error enum E { A, B(string) }"),
  "a text as error": method("() -> string throws string"),
  "a result as answer": method("() -> result<u8, string> throws u16"),
  "a result of one type": method("() -> result<u8, u8>"),
  "bytes before lists": method("(a: A) -> A", "struct A { b: bytes, c: string[], d: u8[], e: bytes }"),
  "lists before bytes": method("(a: A) -> A", "struct A { c: string[], b: bytes, e: bytes }"),
  "a type that is inside and behind bytes": method(
    "(x: string[], a: A, b: B) -> B",
    "struct A { b: bytes, c: string[] }\nstruct B { a: A, l: A[] }",
  ),
  "a set and a list": method("(a: set<u32>, b: u32[], c: set<u8>) -> u32[]"),
  "maps of one type and of two": method("(a: map<string, string>) -> map<string, u8>"),
  "a map of one type behind one of two": method("(a: map<string, u8>, b: map<u8, u8>) -> u8"),
  "arrays of two lengths": method("(a: u16[3], b: u16[4][2]) -> u8[32]"),
  "nested tuples": method("(a: ((u8, u16), string), b: (u8,)) -> (u8, (u8, u8), u8, u8, u8)"),
  "tuple structs": method(
    "(a: Id, b: P, c: T) -> Id[]",
    "struct Id(u64)\nstruct P(f64, Id)\n@transparent struct T(string)",
  ),
  recursion: method(
    "(a: Tree[]) -> Tree?",
    "struct Tree { value: u8, children: Tree[], by: map<string, Tree> }",
  ),
  "recursion through two types": method(
    "(a: A) -> B",
    "struct A { b: B[] }\nstruct B { a: A?, e: E }\nenum E { A(A), N }",
  ),
  "fields that are required or have a default": method(
    "(a: A) -> A",
    'struct A { a: u8?, @required b: u8?, c: u8 = 3, d: string = "x", e: u8??, f: E = N, g: u8[] = [] }\nenum E { N, M(u8) }',
  ),
  "variants of all forms": method(
    "(a: E) -> E",
    "enum E { A, B(u8), C(u8, string), D { x: u8?, y: u16 = 4 }, F { z_z: L } }\nenum L { One, Two }",
  ),
  "names that are no camel case": method(
    "(a: A) -> A",
    'struct A { HTTPCode: u8, _private: u8, a__b: u8, c_: u8, x_1: u8, @ts("other") plain: u8, toString: u8? }',
  ),
  "an empty struct": method("(a: A) -> A", "struct A {}\n"),
  "payload types": method("(a: duration, b: Corr, c: value) -> timedelta", "@payload type Corr = string"),
  channels: method("(a: Rx<string[]>, b: Tx<A>) -> u8", "struct A { b: bytes, c: u8[][] }"),
  generics: { ...method("(a: Page<string>) -> Page<u8>", "struct Page<T> { items: T[] }"), writtenOut: 2 },
};

function method(
  signature: string,
  declarations = "",
): { readonly text: string; readonly writtenOut: number } {
  return { text: `package p\n${declarations}\nservice S {\n  run${signature}\n}\n`, writtenOut: 0 };
}

describe.each(Object.entries(texts))("%s", (_, { text, writtenOut }) => {
  it("is announced as the compiler's extraction has it", () => {
    const model = modelOf({ "/m.vox": text });
    const generated = loadModel(model);
    let compared = 0;
    for (const service of model.files[0]?.services ?? []) {
      const { methods } = generated[service.name] as $.Service<unknown>;
      const found = new Map(Object.values(methods).map((each) => [each.name, each]));
      for (const each of service.methods) {
        const { args, response, methodId } = methodSchemas(service, each);
        const made = found.get(each.name);
        expect(made?.id).toBe(methodId);
        expect(announced(made?.args), `${each.name} arguments`).toEqual(wanted(args));
        expect(announced(made?.response), `${each.name} response`).toEqual(wanted(response));
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(0);
  });

  it("has its schemas written out only where shapes do not give them", () => {
    expect(emitOne(text).match(/\b(args|response): \{/g) ?? []).toHaveLength(writtenOut);
  });
});

function announced(binding: $.Binding | undefined): unknown {
  if (binding === undefined) return undefined;
  return {
    root: toHex(encodeCbor(typeRefToCbor(binding.root))),
    schemas: binding.schemas.map(({ id, bytes }) => `${id.toString(16)} ${toHex(bytes)}`),
  };
}

function wanted({ root, schemas }: TypeSchemas): unknown {
  return {
    root: toHex(encodeCbor(typeRefToCbor(root))),
    schemas: schemas.map(({ schema, cbor }) => `${schema.id.toString(16)} ${toHex(cbor)}`),
  };
}
