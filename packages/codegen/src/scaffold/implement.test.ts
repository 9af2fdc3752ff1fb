import { describe, expect, test } from "vitest";
import { implementService, ScaffoldError } from "./index.js";
import { implement, methods, shop } from "./scaffold.fixture.js";

const imports = `import type { CallContext, Failure } from "@voxrpc/runtime";
import type { CatalogError, CatalogHandler, Product, ProductId } from "./gen/catalog.vox.js";
import type { Page } from "./gen/shared/common.vox.js";
`;

const get = `  /** Looks one product up. */
  async get(id: ProductId, context: CallContext): Promise<Product | Failure<CatalogError>> {
    throw new Error("Catalog.get has no body yet");
  }
`;

const search = `  async search(query: string, limit: number, context: CallContext): Promise<Page<Product>> {
    throw new Error("Catalog.search has no body yet");
  }
`;

const touch = `  async touch(context: CallContext): Promise<void> {
    throw new Error("Catalog.touch has no body yet");
  }
`;

const whole = `/** Answers the calls of Catalog. */
export class CatalogService implements CatalogHandler {
${get}
${search}
${touch}}
`;

describe("a file without an implementation", () => {
  test.each([undefined, ""])("is written whole: %j", (existing) => {
    const result = implement(existing);
    expect(result.text).toBe(`${imports}\n${whole}`);
    expect(result.added).toEqual(["get", "search", "touch"]);
    expect(result).toMatchObject({ updated: [], extra: [], unsure: [], unchanged: false });
  });

  test("gets the class at its end", () => {
    const text = `#!/usr/bin/env node\n/** The server. */\n\nconst port = 4000; // the usual one\n\nrun(port);`;
    const result = implement(text);
    expect(result.text).toBe(
      `#!/usr/bin/env node\n/** The server. */\n\n${imports}\nconst port = 4000; // the usual one\n\nrun(port);\n\n${whole}`,
    );
  });

  test("keeps a header that belongs to the file, and a comment that belongs to the first statement", () => {
    const header = `// @ts-check\n/*! licence */\n`;
    const own = `// what the port is\nconst port = 1;\n`;
    expect(implement(header + own).text).toBe(`${header}${imports}\n${own}\n${whole}`);
  });

  test("keeps directives first", () => {
    expect(implement(`"use strict";\nrun();\n`).text).toBe(`"use strict";\n${imports}\nrun();\n\n${whole}`);
    expect(implement(`"use strict";\n`).text).toBe(`"use strict";\n${imports}\n${whole}`);
  });

  test("keeps imports together, and the comment behind the last one", () => {
    const own = `import { a } from "a"; // first\nimport "b"; // second\nrun(a);\n`;
    expect(implement(own).text).toBe(
      `import { a } from "a"; // first\nimport "b"; // second\n${imports}run(a);\n\n${whole}`,
    );
  });

  test("takes the class name that is requested", () => {
    const { text } = implement(undefined, shop(), { className: "Shop" });
    expect(text).toContain("export class Shop implements CatalogHandler {");
  });

  test("does not double the word service", () => {
    const model = shop("", "service StockService { count() -> u32 }\n");
    const { text } = implement(undefined, model, { serviceName: "StockService" });
    expect(text).toContain("export class StockServiceImplementation implements StockServiceHandler {");
  });

  test("an empty service has an empty class", () => {
    const { text, added } = implement(undefined, shop(""));
    expect(added).toEqual([]);
    expect(text).toContain("export class CatalogService implements CatalogHandler {\n}\n");
  });
});

