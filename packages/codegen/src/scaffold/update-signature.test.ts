import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { implement, shop } from "./scaffold.fixture.js";

const imports = `import type { Awaitable, CallContext, Failure, Result } from "@voxrpc/runtime";
import type { CatalogError, CatalogHandler, Product, ProductId } from "./gen/catalog.vox.js";
import type { Money, Page } from "./gen/shared/common.vox.js";
`;

/** The member of a class after a run against a schema with this method. */
function update(method: string, member: string, before = imports, extra = ""): string {
  const open = "class Shop implements CatalogHandler {\n  ";
  const { text, updated } = implement(`${before}${open}${member}\n}\n`, shop(`\n${method}\n`, extra));
  const start = text.indexOf(open) + open.length;
  const after = text.slice(start, text.lastIndexOf("\n}\n"));
  expect(updated.length > 0).toBe(after !== member);
  return after;
}

/** The same in an object. */
function updateObject(method: string, member: string): string {
  const open = "const shop: CatalogHandler = {\n  ";
  const { text } = implement(`${imports}${open}${member}\n};\n`, shop(`\n${method}\n`));
  return text.slice(text.indexOf(open) + open.length, text.lastIndexOf("\n};\n"));
}

describe("what fits is left alone", () => {
  const get = "get(id: ProductId, note: string?) -> Product throws CatalogError";

  test.each([
    "get() { return one; }",
    "get(id) { return one; }",
    "get(id: bigint) { return one; }",
    "get(productId: ProductId, remark?: string): Product { return one; }",
    "get(id: unknown, note: any, context: CallContext): never { throw id; }",
    "get(id: bigint | number, note = 'none'): Promise<Product> { return one; }",
    "get(...args: [ProductId, string?]): Promise<Failure<CatalogError>> { return one; }",
    "get(this: Shop, id: ProductId): Awaitable<Failure<CatalogError> | Product> { return one; }",
    "get(id: ProductId): Product | Promise<Product> { return one; }",
    "async get(id: ProductId, note: undefined | string, { signal }: CallContext): Promise<(Product) | Failure<CatalogError>> { return one; }",
    "get = async (id: ProductId): Promise<Product> => one;",
    "get: (id: ProductId) => Promise<Product> = find;",
    "get: CatalogHandler['get'] = find;",
    "get = find;",
    "get = id => find(id);",
    "get = function (id: Own): Promise<Own> { return one; };",
    "get(id: ProductId, note: string | undefined, context: CallContext, more?: number): Promise<Mine> { return one; }",
    "abstract get(id: ProductId): Product;",
    "get(id: Id): Promise<Answer> { return one; }",
  ])("%s", (member) => {
    const own = `${imports}type Id = bigint;\ntype Answer = Product | Problem;\ntype Problem = Failure<CatalogError>;\ninterface Mine {}\n`;
    expect(update(get, member, own)).toBe(member);
  });

  test.each([
    [
      "list(names: string[], m: map<string, u32[]>) -> string[]",
      "list(names: readonly string[], m: ReadonlyMap<string, Array<number>>): Array<string> { return []; }",
    ],
    [
      "pair(p: (u32, bool)) -> bool",
      "pair(p: readonly [count: number, isNew: boolean]): true { return true; }",
    ],
    ["pair(p: (u32, bool)) -> bool", "pair(p: Readonly<[number, boolean]>): false | true { return true; }"],
    ["touch()", "touch(): undefined { return; }"],
    ["touch()", "async touch(): Promise<void> {}"],
    ["tags() -> result<u32, string>", "tags(): Result<number, string> { return x; }"],
    ["sort(by: SortBy)", "sort(by: SortBy): void {}"],
  ])("%s: %s", (method, member) => {
    const more = imports.replace("ProductId }", "ProductId, SortBy }");
    expect(update(method, member, more, "enum SortBy { Name, Price }\n")).toBe(member);
  });
});

