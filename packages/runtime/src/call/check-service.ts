/** Checks the service of which a client is made. */
import { shown } from "../options/checks.js";

/** @throws TypeError for a value that is not a service of a generated file */
export function checkService(service: unknown): void {
  const { name, create } = (service ?? {}) as { readonly name?: unknown; readonly create?: unknown };
  if (typeof name === "string" && typeof create === "function") return;
  throw new TypeError(`service must be a service of a generated file, like Catalog, got ${shown(service)}`);
}
