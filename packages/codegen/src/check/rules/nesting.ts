import type { Type } from "../../model/model.js";
import { innerTypes } from "../../model/parts.js";
import { memberTypes } from "../../schema/index.js";
import { stronglyConnected } from "../graph.js";
import type { Linked, MemberDeclaration } from "../program.js";

type Declared = MemberDeclaration;

/** Most levels of a schema that peers follow. Source: `protocol/schemas.md` §6. */
const maxSchemaDepth = 128;

/**
 * Chains of declarations that nest more deeply than peers follow. Every struct, enum, option, list … on the way is one
 * level; a recursive type counts once, as a reader meets it.
 */
export function checkNesting(linked: Linked): void {
  const declared = [...linked.declarations.values()].filter((one): one is Declared => one.kind !== "alias");
  const levels = new Map<Declared, number>();
  const successors = (one: Declared): readonly Declared[] => memberTypes(one).flatMap(declarationsIn);
  for (const group of stronglyConnected(declared, successors)) {
    const members = new Set(group);
    const below = Math.max(0, ...group.flatMap(memberTypes).map((type) => levelsOf(type, levels)));
    const own = group.length === 1 ? 1 : longestWay(group, members, successors);
    for (const declaration of group) levels.set(declaration, own + below);
    const isBelowToo = group
      .flatMap(successors)
      .some((next) => !members.has(next) && (levels.get(next) ?? 0) > maxSchemaDepth);
    if (own + below <= maxSchemaDepth || isBelowToo) continue;
    const [first] = [...group].reverse();
    if (first !== undefined) linked.reporter.report("VOX3006", first.span, { limit: maxSchemaDepth });
  }
}

function declarationsIn(type: Type): readonly Declared[] {
  const inner = innerTypes(type).flatMap(declarationsIn);
  return type.kind === "named" ? [type.declaration, ...inner] : inner;
}

/** Levels of a type; declarations that are not measured yet are part of the same circle and count nothing. */
function levelsOf(type: Type, known: ReadonlyMap<Declared, number>): number {
  const inner = Math.max(0, ...innerTypes(type).map((part) => levelsOf(part, known)));
  if (type.kind === "primitive" || type.kind === "parameter") return 0;
  if (type.kind === "named") return (known.get(type.declaration) ?? 0) + inner;
  return type.kind === "alias" ? inner : inner + 1;
}

/** How deep one walk through a circle of declarations goes that enters each of them once. */
function longestWay(
  group: readonly Declared[],
  members: ReadonlySet<Declared>,
  successors: (one: Declared) => readonly Declared[],
): number {
  const seen = new Set<Declared>();
  let longest = 0;
  for (const root of group) {
    if (seen.has(root)) continue;
    seen.add(root);
    const path = [{ next: successors(root), at: 0 }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      longest = Math.max(longest, path.length);
      const next = top.next[top.at];
      top.at += 1;
      if (next === undefined) path.pop();
      else if (members.has(next) && !seen.has(next)) {
        seen.add(next);
        path.push({ next: successors(next), at: 0 });
      }
    }
  }
  return longest;
}
