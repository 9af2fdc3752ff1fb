/** The examples in docstrings are what an editor shows when it hovers: each compiles, with the names of its reader. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as cli from "@voxrpc/cli";
import * as codegen from "@voxrpc/codegen";
import * as react from "@voxrpc/react";
import * as runtime from "@voxrpc/runtime";
import * as link from "@voxrpc/runtime/link";
import * as node from "@voxrpc/runtime/node";
import * as otel from "@voxrpc/runtime/otel";
import * as proxy from "@voxrpc/runtime/proxy";
import * as sqlite from "@voxrpc/runtime/sqlite";
import * as store from "@voxrpc/runtime/store";
import * as testing from "@voxrpc/runtime/testing";
import * as web from "@voxrpc/runtime/web";
import { expect, it } from "vitest";
import { typeErrors } from "../support/type-errors.js";

const packages = fileURLToPath(new URL("../../packages/", import.meta.url));

/** What the reader of an example has: a service, its handler, an address. Types alone are imported by name. */
const own = `
import type { CallOptions, ConnectionAcceptor, Dispatcher, Link, ConnectionRequest, ContextKey, LinkPair, OperationStore, Telemetry } from "./types.js";
import type { Client, Service, Tx } from "@voxrpc/runtime/gen/v1";
export type { ConnectionAcceptor };
export interface Product { readonly id: bigint }
export interface User { readonly name: string }
interface CatalogClient extends Client {
  get(id: bigint, options?: { timeoutMs?: number }): Promise<Product>;
  watchPrices(of: string, prices: Tx<number>, options?: CallOptions): Promise<void>;
}
export declare const Catalog: Service<CatalogClient>;
export declare class CatalogHandler { get(id: bigint): Product }
export declare class Orders { constructor(user: User); readonly kind: "orders" }
export declare class MyStore implements OperationStore {
  admit: OperationStore["admit"]; lookup: OperationStore["lookup"]; seal: OperationStore["seal"];
  release: OperationStore["release"]; remove: OperationStore["remove"];
}
export declare const handler: CatalogHandler;
export declare function catalogDispatcher(handler: CatalogHandler): Dispatcher;
export declare function ordersDispatcher(handler: Orders): Dispatcher;
export declare function jobsDispatcher(handler: CatalogHandler): Dispatcher;
export declare function authenticate(request: ConnectionRequest): Promise<User>;
export declare function verify(token: string): User | undefined;
export declare function open(): Promise<Link>;
export declare function myLinkPair(): Promise<LinkPair>;
export declare const shop: CatalogClient;
export declare const url: string;
export declare const token: string;
export declare const user: ContextKey<User>;
export declare const link: Link;
export declare const dispatcher: Dispatcher;
export declare const telemetry: Telemetry;
export declare const app: import("node:http").RequestListener;
export declare const apple: Product;
export declare const signal: AbortSignal;
export declare function show(value: number | string): void;
`;
const ownNames = [...own.matchAll(/^export (?:declare )?(?:const|function|class|interface) (\w+)/gm)].map(
  ([, name = ""]) => name,
);
const types = `
export type { CallOptions, ConnectionAcceptor, ConnectionRequest, ContextKey, Dispatcher } from "@voxrpc/runtime";
export type { Link } from "@voxrpc/runtime/link";
export type { OperationStore } from "@voxrpc/runtime/store";
export type { LinkPair } from "@voxrpc/runtime/testing";
export type { Telemetry } from "@voxrpc/runtime/otel";
`;

interface Example {
  readonly file: string;
  readonly code: string;
}

const examples: readonly Example[] = readdirSync(packages, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => /^\w+\/src\/.*\.ts$/.test(path) && !/\.(test|fixture)/.test(path))
  .sort()
  .flatMap((file) =>
    [...readFileSync(`${packages}${file}`, "utf8").matchAll(/^ *\* ```ts\n(.*?)^ *\* ```/gms)].map(
      ([, lines = ""]) => ({ file, code: lines.replaceAll(/^ *\* ?/gm, "") }),
    ),
  );

