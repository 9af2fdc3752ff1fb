/** Shapes in texts. */
import type { Shape } from "./shape.js";

/** A shape in a few words. */
export function describeShape(shape: Shape): string {
  if (shape.kind === "primitive") return shape.type;
  return shape.kind === "struct" || shape.kind === "enum" ? `${shape.kind} ${shape.name}` : shape.kind;
}
