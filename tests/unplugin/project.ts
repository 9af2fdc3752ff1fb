/** A project that imports a schema, in a folder of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

export const schema = `import { Money } from "../common/money.vox"

service Catalog {
  price(name: string) -> Money
}
`;

const app = `import { Catalog } from "./catalog.vox";
import { MoneyCodec } from "../common/money.vox";

export const found: string = Catalog.name;
export const bytes: Uint8Array = MoneyCodec.encode({ cents: 7 });
console.log(found, bytes.length);
`;

/** The folder of a project; disposing removes it. */
export function project(): Disposable & { readonly folder: string; write(path: string, text: string): void } {
  // Below the checkout, so that the bundlers find the runtime.
  mkdirSync(`${root}tests/unplugin/.projects`, { recursive: true });
  const folder = mkdtempSync(`${root}tests/unplugin/.projects/app-`);
  const write = (path: string, text: string): void => {
    mkdirSync(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    writeFileSync(`${folder}/${path}`, text);
  };
  write("package.json", '{ "type": "module", "private": true }');
  write("common/money.vox", "struct Money { cents: u32 }\n");
  write("src/catalog.vox", schema);
  write("src/app.ts", app);
  return { folder, write, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
