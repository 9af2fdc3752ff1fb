/**
 * The memory that the values of a shape take at least: what counts promise before their elements are made. What a value
 * takes beyond that is counted where it is read: elements of containers, options that are present, larger variants.
 * Generated code has the same figures as constants.
 */
import {
  arrayBytes,
  fixedArrayBytes,
  listedBytes,
  mapBytes,
  mapEntryBytes,
  membersBytes,
  primitiveBytes,
  setBytes,
  setEntryBytes,
  slotBytes,
  tupleBytes,
  typedArrayBytes,
} from "./heap-bytes.js";
import type { EnumShape, FieldShape, OptionShape, ResultShape, Shape, VariantShape } from "./shape.js";

/* Shapes are constants of generated code: what is known about them is kept as long as they are. */
const known = /*@__PURE__*/ new WeakMap<Shape, number>();
/** Shapes inside each other before giving up: shapes made anew at every look would have no end. */
const maxOpen = 10_000;

/** Bytes of the smallest value, beside its slot. */
export function decodedBytes(shape: Shape): number {
  let bytes = known.get(shape);
  if (bytes === undefined) {
    bytes = measure(shape, new Set());
    // A type that has no finite value is never read.
    if (!Number.isFinite(bytes)) bytes = 0;
    known.set(shape, bytes);
  }
  return bytes;
}

/** Bytes of an element of a list or fixed array, its slot included. */
export function elementBytes(element: Shape): number {
  const isPrimitive = element.kind === "primitive";
  return slotBytes + (isPrimitive ? listedBytes(element.type, element.asNumber) : decodedBytes(element));
}

/** Bytes of an entry of a Set. */
export function setElementBytes(element: Shape): number {
  return setEntryBytes + decodedBytes(element);
}

/** Bytes of an entry of a Map. */
export function entryBytes(key: Shape, value: Shape): number {
  return mapEntryBytes + decodedBytes(key) + decodedBytes(value);
}

/** What an option takes that is present. */
export function presentBytes({ element, wrapped }: OptionShape): number {
  const bytes = decodedBytes(element);
  return wrapped ? membersBytes([bytes]) : bytes;
}

/** What a variant of an enum, or a side of a result, takes beyond the smallest one. */
export function extraBytes(shape: EnumShape | ResultShape, index: number): number {
  if (shape.kind === "enum" && shape.literal) return 0;
  const extra = (sidesOf(shape, decodedBytes)[index] ?? 0) - decodedBytes(shape);
  return Number.isFinite(extra) ? extra : 0;
}

/** A type that is being measured already is infinite there: a value of it without end cannot be the smallest. */
function measure(shape: Shape, open: Set<Shape>): number {
  if (open.has(shape) || open.size > maxOpen) return Number.POSITIVE_INFINITY;
  const bytes = known.get(shape);
  if (bytes !== undefined) return bytes;
  open.add(shape);
  const size = measureOpen(shape, (part) => measure(part, open));
  open.delete(shape);
  return size;
}

function measureOpen(shape: Shape, of: (part: Shape) => number): number {
  switch (shape.kind) {
    case "primitive":
      return primitiveBytes(shape.type, shape.asNumber);
    // Handles are bounded by their own limit, and are no elements of containers.
    case "channel":
    case "option":
      return 0;
    case "list":
      return shape.typed ? typedArrayBytes : arrayBytes;
    case "map":
      return mapBytes;
    case "set":
      return setBytes;
    case "array":
      return shape.typed ? typedArrayBytes : fixedArrayBytes(shape.length, of(shape.element));
    case "tuple":
      return tupleBytes(shape.elements.map(of));
    case "result":
      return Math.min(...sidesOf(shape, of));
    case "struct":
      return membersBytes(fieldBytes(shape.fields(), of));
    case "tupleStruct": {
      const elements = shape.elements().map(of);
      return shape.isValue ? (elements[0] ?? 0) : tupleBytes(elements);
    }
    case "enum":
      return shape.literal ? 0 : Math.min(...sidesOf(shape, of));
  }
}

function sidesOf(shape: EnumShape | ResultShape, of: (part: Shape) => number): readonly number[] {
  return shape.kind === "enum"
    ? shape.variants.map((variant) => variantBytes(variant, of))
    : [shape.ok, shape.error].map((part) => membersBytes([0, of(part)]));
}

function variantBytes(variant: VariantShape, of: (part: Shape) => number): number {
  switch (variant.payload) {
    case "unit":
      return membersBytes([0]);
    case "struct":
      return membersBytes([0, ...fieldBytes(variant.fields(), of)]);
    default:
      return membersBytes([0, of(variant.shape())]);
  }
}

function fieldBytes(fields: readonly FieldShape[], of: (part: Shape) => number): number[] {
  return fields.map((field) => of(field.shape));
}
