/** Shapes in texts. */
import type { Shape } from "./shape.js";

/** A shape in a few words. */
export function describeShape(shape: Shape): string {
  if (shape.kind === "primitive") return shape.type;
  if (shape.kind === "tupleStruct") return `struct ${shape.name}`;
  return shape.kind === "struct" || shape.kind === "enum" ? `${shape.kind} ${shape.name}` : shape.kind;
}
