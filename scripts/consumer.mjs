/**
 * A small application with the packed packages: its generated code compiles under the oldest TypeScript that the
 * READMEs name and under the newest, and it runs on each Node version. Versions that the registry does not have are
 * reported as skipped.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.mjs";

/** The oldest that the READMEs name, and the newest. tests/emit/compile.test.ts has those between. */
const compilers = ["5.7", "latest"];
/** Beside the version that runs this script. */
const nodes = ["20", "22", "24"].filter((version) => !process.version.startsWith(`v${version}.`));

const schema = `package shop
error enum ShopError { NotFound { id: u64 } }
struct Product { id: u64 name: string price: u32? }
service Catalog {
  get(id: u64) -> Product throws ShopError
  watch(prices: Tx<u32>)
}
`;

const application = `import { channel, DeclaredError, fail, partialDispatcher } from "@voxrpc/runtime";
import { connect, serve } from "@voxrpc/runtime/node";
import { Catalog, type CatalogHandler, catalogDispatcher } from "./gen/catalog.vox.js";

const handler: CatalogHandler = {
  get: (id) => (id === 1n ? { id, name: "apple" } : fail({ kind: "NotFound", id })),
  async watch(prices) {
    for (const price of [1, 2, 3]) await prices.send(price);
    await prices.close();
  },
};
const server = await serve("tcp://127.0.0.1:0", catalogDispatcher(handler));
const shop = await connect(server.url, Catalog, { reconnect: true });
const product = await shop.get(1n, { timeoutMs: 5000 });
const prices = channel<number>();
const watched = shop.watch(prices.tx);
let sum = 0;
for await (const price of prices.rx) sum += price;
await watched;
const missing = await shop.get(2n).catch((error: unknown) => (error instanceof DeclaredError ? error : undefined));
const part = await serve("tcp://127.0.0.1:0", partialDispatcher(catalogDispatcher, { get: handler.get }));
await part.close();
await shop.$close();
await server.close();
console.log(product.name, sum, missing?.name);
`;

const printed = "apple 6 DeclaredError";

/** @param folder an application into which the packages are installed */
export function checkConsumer(folder) {
  mkdirSync(join(folder, "src"));
  writeFileSync(join(folder, "src/catalog.vox"), schema);
  writeFileSync(join(folder, "src/app.ts"), application);
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(project));
  const call = (args) =>
    spawnSync("npx", args, { cwd: folder, encoding: "utf8", shell: process.platform === "win32" });
  const must = (what, { status, stdout, stderr }, expected = "") => {
    if (status !== 0 || !stdout.includes(expected)) throw new Error(`${what} failed:\n${stdout}${stderr}`);
    console.log(`${what}: passed`);
  };
  must("vox-gen generate", call(["vox-gen", "generate", "src/catalog.vox", "--out", "src/gen"]));
  const withPackage = (name, version, command) => ["--yes", "-p", `${name}@${version}`, ...command];
  for (const version of compilers) {
    const what = `generated code and application, TypeScript ${version}`;
    const had = call(withPackage("typescript", version, ["tsc", "--version"]));
    if (had.status !== 0) console.log(`${what}: skipped, that version is not to be had here`);
    else must(what, call(withPackage("typescript", version, ["tsc", "-p", "."])));
  }
  const own = spawnSync(process.execPath, ["out/app.js"], { cwd: folder, encoding: "utf8" });
  must(`application on Node ${process.version}`, own, printed);
  for (const version of nodes) {
    const what = `application on Node ${version}`;
    const had = call(withPackage("node", version, ["node", "--version"]));
    if (had.status !== 0 || !had.stdout.startsWith(`v${version}.`))
      console.log(`${what}: skipped, that version is not to be had here`);
    else must(what, call(withPackage("node", version, ["node", "out/app.js"])), printed);
  }
}

const project = {
  compilerOptions: {
    target: "ES2022",
    lib: ["ES2022", "ESNext.Disposable", "DOM"],
    module: "nodenext",
    types: ["node"],
    typeRoots: [`${root}node_modules/@types`],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    // An application without it reads the declarations of the packages, too.
    skipLibCheck: false,
    rootDir: "src",
    outDir: "out",
  },
  files: ["src/app.ts"],
};