describe("an existing class", () => {
  const prefix = `import type { CallContext, Failure } from "@voxrpc/runtime";
import type { CatalogError, CatalogHandler, Product, ProductId } from "./gen/catalog.vox.js";
import type { Page } from "./gen/shared/common.vox.js";

`;

  test("that has everything is left alone", () => {
    const text = prefix + whole;
    expect(implement(text)).toEqual({ text, added: [], updated: [], extra: [], unsure: [], unchanged: true });
  });

  test("gets what is missing at its end", () => {
    const body = `export class Shop implements CatalogHandler {\n${get}\n${search}  // the end\n}\n// behind\n`;
    const result = implement(prefix + body);
    expect(result.text).toBe(
      `${prefix}export class Shop implements CatalogHandler {\n${get}\n${search}  // the end\n\n${touch}}\n// behind\n`,
    );
    expect(result.added).toEqual(["touch"]);
  });

  test("odd comments, decorators, and layout stay byte for byte", () => {
    const odd = `@injectable( ) /* a */ export
class Shop /* b */ implements /* c */ CatalogHandler /* d */
{ // e
    constructor(private readonly db : Db,) {}   // f
  @logged() get( id : ProductId /* g */, // h
     context : CallContext ) /* i */ : Promise<Product|Failure<CatalogError>> // j
  { return this . db.get( id ) } ; /* k */

        /* l */ search = async( query:string, limit :number ) : Promise< Page<Product> > =>{ return { items: [ ] , next:undefined } } // m
  /** n */
}
`;
    const { text, added, updated } = implement(prefix + odd);
    expect([added, updated]).toEqual([["touch"], []]);
    const end = text.indexOf("\n\n    async touch");
    expect(text.slice(0, end)).toBe((prefix + odd).slice(0, -"\n}\n".length));
    expect(text.slice(end)).toBe(
      `\n\n    async touch(context: CallContext): Promise<void> {\n      throw new Error("Catalog.touch has no body yet");\n    }\n}\n`,
    );
  });

  test.each([
    "class Shop implements CatalogHandler {}",
    "class Shop implements CatalogHandler { }",
    "class Shop implements CatalogHandler {\n}",
  ])("an empty body: %j", (body) => {
    const { text } = implement(`${prefix}${body}\n`);
    expect(text).toBe(`${prefix}class Shop implements CatalogHandler {\n${get}\n${search}\n${touch}}\n`);
  });

  test("adds methods to a class expression", () => {
    const { text } = implement(`${prefix}export const Shop = class implements CatalogHandler {\n${get}};\n`);
    expect(text).toBe(
      `${prefix}export const Shop = class implements CatalogHandler {\n${get}\n${search}\n${touch}};\n`,
    );
  });

  test("adds methods to a class inside of a function, indented with tabs", () => {
    const before = `${prefix}function make() {\n\treturn class implements CatalogHandler {\n\t\ttouch() {}\n\t};\n}\n`;
    const { text, added } = implement(before);
    expect(added).toEqual(["get", "search"]);
    expect(text).toContain(
      `\t\ttouch() {}\n\n\t\t/** Looks one product up. */\n\t\tasync get(id: ProductId, context: CallContext): Promise<Product | Failure<CatalogError>> {\n\t\t\tthrow new Error("Catalog.get has no body yet");\n\t\t}\n`,
    );
    expect(text).toMatch(/\n\t\t}\n\t};\n}\n$/);
  });

  test("writes CRLF where the file has CRLF", () => {
    const before = `${prefix}export class Shop implements CatalogHandler {\n${get}}\n`.replaceAll(
      "\n",
      "\r\n",
    );
    const { text } = implement(before);
    expect(text.replaceAll("\r\n", "\n")).toBe(
      `${prefix}export class Shop implements CatalogHandler {\n${get}\n${search}\n${touch}}\n`,
    );
    expect(
      text
        .split("\n")
        .slice(0, -1)
        .every((line) => line.endsWith("\r")),
    ).toBe(true);
  });

  test("with a byte order mark", () => {
    const { text } = implement(`\ufeff${prefix}class Shop implements CatalogHandler {}\n`);
    expect(text.startsWith(`\ufeff${prefix}`)).toBe(true);
    expect(text.slice(1)).not.toContain("\ufeff");
  });

  test("single quotes and no semicolons", () => {
    const before = `import type { CatalogHandler } from './gen/catalog.vox.js'\n\nclass Shop implements CatalogHandler {\n}\n`;
    const { text } = implement(before);
    expect(text).toContain(
      `import type { CatalogHandler, CatalogError, Product, ProductId } from './gen/catalog.vox.js'\nimport type { CallContext, Failure } from '@voxrpc/runtime'\nimport type { Page } from './gen/shared/common.vox.js'\n\n`,
    );
    expect(text).toContain(`throw new Error('Catalog.get has no body yet')\n`);
  });

  test("members under a string, a computed name, a getter, a parameter property, a base class of the file", () => {
    const text = `${prefix}class Base { touch() {} }
class Shop extends Base implements CatalogHandler {
  constructor(readonly search: CatalogHandler["search"]) { super(); }
  ["get"](id: bigint) { return this.find(id); }
  find(id: bigint): Product { throw id; }
}\n`;
    expect(implement(text)).toMatchObject({ unchanged: true, added: [], extra: [] });
  });

  test("statics and private names are no members of the handler", () => {
    const { added } = implement(
      `${prefix}class Shop implements CatalogHandler { static get() {} #touch() {} }\n`,
    );
    expect(added).toEqual(["get", "search", "touch"]);
  });

  test("a base class that is not in the file may have what is missing", () => {
    const text = `${prefix}class Shop extends Base implements CatalogHandler {\n${get}}\n`;
    expect(implement(text)).toMatchObject({
      unchanged: true,
      unsure: [
        { name: "search", reason: "Base may have it" },
        { name: "touch", reason: "Base may have it" },
      ],
    });
  });

  test("keeps methods that the schema has no more, and names them", () => {
    const gone = `  async remove(id: ProductId, context: CallContext): Promise<void> {}\n  close(): void {}\n`;
    const text = `${prefix}class Shop implements CatalogHandler {\n${get}\n${search}\n${touch}\n${gone}}\n`;
    expect(implement(text)).toMatchObject({ unchanged: true, extra: ["remove"] });
  });
});

