/** Facts about a plan's nodes that need all of them: recursive types are cycles. */
import type { FieldsPlan, PlanNode, VariantPlan } from "./plan-model.js";

/** The nodes directly inside a node. */
function childrenOf(node: PlanNode): readonly PlanNode[] {
  switch (node.kind) {
    case "direct":
      return [];
    case "struct":
      return childrenOfFields(node.fields);
    case "tuple":
      return node.elements;
    case "enum":
      return node.variants.flatMap(childrenOfVariant);
    case "map":
      return [node.key, node.value];
    default:
      return [node.element];
  }
}

function childrenOfFields(fields: FieldsPlan): readonly PlanNode[] {
  return fields.steps.flatMap((step) => (step.action === "read" ? [step.node] : []));
}

function childrenOfVariant(variant: VariantPlan): readonly PlanNode[] {
  switch (variant.form) {
    case "newtype":
      return [variant.node];
    case "tuple":
      return variant.elements;
    case "struct":
      return childrenOfFields(variant.fields);
    default:
      return [];
  }
}

/**
 * Settles `same`: it holds where a node claims it for itself and all nodes below keep the claim. It starts as each
 * node's own claim and is taken back upwards, so that a recursive type may be the same as itself.
 */
export function settleSame(nodes: readonly PlanNode[]): void {
  const parents = new Map<PlanNode, PlanNode[]>();
  for (const node of nodes) {
    for (const child of childrenOf(node)) {
      const known = parents.get(child);
      if (known === undefined) parents.set(child, [node]);
      else known.push(node);
    }
  }
  const waiting = nodes.filter((node) => !node.same);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const parent of parents.get(node) ?? []) {
      if (!parent.same) continue;
      parent.same = false;
      waiting.push(parent);
    }
  }
}
