/** Method ids. Source: `protocol/schemas.md` §7. */
import { hash64 } from "./hash.js";
import { kebab } from "./kebab.js";

/**
 * The id of a method on the wire: a hash of `kebab(service).kebab(method)`. Neither the types nor the capitals of the
 * names change it.
 */
export function methodId(service: string, method: string): bigint {
  return hash64(new TextEncoder().encode(`${kebab(service)}.${kebab(method)}`));
}