describe("what the schema has changed", () => {
  test.each([
    [
      "another type",
      "get(id: string) -> Product",
      "get(id: ProductId /* a */, context: CallContext): Promise<Product> { return this.find(id); } // b",
      "get(id: string /* a */, context: CallContext): Promise<Product> { return this.find(id); } // b",
    ],
    [
      "an argument in front",
      "search(page: u32, query: string) -> Page<Product>",
      "search(query: string, context: CallContext) { return all; }",
      "search(page: number, query: string, context: CallContext) { return all; }",
    ],
    [
      "an argument at the end",
      "search(query: string, limit: u32) -> Page<Product>",
      "search(query: string, ctx: CallContext) { return all; }",
      "search(query: string, limit: number, ctx: CallContext) { return all; }",
    ],
    [
      "one less",
      "search(query: string) -> Page<Product>",
      "search(query: string, limit: number, context: CallContext) { return all; }",
      "search(query: string, context: CallContext) { return all; }",
    ],
    [
      "no more arguments",
      "touch()",
      "touch(id: ProductId, context: CallContext): void {}",
      "touch(context: CallContext): void {}",
    ],
    ["no more parameters", "touch()", "touch(id: ProductId,): void {}", "touch(): void {}"],
    [
      "another order",
      "move(to: u32, from: u32)",
      "move(from: number, to: number, context: CallContext): void { run(from, to); }",
      "move(to: number, from: number, context: CallContext): void { run(from, to); }",
    ],
    [
      "a renamed parameter keeps the author's name",
      "get(id: string, verbose: bool) -> Product",
      "get(key: ProductId, context: CallContext): Promise<Product> { return find(key); }",
      "get(key: string, verbose: boolean, context: CallContext): Promise<Product> { return find(key); }",
    ],
    [
      "a name that the author uses already",
      "get(id: u64, key: string, context: u32) -> Product",
      "get({ signal: id }: Own, key: bigint, context: CallContext) { return find(key); }",
      "get({ signal: id }: Own, key: string, context: number) { return find(key); }",
    ],
    [
      "the type of a value",
      "get(id: u64) -> string",
      "async get(id: bigint): Promise<Product> { return one; }",
      "async get(id: bigint): Promise<string> { return one; }",
    ],
    [
      "a value that was none",
      "get(id: u64) -> u32[]",
      "get(id: bigint): void {}",
      "get(id: bigint): number[] {}",
    ],
    [
      "no error any more",
      "get() -> Product",
      "get(): Awaitable<Product | Failure<CatalogError>> { return one; }",
      "get(): Awaitable<Product> { return one; }",
    ],
    [
      "mixed promises",
      "get() -> string",
      "get(): Product | Promise<Product> { return one; }",
      "get(): Promise<string> { return one; }",
    ],
    [
      "a declared error, where it is not handled",
      "get() -> Product throws CatalogError",
      "get(): Promise<Product | Failure<Money>> { return one; }",
      "get(): Promise<Product | Failure<CatalogError>> { return one; }",
    ],
    [
      "an arrow function",
      "get(id: string) -> Money",
      "readonly get = async (id: bigint): Promise<Product> => /* why */ ({ id });",
      "readonly get = async (id: string): Promise<Money> => /* why */ ({ id });",
    ],
    [
      "a function type and its value",
      "get(id: string) -> Money",
      "get: (id: bigint) => Product = (id: bigint) => find(id);",
      "get: (id: string) => Money = (id: string) => find(id);",
    ],
    [
      "decorators and modifiers",
      "get(id: string) -> Money",
      "@logged() public override async get(@check() id: bigint): Promise<Money> { return x; }",
      "@logged() public override async get(@check() id: string): Promise<Money> { return x; }",
    ],
    [
      "an optional parameter",
      "get(note: u32?) -> Money",
      "get(note?: string): Money { return x; }",
      "get(note?: number | undefined): Money { return x; }",
    ],
  ])("%s", (_, method, before, after) => {
    expect(update(method, before)).toBe(after);
  });

  test("one a line, with comments", () => {
    const before = `search(
    // what to look for
    query: string, // as typed
    limit: number, /* at most */
    context: CallContext, // last
  ): Promise<Page<Product>> {}`;
    expect(update("search(query: string, page: u32) -> Page<Product>", before)).toBe(
      `search(
    // what to look for
    query: string, // as typed
    page: number, /* at most */
    context: CallContext, // last
  ): Promise<Page<Product>> {}`.replace("page: number", "limit: number"),
    );
    expect(update("search(query: string, page: string, limit: u32) -> Page<Product>", before)).toBe(
      `search(
    // what to look for
    query: string,
    page: string,
    // as typed
    limit: number, /* at most */
    context: CallContext, // last
  ): Promise<Page<Product>> {}`,
    );
    expect(update("search(limit: u32) -> Page<Product>", before)).toBe(
      `search(
    // what to look for
    // as typed
    limit: number, /* at most */
    context: CallContext, // last
  ): Promise<Page<Product>> {}`,
    );
  });

  test("types are imported", () => {
    const { text } = implement(
      `import type { CatalogHandler } from "./gen/catalog.vox.js";\nclass Shop implements CatalogHandler {\n  price(id: bigint): Promise<number> {}\n}\n`,
      shop("price(of: Product) -> Money throws CatalogError"),
    );
    expect(text).toBe(
      `import type { CatalogHandler, CatalogError, Product } from "./gen/catalog.vox.js";\nimport type { Failure } from "@voxrpc/runtime";\nimport type { Money } from "./gen/shared/common.vox.js";\nclass Shop implements CatalogHandler {\n  price(id: Product): Promise<Money | Failure<CatalogError>> {}\n}\n`,
    );
  });

  test("a type that is generated no more gives way", () => {
    const before = imports.replace("Product,", "Item, Product,");
    expect(update("get() -> Product", "get(): Promise<Item> { return one; }", before)).toBe(
      "get(): Promise<Product> { return one; }",
    );
  });

  test("overloads are left to their author", () => {
    const member = `get(id: bigint): Promise<Product>;\n  get(id: string): Promise<Product>;\n  get(id: unknown): Promise<Product> { return one; }`;
    const result = implement(
      `${imports}class Shop implements CatalogHandler {\n  ${member}\n}\n`,
      shop("get(id: bool) -> Money"),
    );
    expect(result).toMatchObject({ unchanged: true, unsure: [{ name: "get", reason: "it has overloads" }] });
  });
});

