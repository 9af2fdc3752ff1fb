/** Whether a type is the same in both versions, all the way down: most are, and need no further look. */
import type { Field } from "../model/model.js";
import type { ConcreteType, ConcreteTypes } from "../schema/concrete-type.js";
import { partsOf } from "./concrete-parts.js";
import { concreteText, defaultText } from "./concrete-text.js";

/** Compares types of two versions and remembers what it found; one for a whole comparison. */
export class SameTypes {
  readonly #older: ConcreteTypes;
  readonly #newer: ConcreteTypes;
  readonly #same = new Set<string>();

  constructor(older: ConcreteTypes, newer: ConcreteTypes) {
    this.#older = older;
    this.#newer = newer;
  }

  /** Whether two types, and everything in them, are written the same: names, order, defaults, attributes of fields. */
  areSame(o: ConcreteType, n: ConcreteType): boolean {
    // The pairs that lead back here are assumed to be equal. The assumption holds when the search finds no difference.
    const assumed = new Set<string>();
    const pending: [ConcreteType, ConcreteType][] = [[o, n]];
    for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
      const [before, after] = pair;
      const key = `${before.number}:${after.number}`;
      if (assumed.has(key) || this.#same.has(key)) continue;
      assumed.add(key);
      if (ownText(before) !== ownText(after)) return false;
      const [oldParts, newParts] = [partsOf(before, this.#older), partsOf(after, this.#newer)];
      if (oldParts.length !== newParts.length) return false;
      for (const [i, part] of oldParts.entries()) pending.push([part, newParts[i] as ConcreteType]);
    }
    for (const key of assumed) this.#same.add(key);
    return true;
  }
}

const texts = new WeakMap<object, string>();

/** The properties of a type itself, without its parts. */
function ownText(type: ConcreteType): string {
  if (type.kind !== "named") {
    if (type.kind === "primitive") return type.name;
    if (type.kind === "array") return `array ${type.length}`;
    return type.kind === "channel" ? type.direction : type.kind;
  }
  let text = texts.get(type.declaration);
  if (text === undefined) {
    text = declarationText(type);
    texts.set(type.declaration, text);
  }
  return `${text} of ${type.args.map(concreteText).join(", ")}`;
}

function declarationText({ declaration }: Extract<ConcreteType, { kind: "named" }>): string {
  const head = `${declaration.kind} ${declaration.name}<${declaration.parameters.join()}>`;
  if (declaration.kind === "tupleStruct")
    return `${head} ${declaration.isTransparent === true ? "transparent" : ""}`;
  if (declaration.kind === "struct") return `${head} ${fieldsText(declaration.fields as readonly Field[])}`;
  if (declaration.kind !== "enum") return head;
  const variants = declaration.variants.map(({ name, form }) => {
    if (form.kind === "struct") return `${name} ${fieldsText(form.fields as readonly Field[])}`;
    return `${name} ${form.kind} ${form.kind === "tuple" ? form.types.length : ""}`;
  });
  return `${head} ${variants.join("; ")}`;
}

function fieldsText(fields: readonly Field[]): string {
  const text = ({ name, required, default: value }: Field): string =>
    `${name} ${required} ${value === undefined ? "" : defaultText(value)}`;
  return `{ ${fields.map(text).join("; ")} }`;
}
