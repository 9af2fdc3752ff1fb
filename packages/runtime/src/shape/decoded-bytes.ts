/**
 * The least memory that the values of a shape take: readers check it against a count before they make the elements.
 * Further memory is counted when it is read: elements of containers, options that are present, larger variants.
 * Generated code has the same figures as constants.
 */
import {
  anyOfBytes,
  arrayBytes,
  fixedArrayBytes,
  leastEntryBytes,
  listedBytes,
  mapBytes,
  mapEntryBytes,
  membersBytes,
  optionBytes,
  presentExtra,
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
/** Shapes inside each other before giving up: shapes that a getter makes at each access would have no end. */
const maxOpen = 10_000;

/** Bytes of the smallest value, beside its slot. */
export function decodedBytes(shape: Shape): number {
  let bytes = known.get(shape);
  if (bytes === undefined) {
    bytes = finite(measure(shape, { shapes: new Set(), met: 0 }));
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
  return Math.max(leastEntryBytes, setEntryBytes + decodedBytes(element));
}

/** Bytes of an entry of a Map. */
export function entryBytes(key: Shape, value: Shape): number {
  return Math.max(leastEntryBytes, mapEntryBytes + decodedBytes(key) + decodedBytes(value));
}

/** What an option takes beyond its own bytes when it is present. */
export function presentBytes(shape: OptionShape): number {
  return finite(presentExtra(presentOf(shape, decodedBytes)));
}

/** What a variant of an enum, or a side of a result, takes beyond the smallest one. */
export function extraBytes(shape: EnumShape | ResultShape, index: number): number {
  if (shape.kind === "enum" && shape.literal) return 0;
  return finite(Math.max(0, (sidesOf(shape, decodedBytes)[index] ?? 0) - decodedBytes(shape)));
}

/** Shapes that are being measured, outermost first. */
interface Open {
  readonly shapes: Set<Shape>;
  /** How often one of them was met inside itself. */
  met: number;
}

/** A type that is being measured already is infinite there: a value of it without end cannot be the smallest. */
function measure(shape: Shape, open: Open): number {
  const bytes = known.get(shape);
  if (bytes !== undefined) return bytes;
  if (open.shapes.has(shape) || open.shapes.size > maxOpen) {
    open.met += 1;
    return Number.POSITIVE_INFINITY;
  }
  const { met } = open;
  open.shapes.add(shape);
  const size = measureOpen(shape, (part) => measure(part, open));
  open.shapes.delete(shape);
  // A size that depends on the shapes around it is not kept: alone it would differ.
  if (open.met === met) known.set(shape, size);
  return size;
}

function measureOpen(shape: Shape, of: (part: Shape) => number): number {
  switch (shape.kind) {
    case "primitive":
      return primitiveBytes(shape.type, shape.asNumber);
    // Handles have a limit of their own, and are never elements of containers.
    case "channel":
      return 0;
    case "option":
      return optionBytes(presentOf(shape, of));
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
      return anyOfBytes(sidesOf(shape, of));
    case "struct":
      return membersBytes(fieldBytes(shape.fields(), of));
    case "tupleStruct": {
      const elements = shape.elements().map(of);
      return shape.isValue ? (elements[0] ?? 0) : tupleBytes(elements);
    }
    case "payload":
      return of(shape.content);
    case "enum":
      return shape.literal ? 0 : anyOfBytes(sidesOf(shape, of));
  }
}

function presentOf({ element, wrapped }: OptionShape, of: (part: Shape) => number): number {
  return wrapped ? membersBytes([of(element)]) : of(element);
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

/** A type that has no finite value is never read. */
function finite(bytes: number): number {
  return Number.isFinite(bytes) ? bytes : 0;
}
