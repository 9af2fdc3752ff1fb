/** Every name that means something to JavaScript, TypeScript or generated code, at every place of a name. */
import { compile, emitTypeScript, memoryHost } from "@voxrpc/codegen";
import type * as $ from "@voxrpc/runtime/gen/v1";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import { codecOf, type Exports, loadGenerated, modelOf } from "../support/generated.js";
import { typeErrors } from "../support/type-errors.js";

/** Keywords of the compiler that reads the generated code, contextual ones too. */
const keywords = Array.from({ length: ts.SyntaxKind.LastKeyword - ts.SyntaxKind.FirstKeyword + 1 }, (_, at) =>
  ts.tokenToString(ts.SyntaxKind.FirstKeyword + at),
).flatMap((text) => text ?? []);

const inherited = [Object.prototype, Function.prototype]
  .flatMap((prototype) => Object.getOwnPropertyNames(prototype))
  .filter((name) => /^\w+$/.test(name));

const modules = ["exports", "require", "module", "__dirname", "__filename", "__esModule", "Object"];

const platform = ["Promise", "Map", "Array", "Uint8Array", "Record", "Symbol", "Error", "globalThis", "NaN"];

/** What generated functions call their own variables. */
const ours = [
  "w", "p", "v", "r", "n", "i", "item", "key", "value", "left", "index", "args", "kind", "handler", "caller", "options",
  "context", "u8_item", "write_n", "read_n", "then",
]; // biome-ignore format: a table

const unique = (lists: readonly (readonly string[])[]): readonly string[] =>
  [...new Set(lists.flat())].sort();
const typeNames = unique([keywords, modules, platform, ["w", "v", "kind", "hasOwnProperty"]]);
const memberNames = unique([keywords, inherited, modules, ours]);

/** A type used at every place of a type. */
const uses = (name: string, at: string): string => `
struct Uses${at} { a: ${name}?, b: (${name}, u8), c: map<u8, ${name}[]> }
type Renamed${at} = ${name}
service Users${at} { one(a: ${name}, b: Tx<${name}>) -> ${name} throws Renamed${at} }`;

/** Places of types and services. @param at tells schemas of one file apart */
const typePlaces: Readonly<Record<string, (name: string, at: string) => string>> = {
  struct: (name, at) => `struct ${name} { a: u8, self_: ${name}? }${uses(name, at)}`,
  units: (name, at) => `enum ${name} { A, B }${uses(name, at)}`,
  enum: (name) => `error enum ${name} { A, B(u8) }`,
  alias: (name, at) => `type ${name} = u64[]${uses(name, at)}`,
  generic: (name, at) => `struct ${name}<T> { a: T, b: T? }\nstruct Uses${at} { a: ${name}<u8> }`,
  parameter: (name, at) => `struct It${at}<${name}> { a: ${name}, b: ${name}?, c: map<u8, ${name}> }`,
  service: (name, at) => `struct A${at} { a: u8 }\nservice ${name} { get(a: A${at}) throws A${at}\n stop() }`,
};

/** Places of members. */
const memberPlaces: Readonly<Record<string, (name: string, at: string) => string>> = {
  method: (name, at) => `service S${at} { ${name}(a: u8) -> string throws string\n other()\n ${name}_2() }`,
  field: (name, at) => `struct Must${at} { ${name}: u8, self_: Must${at}? }
    struct It${at} { ${name}: string?, other: u8? }`,
  channels: (name, at) =>
    `struct It${at} { ${name}: Tx<u8>, u_9_item: u8, other: Rx<string> }\nservice S${at} { m(it: It${at}) }`,
  variant: (name, at) => `enum It${at} { ${name}, Other }\nenum With${at} { ${name}(u8), Other }`,
  payload: (name, at) => `enum It${at} { A { ${name}: u8? }, Other }`,
  argument: (name, at) =>
    `struct A${at} { a: u8 }\nservice S${at} { m(${name}: A${at}, other: u8?) -> A${at} throws A${at} }`,
};

const places = { ...typePlaces, ...memberPlaces };

/** Names that each place takes, and codes of the errors for those that it refuses. */
const taken = new Map<string, string[]>();
const refused: { readonly place: string; readonly name: string; readonly codes: readonly string[] }[] = [];
/** One generated file for each place, with all names that it takes. */
const outputs = new Map<string, string>();

