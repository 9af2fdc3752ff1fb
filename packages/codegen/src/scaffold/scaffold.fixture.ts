/** Helpers for the tests of the scaffold: a shop's schema, and a run on a file of it. */
import { compile } from "../compile.js";
import { memoryHost } from "../host/memory-host.js";
import type { Model } from "../model/model.js";
import { type Implementation, type ImplementOptions, implementService } from "./index.js";

const common = `
struct Money { units: i64, currency: string }
struct Page<T> { items: T[], next: u32? }
`;

const types = `
import { Money, Page } from "./shared/common.vox"
type ProductId = u64
struct Product { id: ProductId, name: string, price: Money }
error enum CatalogError { NotFound, Limit(u32) }
`;

/** Methods of the service as long as a test does not request others. */
export const methods = `
  /// Looks one product up.
  get(id: ProductId) -> Product throws CatalogError
  search(query: string, limit: u32) -> Page<Product>
  touch()
`;

/** The shop's model, its service \`Catalog\` with these methods. */
export function shop(catalog: string = methods, extra = ""): Model {
  const texts = {
    "/shop/catalog.vox": `${types}${extra}service Catalog {${catalog}}`,
    "/shop/shared/common.vox": common,
  };
  const { model, diagnostics } = compile(memoryHost(texts), ["/shop/catalog.vox"]);
  if (model === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return model;
}

/** Runs on a file, then on the result, which must not change any more. */
export function implement(
  existing: string | undefined,
  model: Model = shop(),
  options: Partial<ImplementOptions> = {},
): Implementation {
  const all: ImplementOptions = {
    model,
    serviceName: "Catalog",
    existing,
    filePath: "/app/src/catalog.ts",
    generatedImport: "./gen/catalog.vox.js",
    ...options,
  };
  const result = implementService(all);
  const again = implementService({ ...all, existing: result.text });
  if (!again.unchanged || again.text !== result.text || again.added.length + again.updated.length > 0) {
    throw new Error(`a second run changes the file:\n${again.text}`);
  }
  return result;
}
