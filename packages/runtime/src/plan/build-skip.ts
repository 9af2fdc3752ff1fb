/** From a remote type to what is needed to skip its values. Source: `protocol/postcard.md` §6. */
import type { SchemaKind, SchemaPrimitive, SchemaVariant, TypeRef } from "../schema/model.js";
import { PlanLimitReached, type TypeTable } from "../schema/type-table.js";
import type { SkipNode } from "./plan-model.js";

/** Bytes of the smallest encoding of each primitive. `never` has none; one byte keeps counts of it bounded. */
const smallest: Readonly<Record<SchemaPrimitive, number>> = {
  bool: 1,
  u8: 1,
  u16: 1,
  u32: 1,
  u64: 1,
  u128: 1,
  i8: 1,
  i16: 1,
  i32: 1,
  i64: 1,
  i128: 1,
  f32: 4,
  f64: 8,
  char: 2,
  string: 1,
  unit: 0,
  never: 1,
  bytes: 1,
  payload: 1,
};

/** Primitives whose encodings all have the size above and that have nothing to check. */
const fixed: ReadonlySet<SchemaPrimitive> = /*@__PURE__*/ new Set(["bool", "u8", "i8", "f32", "f64", "unit"]);

/** Sizes stop here: a sum of hostile lengths stays a number that can be multiplied. */
const largestSize = 0x7fff_ffff;

/** Bytes of the smallest encoding of a primitive. */
export function primitiveBytes(type: SchemaPrimitive): number {
  return smallest[type];
}

/** The sum of sizes, bounded. */
export function addSizes(parts: readonly { readonly minBytes: number }[]): number {
  return Math.min(
    largestSize,
    parts.reduce((sum, part) => sum + part.minBytes, 0),
  );
}

/** The size of an array, bounded. */
export function multiplySize(size: number, length: number): number {
  return size === 0 ? 0 : Math.min(largestSize, size * length);
}

/** Makes skip nodes; one for all skipped fields of a plan. */
export class SkipBuilder {
  readonly #table: TypeTable;
  readonly #maxDepth: number;
  readonly #onUnknown: (missing: TypeRef, path: string) => void;
  readonly #onPayload: (payload: TypeRef, path: string) => void;
  readonly #known = new Map<number, SkipNode>();
  readonly #open = new Set<SkipNode>();

  /**
   * @param onUnknown told about references that lead nowhere
   * @param onPayload told about payloads: a schema does not say where they end
   */
  constructor(
    table: TypeTable,
    maxDepth: number,
    onUnknown: (missing: TypeRef, path: string) => void,
    onPayload: (payload: TypeRef, path: string) => void,
  ) {
    this.#table = table;
    this.#maxDepth = maxDepth;
    this.#onUnknown = onUnknown;
    this.#onPayload = onPayload;
  }

  /**
   * The node of a type; undefined when a schema is missing.
   * @param depth types around it
   * @throws PlanLimitReached
   */
  build(ref: TypeRef, path: string, depth: number): SkipNode | undefined {
    if (depth + this.#open.size > this.#maxDepth) {
      throw new PlanLimitReached(`types nested deeper than ${this.#maxDepth}`);
    }
    const number = this.#table.number(ref);
    const known = this.#known.get(number);
    if (known !== undefined) {
      if (this.#open.has(known)) known.isRecursive = true;
      return known;
    }
    const resolved = this.#table.resolve(ref);
    if (resolved.found === "nothing") {
      this.#onUnknown(resolved.missing, path);
      return undefined;
    }
    const part = (inner: TypeRef): SkipNode | undefined => this.build(inner, path, depth);
    if (resolved.kind.tag === "primitive" && resolved.kind.primitiveType === "payload") {
      this.#onPayload(ref, path);
      return undefined;
    }
    return this.#make(ref, number, resolved.kind, part);
  }

  #make(
    remote: TypeRef,
    number: number,
    kind: SchemaKind,
    part: (ref: TypeRef) => SkipNode | undefined,
  ): SkipNode | undefined {
    const base = { remote, minBytes: 0, fixedBytes: undefined, isRecursive: false };
    switch (kind.tag) {
      case "primitive": {
        const type = kind.primitiveType;
        const size = smallest[type];
        const fixedBytes = fixed.has(type) ? size : undefined;
        return this.#keep(number, { ...base, kind: "primitive", type, minBytes: size, fixedBytes });
      }
      case "channel":
        return this.#keep(number, { ...base, kind: "channel", direction: kind.direction, minBytes: 1 });
      case "struct":
        return this.#all(number, base, kind.fields.map(typeOf), part);
      case "tuple":
        return this.#all(number, base, kind.elements, part);
      case "enum":
        return this.#enumeration(number, base, kind.variants, part);
      case "map":
        return this.#repeated(number, { ...base, kind: "list", parts: [] }, [kind.key, kind.value], part);
      case "array":
        return this.#array(number, base, kind.element, Number(kind.length), part);
      default:
        return this.#repeated(number, { ...base, kind: kind.tag, parts: [] }, [kind.element], part);
    }
  }