beforeAll(() => {
  for (const [place, schema] of Object.entries(places)) {
    const accepted = (place in typePlaces ? typeNames : memberNames).filter((name) => {
      const text = schema(name, "");
      const { model, diagnostics } = compile(memoryHost({ "/it.vox": text }), ["/it.vox"]);
      const codes = diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code);
      if (model === undefined) refused.push({ place, name, codes });
      return model !== undefined;
    });
    taken.set(place, accepted);
    outputs.set(`${place}/it.vox.ts`, emit(place, accepted));
  }
}, 120_000);

function emit(place: string, accepted: readonly string[]): string {
  const schema = places[place];
  const text = accepted.map((name, at) => schema?.(name, `_${at}`)).join("\n");
  const model = modelOf({ "/it.vox": text });
  return emitTypeScript(model, { baseDirectory: "/" })[0]?.text ?? "";
}

const of = (place: string): readonly string[] => taken.get(place) ?? [];

describe("a name that means something", () => {
  it("is refused as a name, or accepted", () => {
    const others = refused.filter(({ codes }) => !codes.some((code) => /^VOX(1|2007$|2010$)/.test(code)));
    expect(others).toStrictEqual([]);
    // Members come from schemas of others: hardly any of their names may be refused.
    const members = refused.filter(({ place }) => place in memberPlaces && place !== "method");
    expect([...new Set(members.map(({ name }) => name))].sort()).toStrictEqual(["__proto__"]);
    const methods = refused.filter(({ place }) => place === "method").map(({ name }) => name);
    expect(methods.sort()).toStrictEqual(["__proto__", "constructor", "then"]);
  });

  it("compiles where it is accepted", { timeout: 120_000 }, () => {
    const applications = new Map(outputs);
    const empty = of("field").map((_, at) => `export const none${at}: It.It_${at} = {};`);
    applications.set("field/app.ts", `import type * as It from "./it.vox.js";\n${empty.join("\n")}\n`);
    const lacking = of("method").map(
      (_, at) => `// @ts-expect-error a method is missing
export const lacking${at}: It.S_${at}Handler = { other() {} };`,
    );
    applications.set("method/app.ts", `import type * as It from "./it.vox.js";\n${lacking.join("\n")}\n`);
    expect(typeErrors(applications)).toStrictEqual([]);
  });

  it("is absent from values that lack it", () => {
    const exports = load("field");
    for (const [at, name] of of("field").entries()) {
      const codec = codecOf(exports, `It_${at}`);
      const bytes = codec.encode({});
      expect([...bytes], name).toStrictEqual([0, 0]);
      const decoded = codec.decode(bytes) as Record<string, unknown>;
      const members = Object.keys(decoded);
      expect(members, name).toHaveLength(2);
      expect(members.filter((member) => member in {})).toStrictEqual([]);
      const full = Object.fromEntries(members.map((member) => [member, member === "other" ? 7 : "set"]));
      expect(codec.decode(codec.encode(full)), name).toStrictEqual(full);
    }
  });

  it("is a method of its own at clients and handlers", async () => {
    const exports = load("method");
    for (const [at, name] of of("method").entries()) {
      const service = exports[`S_${at}`] as $.Service<Record<string, (...args: unknown[]) => unknown>>;
      const [member = "", ...rest] = Object.keys(service.methods);
      expect([member in {}, rest.length], name).toStrictEqual([false, 2]);
      const called: unknown[] = [];
      const caller = { call: async (...args: unknown[]) => called.push(args) } as unknown as $.Caller;
      await service.create(caller)[member]?.(7);
      expect(called, name).toStrictEqual([[service.methods[member], [7], undefined]]);
      const dispatcher = exports[`s${at}Dispatcher`] as (handler: object) => $.Dispatcher;
      const handled = dispatcher({ [member]: (a: number) => `got ${a}` }).methods[0];
      expect(handled?.invoke([7], {} as $.CallContext), name).toBe("got 7");
      const lacking = dispatcher({}).methods[0];
      expect(() => lacking?.invoke([7], {} as $.CallContext), name).toThrow("is not a function");
    }
  });
});

function load(place: string): Exports {
  const path = `${place}/it.vox.ts`;
  return loadGenerated([{ path, source: "/it.vox", text: outputs.get(path) ?? "" }]).get(path) ?? {};
}
