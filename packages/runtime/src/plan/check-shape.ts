/**
 * Checks whether the schemas of this side describe its types. They may not: a root that uses a generic type with
 * several arguments describes the type once, as in its first use. That does no harm while a peer announces the same ids
 * and arguments. When arguments differ, the description of another use must not decide. Source: `protocol/schemas.md`
 * §3.1.
 */

import { sameTypeRef } from "../schema/type-ref.js";
import type { PayloadPrimitive, Shape, VariantShape } from "../shape/shape.js";
import type { FieldsPlan, ListNode, PlanNode, VariantPlan } from "./plan-model.js";

/** A node and the shape that it does not describe. */
export interface Disagreement {
  readonly node: PlanNode;
  readonly shape: Shape;
}

/** The first node whose local type is not that of its shape. */
export function findDisagreement(root: PlanNode, shape: Shape): Disagreement | undefined {
  return new ShapeCheck().check(root, shape, true);
}

class ShapeCheck {
  readonly #seen = new Map<PlanNode, Set<Shape>>();

  /** @param isCertain whether nothing around the node may describe another use */
  check(node: PlanNode, shape: Shape, isCertain: boolean): Disagreement | undefined {
    if (isCertain && node.same && sameTypeRef(node.remote, node.local)) return undefined;
    const seen = this.#seen.get(node) ?? new Set();
    if (seen.has(shape)) return undefined;
    this.#seen.set(node, seen.add(shape));
    const inner = isCertain && !hasOtherArguments(node);
    const all = (parts: readonly (readonly [PlanNode | undefined, Shape])[]): Disagreement | undefined => {
      for (const [part, partShape] of parts) {
        const found = part === undefined ? undefined : this.check(part, partShape, inner);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    const parts = partsOf(node, shape);
    return parts === undefined ? { node, shape } : all(parts);
  }
}

/**
 * Whether a declaration, or a map, which may be described as one with equal halves, has other arguments than the
 * peer's.
 */
function hasOtherArguments(node: PlanNode): boolean {
  if (node.kind !== "struct" && node.kind !== "enum" && node.kind !== "map") return false;
  const { remote, local } = node;
  if (remote.tag === "var" || local.tag === "var") return true;
  return local.args.some((arg, i) => {
    const other = remote.args[i];
    return other === undefined || !sameTypeRef(arg, other);
  });
}

type Parts = readonly (readonly [PlanNode | undefined, Shape])[];

/** The parts of a node with their shapes; undefined when the node describes another type. */
function partsOf(node: PlanNode, shape: Shape): Parts | undefined {
  if (shape.kind === "tupleStruct" && shape.isTransparent) {
    const [only] = shape.elements();
    return only === undefined ? undefined : partsOf(node, only);
  }
  switch (node.kind) {
    case "direct":
      return isDirect(node.type, shape) ? [] : undefined;
    case "struct":
      if (shape.kind !== "struct" || shape.name !== node.name) return undefined;
      return fieldParts(node.fields, shape.fields());
    case "enum":
      return enumParts(node.variants, node.name, shape);
    case "list":
      // Where a list came first, bytes are described as a list of u8.
      if (shape.kind === "primitive" && shape.type === "bytes") return isByteList(node) ? [] : undefined;
      return shape.kind === "list" || shape.kind === "set" ? [[node.element, shape.element]] : undefined;
    case "option":
    case "array":
      return shape.kind === node.kind ? [[node.element, shape.element]] : undefined;
    case "tuple": {
      const shapes =
        shape.kind === "tuple" ? shape.elements : shape.kind === "tupleStruct" ? shape.elements() : [];
      if (shapes.length !== node.elements.length) return undefined;
      return node.elements.map((element, i) => [element, shapes[i] as Shape]);
    }
    case "map":
      if (shape.kind !== "map") return undefined;
      return [
        [node.key, shape.key],
        [node.value, shape.value],
      ];
    case "channel":
      if (shape.kind !== "channel" || shape.direction !== node.direction) return undefined;
      return [[node.element, shape.item.shape]];
  }
}

function isByteList({ element }: ListNode): boolean {
  return element.kind === "direct" && element.type === "u8";
}

/** What a schema calls `payload`, whatever is inside. */
const payloads: ReadonlySet<string> = /*@__PURE__*/ new Set<PayloadPrimitive>([
  "duration",
  "timedelta",
  "value",
]);

function isDirect(type: string, shape: Shape): boolean {
  if (shape.kind === "payload") return type === "payload";
  if (shape.kind === "primitive") return (payloads.has(shape.type) ? "payload" : shape.type) === type;
  if (type !== "bytes" || (shape.kind !== "list" && shape.kind !== "set")) return false;
  return shape.element.kind === "primitive" && shape.element.type === "u8";
}

function fieldParts(plan: FieldsPlan, fields: readonly { name: string; shape: Shape }[]): Parts | undefined {
  const parts: (readonly [PlanNode, Shape])[] = [];
  for (const step of plan.steps) {
    if (step.action !== "read") continue;
    const field = fields.find(({ name }) => name === step.name);
    if (field === undefined) return undefined;
    parts.push([step.node, field.shape]);
  }
  return parts;
}

function enumParts(variants: readonly VariantPlan[], name: string, shape: Shape): Parts | undefined {
  if (shape.kind === "result" && name === "Result") {
    return variants.map((variant) => [
      variant.form === "newtype" ? variant.node : undefined,
      variant.name === "Ok" ? shape.ok : shape.error,
    ]);
  }
  if (shape.kind !== "enum" || shape.name !== name) return undefined;
  const parts: (readonly [PlanNode | undefined, Shape])[] = [];
  for (const plan of variants) {
    if (plan.form === "unknown") continue;
    const own = shape.variants.find((variant) => variant.name === plan.name);
    const found = own === undefined ? undefined : variantParts(plan, own);
    if (found === undefined) return undefined;
    parts.push(...found);
  }
  return parts;
}

function variantParts(plan: VariantPlan, variant: VariantShape): Parts | undefined {
  if (plan.form === "unit") return variant.payload === "unit" ? [] : undefined;
  if (plan.form === "newtype") {
    return variant.payload === "newtype" ? [[plan.node, variant.shape()]] : undefined;
  }
  if (plan.form === "struct") {
    return variant.payload === "struct" ? fieldParts(plan.fields, variant.fields()) : undefined;
  }
  if (plan.form === "unknown" || variant.payload !== "tuple") return undefined;
  const { elements } = variant.shape();
  if (elements.length !== plan.elements.length) return undefined;
  return plan.elements.map((element, i) => [element, elements[i] as Shape]);
}