  #keep(number: number, node: SkipNode): SkipNode {
    this.#known.set(number, node);
    return node;
  }

  /** Builds the parts of a node that is known already, so that a part may lead back to it. */
  #parts(node: SkipNode, refs: readonly TypeRef[], part: (ref: TypeRef) => SkipNode | undefined): SkipNode[] {
    this.#open.add(node);
    const parts: SkipNode[] = [];
    for (const ref of refs) {
      const built = part(ref);
      if (built !== undefined) parts.push(built);
    }
    this.#open.delete(node);
    return parts;
  }

  #all(number: number, base: Base, refs: readonly TypeRef[], part: SkipOf): SkipNode {
    const parts: SkipNode[] = [];
    const node = this.#keep(number, { ...base, kind: "all", parts });
    parts.push(...this.#parts(node, refs, part));
    node.minBytes = addSizes(parts);
    node.fixedBytes = sumFixed(parts);
    return node;
  }

  #array(number: number, base: Base, ref: TypeRef, length: number, part: SkipOf): SkipNode {
    const parts: SkipNode[] = [];
    const node = this.#keep(number, { ...base, kind: "array", parts, length });
    parts.push(...this.#parts(node, [ref], part));
    const [element] = parts;
    node.minBytes = multiplySize(element?.minBytes ?? 0, length);
    if (length === 0) node.fixedBytes = 0;
    else if (element?.fixedBytes !== undefined) node.fixedBytes = multiplySize(element.fixedBytes, length);
    return node;
  }

  #repeated(
    number: number,
    node: Extract<SkipNode, { kind: "list" | "option" }> & { parts: readonly SkipNode[] },
    refs: readonly TypeRef[],
    part: SkipOf,
  ): SkipNode {
    const parts: SkipNode[] = [];
    const kept = this.#keep(number, { ...node, parts, minBytes: 1 });
    parts.push(...this.#parts(kept, refs, part));
    return kept;
  }

  #enumeration(number: number, base: Base, declared: readonly SchemaVariant[], part: SkipOf): SkipNode {
    const variants: (readonly SkipNode[])[] = [];
    const node = this.#keep(number, { ...base, kind: "enum", variants, minBytes: 1 });
    for (const variant of inOrder(declared)) variants.push(this.#parts(node, payloadTypes(variant), part));
    if (variants.length > 0) node.minBytes = 1 + Math.min(...variants.map(addSizes));
    return node;
  }
}

type Base = Pick<SkipNode, "remote" | "minBytes" | "fixedBytes" | "isRecursive">;
type SkipOf = (ref: TypeRef) => SkipNode | undefined;

function typeOf(field: { readonly typeRef: TypeRef }): TypeRef {
  return field.typeRef;
}

/** The types in a variant's payload, in the order of the encoding. */
function payloadTypes({ payload }: SchemaVariant): readonly TypeRef[] {
  switch (payload.tag) {
    case "unit":
      return [];
    case "newtype":
      return [payload.typeRef];
    case "tuple":
      return payload.types;
    case "struct":
      return payload.fields.map(typeOf);
  }
}

/** Variants by the index that is written. Indexes that leave gaps are no positions: the place in the list counts. */
export function inOrder(variants: readonly SchemaVariant[]): readonly SchemaVariant[] {
  const ordered = [...variants].sort((a, b) => a.index - b.index);
  return ordered.every((variant, position) => variant.index === position) ? ordered : variants;
}

function sumFixed(parts: readonly SkipNode[]): number | undefined {
  let sum = 0;
  for (const { fixedBytes } of parts) {
    if (fixedBytes === undefined) return undefined;
    sum += fixedBytes;
  }
  return Math.min(sum, largestSize);
}
