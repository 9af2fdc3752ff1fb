/** Method ids. Source: `protocol/schemas.md` §7. */
import { hash64 } from "./hash.js";
import { kebab } from "./kebab.js";

/**
 * The id that stands for a method on the wire: a hash of `kebab(service).kebab(method)`. Types play no part in it, and
 * neither does the way in which the names are capitalised.
 */
export function methodId(service: string, method: string): bigint {
  return hash64(new TextEncoder().encode(`${kebab(service)}.${kebab(method)}`));
}