describe("an existing object", () => {
  const handlerImport = `import { type CatalogHandler, catalogDispatcher } from "./gen/catalog.vox.js";\n`;

  test.each([
    ["a typed variable", "const handler: CatalogHandler = {", "};"],
    ["satisfies", "export const handler = {", "} satisfies CatalogHandler;"],
    ["as const satisfies", "export const handler = {", "} as const satisfies CatalogHandler;"],
    ["a typed property", "class App { handler: CatalogHandler = {", "}; }"],
    ["the argument of the dispatcher", "serve(url, catalogDispatcher({", "}));"],
    ["what a function returns", "function make(): CatalogHandler { return {", "}; }"],
    ["what an arrow function gives", "const make = (): CatalogHandler => ({", "});"],
    ["what an async function returns", "async function make(): Promise<CatalogHandler> { return {", "}; }"],
  ])("%s", (_, open, close) => {
    const { text, added, extra } = implement(
      `${handlerImport}${open}\n  get: (id) => find(id),\n  search(query) { return []; } // all\n${close}\n`,
    );
    expect([added, extra]).toEqual([["touch"], []]);
    expect(text).toContain(
      `${open}\n  get: (id) => find(id),\n  search(query) { return []; }, // all\n\n${touch.replace("  }\n", "  },\n")}${close}\n`,
    );
  });

  test("an empty one, and one of shorthands with a trailing comma", () => {
    expect(implement(`${handlerImport}const h: CatalogHandler = {};\n`).added).toEqual([
      "get",
      "search",
      "touch",
    ]);
    const { text, added } = implement(`${handlerImport}const h: CatalogHandler = { get, search, };\n`);
    expect(added).toEqual(["touch"]);
    expect(text).toContain(`= { get, search,\n\n  async touch(`);
  });

  test("what is spread into it may have what is missing", () => {
    const text = `${handlerImport}const h: CatalogHandler = { ...base, get };\n`;
    expect(implement(text)).toMatchObject({
      unchanged: true,
      unsure: [
        { name: "search", reason: "base may have it" },
        { name: "touch", reason: "base may have it" },
      ],
    });
  });

  test("names functions that the schema does not have", () => {
    const text = `${handlerImport}const h: CatalogHandler = { get, search, touch, remove() {}, limit: 5 };\n`;
    expect(implement(text)).toMatchObject({ unchanged: true, extra: ["remove"] });
  });
});

