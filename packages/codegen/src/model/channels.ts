/** Types that hold a channel. A value of such a type belongs to one call and has no bytes of its own. */

import { memberTypes } from "../schema/index.js";
import type { Type, TypeDeclaration } from "./model.js";
import { writtenTypes } from "./parts.js";

/** Declarations that have a channel anywhere in their values: of the given ones, and of those that they name. */
export function channelHolders(declarations: Iterable<TypeDeclaration>): ReadonlySet<TypeDeclaration> {
  const known = new Set(declarations);
  const users = new Map<TypeDeclaration, TypeDeclaration[]>();
  const pending: TypeDeclaration[] = [];
  // A set goes on to what is added on the way: chains of any length need no stack.
  for (const declaration of known) {
    const { hasChannel, named } = mentions(memberTypes<Type>(declaration));
    if (hasChannel) pending.push(declaration);
    for (const other of named) {
      known.add(other);
      const list = users.get(other);
      if (list === undefined) users.set(other, [declaration]);
      else list.push(declaration);
    }
  }
  const holding = new Set<TypeDeclaration>();
  for (let declaration = pending.pop(); declaration !== undefined; declaration = pending.pop()) {
    if (holding.has(declaration)) continue;
    holding.add(declaration);
    for (const user of users.get(declaration) ?? []) pending.push(user);
  }
  return holding;
}

/** Returns a test of types: whether a Tx or Rx is anywhere in a type, structs and enums included. */
export function channelFinder(declarations: Iterable<TypeDeclaration>): (type: Type) => boolean {
  const holders = channelHolders(declarations);
  return (type) => {
    const { hasChannel, named } = mentions([type]);
    return hasChannel || [...named].some((declaration) => holders.has(declaration));
  };
}

interface Mentions {
  readonly hasChannel: boolean;
  readonly named: ReadonlySet<TypeDeclaration>;
}

/** Declarations that some types name, and whether a `Tx` or `Rx` is among the types without those declarations. */
function mentions(types: readonly Type[]): Mentions {
  const named = new Set<TypeDeclaration>();
  let hasChannel = false;
  const visit = (type: Type): void => {
    if (type.kind === "channel") hasChannel = true;
    if (type.kind === "alias" || type.kind === "named") named.add(type.declaration);
    for (const inner of writtenTypes(type)) visit(inner);
  };
  types.forEach(visit);
  return { hasChannel, named };
}
