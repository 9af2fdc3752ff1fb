/** Whether a lock still agrees with the schemas. */

import { typeIdText } from "@voxrpc/runtime/internal/schema";
import type {
  EnumDeclaration,
  Field,
  Model,
  StructDeclaration,
  TupleStructDeclaration,
} from "../model/model.js";
import type { ConcreteType } from "../schema/concrete-type.js";
import { defaultText } from "./concrete-text.js";
import { type ChangeFinding, finding } from "./finding.js";
import { fingerprint } from "./lock.js";
import { type ContractSide, openSide, type SideMethod } from "./sides.js";

type MemberDeclaration = StructDeclaration | TupleStructDeclaration | EnumDeclaration;

const none = { oldClient: "compatible", newClient: "compatible" } as const;

/**
 * A finding for each method whose id, flags, types or defaults differ in the lock. The spans of removed methods are in
 * the lock's files.
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
  for (const half of ["args", "response"] as const) {
    const isSame = fingerprint(before.schemas[half]) === fingerprint(after.schemas[half]);
    const defaults = defaultChanges(defaultsOf(older, before, half), defaultsOf(newer, after, half));
    if (isSame && defaults.length === 0) continue;
    const text = half === "args" ? "takes other arguments" : "has another result or declared error";
    changes.push(defaults.length === 0 ? text : `${text} (${defaults.join(", ")})`);
  }
  return changes;
}

/** Names each default that is another one. */
function defaultChanges(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  const places = [...new Set([...before.keys(), ...after.keys()])].sort();
  return places.flatMap((place) => {
    const [was = "none", now = "none"] = [before.get(place), after.get(place)];
    return was === now ? [] : [`the default of ${place} is ${now}, was ${was}`];
  });
}

/** Declared defaults of everything in one half of a method, by place: they are no part of any announcement. */
function defaultsOf(
  { cache }: ContractSide,
  { method }: SideMethod,
  half: "args" | "response",
): ReadonlyMap<string, string> {
  const { types } = cache;
  const { args, returns, throws } = method;
  const roots =
    half === "args" ? args.map(({ type }) => type) : [returns, ...(throws === undefined ? [] : [throws])];
  const seen = new Set<ConcreteType>();
  const found = new Map<string, string>();
  const pending = roots.map((type) => types.resolve(type));
  for (let type = pending.pop(); type !== undefined; type = pending.pop()) {
    if (seen.has(type)) continue;
    seen.add(type);
    if (type.kind === "named") {
      pending.push(...types.members(type).map((member) => member.type));
      // Both sides were opened on a model: the declarations are those of the model.
      for (const [place, { default: value }] of fieldsOf(type.declaration as MemberDeclaration))
        if (value !== undefined) found.set(place, defaultText(value));
    } else if (type.kind === "tuple") pending.push(...type.elements);
    else if (type.kind === "map") pending.push(type.key, type.value);
    else if (type.kind === "result") pending.push(type.ok, type.error);
    else if (type.kind === "payload") pending.push(type.content);
    else if (type.kind !== "primitive") pending.push(type.element);
  }
  return found;
}

/** Fields of a struct, or of an enum's variants, as messages name them. */
function fieldsOf(declaration: MemberDeclaration): readonly (readonly [string, Field])[] {
  const { name } = declaration;
  if (declaration.kind === "tupleStruct") return [];
  if (declaration.kind === "struct")
    return declaration.fields.map((field) => [`${name}.${field.name}`, field] as const);
  return declaration.variants.flatMap((variant) =>
    variant.form.kind === "struct"
      ? variant.form.fields.map((field) => [`${name}::${variant.name}.${field.name}`, field] as const)
      : [],
  );
}
