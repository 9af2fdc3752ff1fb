/** The shapes directly inside a shape. */
import type { FieldShape, Shape, VariantShape } from "./shape.js";

/**
 * In the order of the encoding. Items of a channel lie elsewhere, but are of a shape inside it, and plans for them are
 * made with the others.
 */
export function partsOf(shape: Shape): readonly Shape[] {
  switch (shape.kind) {
    case "primitive":
      return [];
    case "payload":
      return [shape.content];
    case "tuple":
      return shape.elements;
    case "map":
      return [shape.key, shape.value];
    case "result":
      return [shape.ok, shape.error];
    case "channel":
      return [shape.item.shape];
    case "struct":
      return shape.fields().map(shapeOf);
    case "tupleStruct":
      return shape.elements();
    case "enum":
      return shape.variants.flatMap(variantParts);
    default:
      return [shape.element];
  }
}

/** The shapes of a variant's payload, in the order of the encoding. */
export function variantParts(variant: VariantShape): readonly Shape[] {
  switch (variant.payload) {
    case "unit":
      return [];
    case "newtype":
      return [variant.shape()];
    case "tuple":
      return variant.shape().elements;
    case "struct":
      return variant.fields().map(shapeOf);
  }
}

function shapeOf({ shape }: FieldShape): Shape {
  return shape;
}
