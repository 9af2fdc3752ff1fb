/** Whether two references mean one type, by their ids alone. Source: `protocol/schemas.md` §4. */
import type { TypeId, TypeRef } from "../schema/model.js";

const listId: TypeId = 0x0a96b404b4d79d67n;

/**
 * Whether two uses mean one type: equal ids, equal arguments. A peer's list may carry more arguments than ours: Rust
 * announces a `HashSet` as a list with its hasher as second argument.
 */
export function sameType(local: TypeRef, remote: TypeRef): boolean {
  if (local.tag === "var" || remote.tag === "var") {
    return local.tag === "var" && remote.tag === "var" && local.name === remote.name;
  }
  if (local.typeId !== remote.typeId) return false;
  const isListWithMore = local.typeId === listId && remote.args.length > local.args.length;
  if (local.args.length !== remote.args.length && !isListWithMore) return false;
  return local.args.every((arg, index) => {
    const other = remote.args[index];
    return other !== undefined && sameType(arg, other);
  });
}