describe("names of the file", () => {
  test("an import under another name, and of a namespace", () => {
    const { text } = implement(
      `import type { CatalogHandler as Handler, Product as Thing } from "./gen/catalog.vox.ts";\nimport type * as common from "./gen/shared/common.vox.ts";\nclass Shop implements Handler {}\n`,
    );
    expect(text).toContain(`Promise<Thing | Failure<CatalogError>>`);
    expect(text).toContain(`Promise<common.Page<Thing>>`);
    expect(text).toContain(
      `import type { CatalogHandler as Handler, Product as Thing, CatalogError, ProductId } from "./gen/catalog.vox.ts";`,
    );
    expect(text).not.toContain(`import type { Page`);
  });

  test("the handler through a namespace", () => {
    const { text } = implement(
      `import * as shop from "./gen/catalog.vox.js";\nconst handler: shop.CatalogHandler = { search, touch };\n`,
    );
    expect(text).toContain("async get(id: shop.ProductId, context: CallContext)");
  });

  test("another path to the generated file is the file's own affair", () => {
    const { text } = implement(
      `import type { CatalogHandler } from "#gen/catalog.vox";\nclass Shop implements CatalogHandler {}\n`,
    );
    expect(text).toContain(`from "#gen/catalog.vox";\n`);
    expect(text).toContain(`import type { Page } from "#gen/shared/common.vox";\n`);
  });

  test("a name that is taken is imported under another one", () => {
    const { text } = implement(`interface Product { mine: true }\nconst Failure = 1;\n`);
    expect(text).toContain("Product as Product_");
    expect(text).toContain("Failure as Failure_");
    expect(text).toContain("Promise<Product_ | Failure_<CatalogError>>");
  });

  test("a platform type that the file hides", () => {
    const { text } = implement(`import { Promise } from "own";\n`);
    expect(text).toContain("): globalThis.Promise<void> {");
  });

  test("names are added to the import that is there, one a line where the others are", () => {
    const { text } = implement(
      `import {\n  catalogDispatcher,\n  type CatalogHandler, // ours\n} from "./gen/catalog.vox.js";\nclass Shop implements CatalogHandler {}\n`,
    );
    expect(text).toContain(
      `import {\n  catalogDispatcher,\n  type CatalogHandler,\n  type CatalogError,\n  type Product,\n  type ProductId, // ours\n} from`,
    );
  });

  test("a lost import of the handler is written again", () => {
    const { text, added } = implement("class Shop implements CatalogHandler {\n  touch() {}\n}\n");
    expect(added).toEqual(["get", "search"]);
    expect(text.match(/class /g)).toHaveLength(1);
    expect(text).toContain("import type { CatalogError, CatalogHandler, Product, ProductId }");
  });
});

describe("errors", () => {
  const failure = (run: () => unknown): ScaffoldError => {
    try {
      run();
    } catch (error) {
      if (error instanceof ScaffoldError) return error;
      throw error;
    }
    throw new Error("nothing was thrown");
  };
  const run = (existing: string, options: object = {}): ScaffoldError =>
    failure(() => implement(existing, shop(), options));

  test("a file that does not parse: with the place", () => {
    const error = run("class A {\n  get( {\n}\n");
    expect(error.code).toBe("SyntaxError");
    expect(error.place?.line).toBeGreaterThanOrEqual(2);
    expect(error.message).toMatch(/^\/app\/src\/catalog\.ts:\d+:\d+: \S/);
  });

  test.each(["x.js", "x.d.ts", "x.txt", "x"])("%s is no TypeScript module", (filePath) => {
    expect(run("", { filePath }).code).toBe("NotTypeScript");
  });

  test.each(["x.ts", "x.mts", "x.cts", "x.tsx"])("%s is one", (filePath) => {
    expect(implement("", shop(), { filePath }).added).toHaveLength(3);
  });

  test("an unknown service: with the nearest name", () => {
    const error = run("", { serviceName: "Catalgo" });
    expect(error).toMatchObject({ code: "UnknownService", help: "did you mean Catalog?" });
    expect(run("", { serviceName: "Zebra" }).help).toBe("the schemas declare Catalog");
  });

  test("a class of that name that is no handler", () => {
    expect(run("class CatalogService {}\n")).toMatchObject({ code: "NameTaken" });
  });

  const twice = `class One implements CatalogHandler {}\nconst two: CatalogHandler = {};\n`;

  test("several implementations, as long as none is chosen", () => {
    const error = run(twice);
    expect(error.code).toBe("Ambiguous");
    expect(error.message).toContain("One (line 1), two (line 2)");
    expect(implement(twice, shop(), { className: "two" }).text).toContain("const two: CatalogHandler = {\n");
    expect(implement(twice, shop(), { className: "One" }).text).toContain(
      "const two: CatalogHandler = {};\n",
    );
  });

  test("a chosen name that is not there is a new class", () => {
    expect(implement(twice, shop(), { className: "Three" }).text).toContain(
      `${twice}\n/** Answers the calls of Catalog. */\nexport class Three implements CatalogHandler {`,
    );
  });
});

test("an application's file in another folder than the schemas", () => {
  const { text } = implementService({
    model: shop(methods),
    serviceName: "Catalog",
    existing: undefined,
    filePath: "catalog.ts",
    generatedImport: "../../gen/catalog.vox.js",
  });
  expect(text).toContain(`from "../../gen/shared/common.vox.js";`);
});
