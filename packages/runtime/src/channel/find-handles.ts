/** Finds the channel handles in arguments that were never encoded. Runs when a call fails before it is sent. */
import type { FieldShape, Shape, VariantShape } from "../shape/shape.js";
import { Rx } from "./rx.js";
import { Tx } from "./tx.js";

/** Nesting that is searched: as deep as encoders go. */
const maxDepth = 128;

/** The handles in a value, wherever its shape allows one. Never throws: a value that cannot be read has none. */
export function findHandles(shape: Shape, value: unknown): readonly (Tx<unknown> | Rx<unknown>)[] {
  const found: (Tx<unknown> | Rx<unknown>)[] = [];
  try {
    visit(shape, value, found, 0);
  } catch {
    // A getter has thrown: handles that were found before count.
  }
  return found;
}

function visit(shape: Shape, value: unknown, found: (Tx<unknown> | Rx<unknown>)[], depth: number): void {
  if (depth > maxDepth) return;
  if (value instanceof Tx || value instanceof Rx) {
    found.push(value);
  } else if (shape.kind === "option") {
    visit(shape.element, shape.wrapped ? memberOf(value, "some") : value, found, depth + 1);
  } else if (shape.kind === "tuple") {
    for (const [i, element] of shape.elements.entries()) visit(element, memberOf(value, i), found, depth + 1);
  } else if (shape.kind === "tupleStruct") {
    for (const [i, element] of shape.elements().entries())
      visit(element, shape.isValue ? value : memberOf(value, i), found, depth + 1);
  } else if (shape.kind === "struct") {
    visitFields(shape.fields(), value, found, depth);
  } else if (shape.kind === "enum" && !shape.literal) {
    const variant = shape.variants.find(({ name }) => name === memberOf(value, "kind"));
    if (variant !== undefined) visitPayload(variant, value, found, depth);
  }
}

function visitFields(
  fields: readonly FieldShape[],
  value: unknown,
  found: (Tx<unknown> | Rx<unknown>)[],
  depth: number,
): void {
  for (const { member, shape } of fields) visit(shape, memberOf(value, member), found, depth + 1);
}

function visitPayload(
  variant: VariantShape,
  value: unknown,
  found: (Tx<unknown> | Rx<unknown>)[],
  depth: number,
): void {
  if (variant.payload === "struct") visitFields(variant.fields(), value, found, depth);
  else if (variant.payload !== "unit") visit(variant.shape(), memberOf(value, "value"), found, depth + 1);
}

function memberOf(value: unknown, member: string | number): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string | number, unknown>)[member]
    : undefined;
}
