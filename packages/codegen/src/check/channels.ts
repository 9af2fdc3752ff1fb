/** Which types hold channels. */
import type { Type } from "../model/model.js";
import { innerTypes, type Linked, type MemberDeclaration, memberTypes } from "./program.js";

/** Returns a test of types: whether a Tx or Rx is anywhere in the type, structs and enums included. */
export function channelFinder(linked: Linked): (type: Type) => boolean {
  const holding = new Set<MemberDeclaration>();
  const users = new Map<MemberDeclaration, MemberDeclaration[]>();
  const pending: MemberDeclaration[] = [];
  for (const declaration of linked.declarations.values()) {
    if (declaration.kind === "alias") continue;
    for (const type of memberTypes(declaration)) {
      const { hasChannel, named } = namesIn(type);
      if (hasChannel) pending.push(declaration);
      for (const other of named) {
        const list = users.get(other) ?? [];
        list.push(declaration);
        users.set(other, list);
      }
    }
  }
  for (let declaration = pending.pop(); declaration !== undefined; declaration = pending.pop()) {
    if (holding.has(declaration)) continue;
    holding.add(declaration);
    pending.push(...(users.get(declaration) ?? []));
  }
  return (type) => {
    const { hasChannel, named } = namesIn(type);
    return hasChannel || named.some((declaration) => holding.has(declaration));
  };
}

/** Declarations that a type names, itself and in its arguments, and whether it has a channel without them. */
function namesIn(type: Type): {
  hasChannel: boolean;
  named: readonly MemberDeclaration[];
} {
  const named: MemberDeclaration[] = [];
  let hasChannel = false;
  const visit = (inner: Type): void => {
    if (inner.kind === "channel") hasChannel = true;
    if (inner.kind === "named") named.push(inner.declaration);
    innerTypes(inner).forEach(visit);
  };
  visit(type);
  return { hasChannel, named };
}
