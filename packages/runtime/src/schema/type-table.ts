/**
 * The types of one side while a plan is built. Each distinct type has a number and is resolved once. The table counts
 * all types that it looks at, so that schemas which grow without end reach a limit. Source: `protocol/schemas.md` §6.
 */
import type { Schema, SchemaKind, TypeId, TypeRef } from "./model.js";
import { bindParameters, mapTypeRefs, type SchemaLookup, substitute } from "./type-ref.js";

/** Thrown when a plan costs more than it may; caught where plans are built. */
export class PlanLimitReached extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "PlanLimitReached";
  }
}

/** A number of nodes, and how many of them are left. */
export class Budget {
  #left: number;
  readonly #maximum: number;

  constructor(maximum: number) {
    this.#left = maximum;
    this.#maximum = maximum;
  }

  /** The number of nodes spent: all of them when they were not enough. */
  get spent(): number {
    return this.#maximum - Math.max(0, this.#left);
  }

  /** @throws PlanLimitReached */
  spend(amount: number): void {
    this.#left -= amount;
    if (this.#left < 0) throw new PlanLimitReached(`more than ${this.#maximum} types, fields and variants`);
  }
}

/** A resolved type: its kind with all variables replaced, or why it has no kind. */
export type Resolved =
  | { readonly found: "kind"; readonly kind: SchemaKind; readonly schema: Schema }
  | { readonly found: "nothing"; readonly missing: TypeRef };

/** Types of one side. */
export class TypeTable {
  /** Finds the schemas of this side. */
  readonly lookup: SchemaLookup;
  readonly #budget: Budget;
  readonly #byRef = new Map<TypeRef, number>();
  readonly #byKey = new Map<string, number>();
  readonly #resolved = new Map<number, Resolved>();
  readonly #weights = new Map<Schema, number>();

  constructor(lookup: SchemaLookup, maxNodes: number) {
    this.lookup = lookup;
    this.#budget = new Budget(maxNodes);
  }

  /** Types, fields and variants that were looked at. */
  get spent(): number {
    return this.#budget.spent;
  }

  /** The number of a type: equal exactly for equal ids with equal arguments. */
  number(ref: TypeRef): number {
    // Arguments that came through a variable are the same objects again: types that double at each level stay small.
    const known = this.#byRef.get(ref);
    if (known !== undefined) return known;
    const key =
      ref.tag === "var"
        ? JSON.stringify(ref.name)
        : `${ref.typeId}<${ref.args.map((arg) => this.number(arg)).join()}>`;
    const number = this.#byKey.get(key) ?? this.#byKey.size;
    this.#byKey.set(key, number);
    this.#byRef.set(ref, number);
    return number;
  }

  /** @throws PlanLimitReached */
  resolve(ref: TypeRef): Resolved {
    const number = this.number(ref);
    let resolved = this.#resolved.get(number);
    if (resolved === undefined) {
      resolved = this.#find(ref);
      this.#resolved.set(number, resolved);
    }
    return resolved;
  }

  #find(ref: TypeRef): Resolved {
    const schema = ref.tag === "var" ? undefined : this.lookup(ref.typeId);
    if (schema === undefined || ref.tag === "var") return { found: "nothing", missing: ref };
    this.#budget.spend(this.#weight(schema));
    if (schema.kind.tag === "primitive") return this.#primitive(schema, schema.kind, ref.args[0]);
    const bindings = bindParameters(schema.typeParams, ref.args);
    const kind =
      bindings.size === 0 ? schema.kind : mapTypeRefs(schema.kind, (inner) => substitute(inner, bindings));
    return { found: "kind", kind, schema };
  }

  /**
   * Bytes with an argument are a list: `Vec<u8>` and other lists share one description in the reference's extraction,
   * so in a root whose first list is a list of bytes, every list is described as bytes. Source: `protocol/schemas.md`
   * §3.1.
   */
  #primitive(
    schema: Schema,
    kind: Extract<SchemaKind, { tag: "primitive" }>,
    argument: TypeRef | undefined,
  ): Resolved {
    if (kind.primitiveType !== "bytes" || argument === undefined || this.isByte(argument)) {
      return { found: "kind", kind, schema };
    }
    return { found: "kind", kind: { tag: "list", element: argument }, schema };
  }

  /** Whether a type is u8. */
  isByte(ref: TypeRef): boolean {
    const kind = ref.tag === "var" ? undefined : this.lookup(ref.typeId)?.kind;
    return kind?.tag === "primitive" && kind.primitiveType === "u8";
  }

  /** What resolving a schema costs: one, and one for each member and each reference in it. */
  #weight(schema: Schema): number {
    let weight = this.#weights.get(schema);
    if (weight === undefined) {
      let counted = 1;
      mapTypeRefs(schema.kind, (ref) => {
        counted += countRefs(ref);
        return ref;
      });
      if (schema.kind.tag === "enum") counted += schema.kind.variants.length;
      weight = counted;
      this.#weights.set(schema, weight);
    }
    return weight;
  }
}

function countRefs(ref: TypeRef): number {
  return ref.tag === "var" ? 1 : ref.args.reduce((sum, arg) => sum + countRefs(arg), 1);
}

/**
 * How often a root uses each schema of a fixed array. Arrays of all lengths share one description in the reference's
 * extraction, so the length is certain only where it is used once. Source: `protocol/schemas.md` §3.1.
 */
export function arrayUses(root: TypeRef, lookup: SchemaLookup): ReadonlyMap<TypeId, number> {
  const uses = new Map<TypeId, number>();
  const seen = new Set<TypeId>();
  const waiting: TypeRef[] = [root];
  for (let ref = waiting.pop(); ref !== undefined; ref = waiting.pop()) {
    if (ref.tag === "var") continue;
    const { typeId } = ref;
    for (const arg of ref.args) waiting.push(arg);
    const schema = lookup(typeId);
    if (schema === undefined) continue;
    if (schema.kind.tag === "array") uses.set(typeId, (uses.get(typeId) ?? 0) + 1);
    if (seen.has(typeId)) continue;
    seen.add(typeId);
    mapTypeRefs(schema.kind, (inner) => {
      waiting.push(inner);
      return inner;
    });
  }
  return uses;
}