describe("in an object", () => {
  test("parameters without types stay without", () => {
    expect(updateObject("search(page: u32, query: string)", "search: (query, context) => find(query),")).toBe(
      "search: (page, query, context) => find(query),",
    );
    expect(updateObject("search(page: u32, query: string)", "search: async query => find(query),")).toBe(
      "search: async (page, query) => find(query),",
    );
  });

  test("typed ones are compared", () => {
    expect(updateObject("get(id: string) -> Product", "async get(id: bigint) { return find(id); },")).toBe(
      "async get(id: string) { return find(id); },",
    );
  });
});

test("any list of parameters becomes one that fits, and stays", () => {
  const types = { u32: "number", string: "string", bool: "boolean", u64: "bigint" } as const;
  const parameter = fc.record({
    name: fc.constantFrom("a", "b", "c", "d", "context"),
    type: fc.constantFrom(...(Object.keys(types) as (keyof typeof types)[])),
  });
  const list = fc.uniqueArray(parameter, { selector: ({ name }) => name, maxLength: 4 });
  fc.assert(
    fc.property(
      list,
      list,
      fc.boolean(),
      fc.constantFrom(", ", ",\n    ", ", /* c */ "),
      (old, wanted, hasContext, gap) => {
        const before = old.map(({ name, type }) => `${name}: ${types[type]}`);
        if (hasContext) before.push("call: CallContext");
        const member = `run(${before.join(gap)}): void { body(); /* kept */ }`;
        const method = `run(${wanted.map(({ name, type }) => `${name}: ${type}`).join(", ")})`;
        // `implement` also runs a second time, which must find nothing to do.
        const after = update(method, member);
        expect(after.split("/* c */")).toHaveLength(member.split("/* c */").length);
        expect(after.endsWith(": void { body(); /* kept */ }")).toBe(true);
        const written = [...after.slice(0, after.indexOf(")")).matchAll(/: (\w+)/g)].map(([, type]) => type);
        const complete = [...wanted.map(({ type }) => types[type]), "CallContext"];
        expect(written).toEqual(complete.slice(0, written.length));
      },
    ),
    { numRuns: 40 },
  );
});
