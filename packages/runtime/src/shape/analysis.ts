/** What the slow paths need to know about a shape as a whole. */
import { partsOf, variantParts } from "./parts.js";
import type { Shape } from "./shape.js";

/** Shapes that are looked at before giving up: shapes that a getter makes at each access would have no end. */
const maxShapes = 10_000;

/* Shapes are constants of generated code: what is known about them is kept as long as they are. */
const knownRecursive = /*@__PURE__*/ new WeakMap<Shape, ReadonlySet<Shape>>();
const knownMinBytes = /*@__PURE__*/ new WeakMap<Shape, number>();

/** The structs, tuple structs and enums below `root` that contain themselves: those whose nesting is limited. */
export function recursiveShapes(root: Shape): ReadonlySet<Shape> {
  let recursive = knownRecursive.get(root);
  if (recursive === undefined) {
    recursive = findRecursive(root);
    knownRecursive.set(root, recursive);
  }
  return recursive;
}

function findRecursive(root: Shape): ReadonlySet<Shape> {
  const all = reachable(root);
  if (all.size >= maxShapes) return new Set();
  const named = [...all].filter(({ kind }) => kind === "struct" || kind === "tupleStruct" || kind === "enum");
  return new Set(named.filter((shape) => partsOf(shape).some((child) => reachable(child).has(shape))));
}

function reachable(root: Shape): ReadonlySet<Shape> {
  const seen = new Set<Shape>([root]);
  const waiting: Shape[] = [root];
  for (let shape = waiting.pop(); shape !== undefined && seen.size < maxShapes; shape = waiting.pop()) {
    for (const child of partsOf(shape)) {
      if (seen.has(child)) continue;
      seen.add(child);
      waiting.push(child);
    }
  }
  return seen;
}

/** Bytes of the smallest encoding of a shape's values: what `readCount` is given for an element. */
export function minBytes(shape: Shape): number {
  let bytes = knownMinBytes.get(shape);
  if (bytes === undefined) {
    bytes = measure(shape, new Set());
    knownMinBytes.set(shape, bytes);
  }
  return bytes;
}

/** A type that is being measured already is infinite there: a value of it without end cannot be the smallest. */
function measure(shape: Shape, open: Set<Shape>): number {
  if (open.has(shape) || open.size > maxShapes) return Number.POSITIVE_INFINITY;
  open.add(shape);
  const size = measureOpen(shape, open);
  open.delete(shape);
  return size;
}

function measureOpen(shape: Shape, open: Set<Shape>): number {
  const sum = (shapes: readonly Shape[]): number => shapes.reduce((total, s) => total + measure(s, open), 0);
  switch (shape.kind) {
    case "primitive":
      return primitiveBytes[shape.type] ?? 1;
    case "option":
    case "list":
    case "map":
    case "set":
    case "channel":
      return 1;
    case "array":
      return shape.length === 0 ? 0 : shape.length * measure(shape.element, open);
    case "tuple":
      return sum(shape.elements);
    case "result":
      return 1 + Math.min(measure(shape.ok, open), measure(shape.error, open));
    case "struct":
      return sum(partsOf(shape));
    case "tupleStruct":
      return sum(shape.elements());
    case "payload":
      return measure(shape.content, open);
    case "enum":
      return shape.variants.reduce(
        (least, variant) => Math.min(least, 1 + sum(variantParts(variant))),
        Number.POSITIVE_INFINITY,
      );
  }
}

/** Those that are not one byte at least. `never` has no encoding; one byte keeps its counts bounded. */
const primitiveBytes: Readonly<Partial<Record<string, number>>> = {
  unit: 0,
  f32: 4,
  f64: 8,
  char: 2,
  duration: 2,
  timedelta: 2,
};