/** A module of one example: it imports whatever it uses and does not declare. */
function moduleOf({ file, code }: Example): string {
  const entries: readonly (readonly [string, readonly string[]])[] = [
    // The browser's `connect` is another one.
    ...(file.includes("/web/") ? [["@voxrpc/runtime/web", Object.keys(web)] as const] : []),
    ...(file.startsWith("react/")
      ? ([
          ["@voxrpc/react", Object.keys(react)],
          ["@voxrpc/runtime/web", Object.keys(web)],
        ] as const)
      : []),
    ...(file.startsWith("codegen/") ? [["@voxrpc/codegen", Object.keys(codegen)] as const] : []),
    ...(file.startsWith("cli/") ? [["@voxrpc/cli", Object.keys(cli)] as const] : []),
    ["@voxrpc/runtime/node", Object.keys(node)],
    ["@voxrpc/runtime", Object.keys(runtime)],
    ["@voxrpc/runtime/link", Object.keys(link)],
    ["@voxrpc/runtime/store", Object.keys(store)],
    ["@voxrpc/runtime/proxy", Object.keys(proxy)],
    ["@voxrpc/runtime/testing", Object.keys(testing)],
    ["@voxrpc/runtime/otel", Object.keys(otel)],
    ["@voxrpc/runtime/sqlite", Object.keys(sqlite)],
    ["node:http", ["createServer"]],
    ["node:child_process", ["spawn"]],
    ["vitest", ["expect", "it"]],
    ["./own.js", [...ownNames, "ConnectionAcceptor"]],
  ];
  const words = new Set(code.match(/(?<![.\w"])\w+/g));
  const declared = new Set([...code.matchAll(/(?:const|let|function|class) (\w+)/g)].map(([, name]) => name));
  const imports: string[] = [];
  for (const [from, names] of entries) {
    const used = names.filter((name) => words.has(name) && !declared.has(name));
    for (const name of used) words.delete(name);
    if (used.length > 0)
      imports.push(
        `import { ${used.map((name) => (/^(?:User|Product|ConnectionAcceptor)$/.test(name) ? `type ${name}` : name)).join(", ")} } from "${from}";`,
      );
  }
  const isModule = code.includes("export ");
  return [...imports, isModule ? code : `export async function example() {\n${code}}`].join("\n");
}

it("compiles each of them", () => {
  expect(examples.length).toBeGreaterThan(15);
  const outputs = new Map([
    ["own.ts", own],
    ["types.ts", types],
    ...examples.map((example, index) => [nameOf(example, index), moduleOf(example)] as const),
  ]);
  const source = (entry: string): string[] => [`${packages}runtime/src/${entry}.ts`];
  const errors = typeErrors(outputs, undefined, {
    declaration: false,
    isolatedDeclarations: false,
    erasableSyntaxOnly: false,
    noUnusedLocals: false,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts"],
    paths: {
      "@voxrpc/runtime": source("index"),
      "@voxrpc/runtime/gen/v1": source("gen/v1"),
      "@voxrpc/runtime/link": source("public/link"),
      "@voxrpc/runtime/store": source("public/store"),
      "@voxrpc/runtime/proxy": source("public/proxy"),
      "@voxrpc/runtime/node": source("node/index"),
      "@voxrpc/runtime/web": source("web/index"),
      "@voxrpc/runtime/testing": source("testing/index"),
      "@voxrpc/runtime/otel": source("otel/index"),
      "@voxrpc/runtime/sqlite": source("sqlite/index"),
    },
  });
  expect(errors).toEqual([]);
}, 60_000);

function nameOf({ file }: Example, index: number): string {
  return `${file.replaceAll("/", "_").replace(/\.ts$/, "")}_${index}.ts`;
}
