/** Whether a lock still says what the schemas say. */

import { typeIdText } from "@voxrpc/runtime/internal/schema";
import type { Model } from "../model/model.js";
import type { ConcreteType } from "../schema/concrete-type.js";
import { defaultText } from "./concrete-text.js";
import { type ChangeFinding, finding } from "./finding.js";
import { fingerprint } from "./lock.js";
import { type ContractSide, openSide, type SideMethod } from "./sides.js";

const none = { oldClient: "compatible", newClient: "compatible" } as const;

/**
 * A finding for each method of which the lock says something else: its id, its flags, its types, its defaults. The spans of
 * removed methods lie in the lock's files.
 */
export function compareLock(
  lock: Model,
  lockBase: string,
  model: Model,
  base: string,
): readonly ChangeFinding[] {
  const older = openSide(lock, lockBase);
  const newer = openSide(model, base);
  const found: ChangeFinding[] = [];
  for (const [id, after] of newer.methods) {
    const before = older.methods.get(id);
    const changes =
      before === undefined
        ? [`is new, with the id ${typeIdText(id)}`]
        : changesOf(older, before, newer, after);
    if (changes.length === 0) continue;
    const parameters = { method: after.title, change: changes.join(", ") };
    found.push(finding("VOX5070", after.method.span, parameters, none, [after.title]));
  }
  for (const [id, before] of older.methods) {
    if (newer.methods.has(id)) continue;
    const service = newer.services.get(keyOf(older, before));
    const span = service?.span ?? placeIn(newer) ?? before.method.span;
    const parameters = { method: before.title, change: `is gone, with the id ${typeIdText(id)}` };
    found.push(finding("VOX5070", span, parameters, none, [before.title]));
  }
  return found;
}

function keyOf(side: ContractSide, { service }: SideMethod): string {
  return [...side.services].find(([, one]) => one === service)?.[0] ?? "";
}

function placeIn({ model }: ContractSide): { file: string; start: number; end: number } | undefined {
  const [file] = model.files;
  return file === undefined ? undefined : { file: file.path, start: 0, end: 0 };
}

function changesOf(
  older: ContractSide,
  before: SideMethod,
  newer: ContractSide,
  after: SideMethod,
): readonly string[] {
  const changes: string[] = [];
  for (const flag of ["idempotent", "persist"] as const) {
    if (before.method[flag] === after.method[flag]) continue;
    changes.push(after.method[flag] ? `is @${flag} now` : `is no longer @${flag}`);
  }
  const isSame = (half: "args" | "response"): boolean =>
    fingerprint(before.schemas[half]) === fingerprint(after.schemas[half]) &&
    defaultsText(older, before, half) === defaultsText(newer, after, half);
  if (!isSame("args")) changes.push("takes other arguments");
  if (!isSame("response")) changes.push("has another result or declared error");
  return changes;
}

/** Declared defaults of everything in one half of a method: they are no part of any announcement. */
function defaultsText({ cache }: ContractSide, { method }: SideMethod, half: "args" | "response"): string {
  const { types } = cache;
  const roots =
    half === "args"
      ? method.args.map(({ type }) => types.resolve(type))
      : [method.returns, ...(method.throws === undefined ? [] : [method.throws])].map((type) =>
          types.resolve(type),
        );
  const seen = new Set<ConcreteType>();
  const lines = new Set<string>();
  const pending = [...roots];
  for (let type = pending.pop(); type !== undefined; type = pending.pop()) {
    if (seen.has(type)) continue;
    seen.add(type);
    if (type.kind === "named") {
      pending.push(...types.members(type).map((member) => member.type));
      const { declaration } = type;
      for (const field of declaration.kind === "struct" ? declaration.fields : []) {
        const value = (field as { readonly default?: Parameters<typeof defaultText>[0] }).default;
        if (value !== undefined) lines.add(`${declaration.name}.${field.name}=${defaultText(value)}`);
      }
    } else if (type.kind === "tuple") pending.push(...type.elements);
    else if (type.kind === "map") pending.push(type.key, type.value);
    else if (type.kind === "result") pending.push(type.ok, type.error);
    else if (type.kind !== "primitive") pending.push(type.element);
  }
  return [...lines].sort().join("\n");
}
