/** A plan and a shape that do not belong together: our schema describes another type than ours. */
import { CodecError, type CodecErrorCode } from "../errors.js";
import { describeShape } from "../shape/describe-shape.js";
import type { Shape } from "../shape/shape.js";
import type { PlanNode } from "./plan-model.js";

/** The node, if it is of that kind. @throws CodecError of that code otherwise */
export function checkedNode<Kind extends PlanNode["kind"]>(
  code: CodecErrorCode,
  node: PlanNode | undefined,
  kind: Kind,
  shape: Shape,
): Extract<PlanNode, { kind: Kind }> | undefined {
  if (node !== undefined && node.kind !== kind) throw mismatchOf(code, node, shape);
  return node as Extract<PlanNode, { kind: Kind }> | undefined;
}

/** Plan and shape do not belong together. */
export function mismatchOf(
  code: CodecErrorCode,
  node: PlanNode | undefined,
  shape: Shape,
  detail = `our schema describes ${describeNode(node)} where our type is ${describeShape(shape)}`,
): CodecError {
  return new CodecError(code, detail, { path: node?.path ?? "" });
}

/** A node's local type in a few words. */
function describeNode(node: PlanNode | undefined): string {
  if (node === undefined) return "another type";
  if (node.kind === "direct") return node.type;
  return node.kind === "struct" || node.kind === "enum" ? `${node.kind} ${node.name}` : node.kind;
}
