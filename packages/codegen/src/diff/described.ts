/**
 * Whether a reader takes a plan for its own: the runtime compares the plan with the types that it really has, because a
 * schema may describe another instance, and refuses where they differ. The same steps as there (`plan/check-shape.ts` of
 * the runtime), over types in place of shapes.
 */
import {
  type FieldsPlan,
  type PlanNode,
  sameTypeRef,
  type VariantPlan,
} from "@voxrpc/runtime/internal/schema";
import type { EnumDeclaration, Field, StructDeclaration, Variant } from "../model/model.js";
import type { ConcreteType, ConcreteTypes } from "../schema/concrete-type.js";
import { isBytes, isList, offsetsOf } from "./concrete-parts.js";

type Named = Extract<ConcreteType, { kind: "named" }>;
type Parts = readonly (readonly [PlanNode | undefined, ConcreteType | undefined])[];

/** Finds where a plan describes another type than the reader has. */
export class DescriptionCheck {
  private readonly types: ConcreteTypes;
  private readonly seen = new Map<PlanNode, Set<ConcreteType>>();

  constructor(types: ConcreteTypes) {
    this.types = types;
  }

  /** The first node that describes another type; undefined: none does, or nobody looks. */
  find(node: PlanNode, type: ConcreteType, isCertain = true): PlanNode | undefined {
    if (isCertain && node.same && sameTypeRef(node.remote, node.local)) return undefined;
    const seen = this.seen.get(node) ?? new Set();
    if (seen.has(type)) return undefined;
    this.seen.set(node, seen.add(type));
    const parts = this.partsOf(node, type);
    if (parts === undefined) return node;
    const inner = isCertain && !hasOtherArguments(node);
    for (const [part, partType] of parts) {
      if (part === undefined || partType === undefined) continue;
      const found = this.find(part, partType, inner);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Parts of a node with their types; undefined when the node describes another type. */
  private partsOf(node: PlanNode, type: ConcreteType): Parts | undefined {
    switch (node.kind) {
      case "direct":
        if (node.type === "bytes") return isBytes(type) ? [] : undefined;
        return type.kind === "primitive" && type.name === node.type ? [] : undefined;
      case "struct":
        if (type.kind !== "named" || type.declaration.kind !== "struct") return undefined;
        return type.declaration.name === node.name ? this.structParts(node.fields, type) : undefined;
      case "enum":
        return this.enumParts(node.variants, node.name, type);
      case "list":
        if (type.kind === "primitive" && type.name === "bytes")
          return node.element.kind === "direct" && node.element.type === "u8" ? [] : undefined;
        return isList(type) ? [[node.element, type.element]] : undefined;
      case "option":
        return type.kind === "option" ? [[node.element, type.element]] : undefined;
      case "array":
        return type.kind === "array" ? [[node.element, type.element]] : undefined;
      case "tuple":
        if (type.kind !== "tuple" || type.elements.length !== node.elements.length) return undefined;
        return node.elements.map((element, i) => [element, type.elements[i]]);
      case "map":
        if (type.kind !== "map") return undefined;
        return [
          [node.key, type.key],
          [node.value, type.value],
        ];
      case "channel":
        if (type.kind !== "channel" || type.direction !== node.direction) return undefined;
        return [[node.element, type.element]];
    }
  }

  private structParts(plan: FieldsPlan, type: Named): Parts | undefined {
    const { fields } = type.declaration as StructDeclaration;
    const members = this.types.members(type).map((member) => member.type);
    return fieldParts(plan, fields, members);
  }

  private enumParts(variants: readonly VariantPlan[], name: string, type: ConcreteType): Parts | undefined {
    if (type.kind === "result" && name === "Result") {
      return variants.map((plan) => [
        plan.form === "newtype" ? plan.node : undefined,
        plan.name === "Ok" ? type.ok : type.error,
      ]);
    }
    if (type.kind !== "named" || type.declaration.kind !== "enum" || type.declaration.name !== name)
      return undefined;
    const declaration = type.declaration as EnumDeclaration;
    const offsets = offsetsOf(declaration.variants);
    const members = this.types.members(type).map((member) => member.type);
    const parts: (readonly [PlanNode | undefined, ConcreteType | undefined])[] = [];
    for (const plan of variants) {
      if (plan.form === "unknown") continue;
      const own = declaration.variants.find((variant) => variant.name === plan.name);
      const found =
        own === undefined ? undefined : variantParts(plan, own, members.slice(offsets.get(own) ?? 0));
      if (found === undefined) return undefined;
      parts.push(...found);
    }
    return parts;
  }
}

/** @param members types from the first one of the variant on */
function variantParts(
  plan: VariantPlan,
  { form }: Variant,
  members: readonly ConcreteType[],
): Parts | undefined {
  switch (plan.form) {
    case "unknown":
    case "unit":
      return form.kind === plan.form ? [] : undefined;
    case "newtype":
      return form.kind === "newtype" ? [[plan.node, members[0]]] : undefined;
    case "tuple":
      if (form.kind !== "tuple" || form.types.length !== plan.elements.length) return undefined;
      return plan.elements.map((element, i) => [element, members[i]]);
    case "struct":
      return form.kind === "struct" ? fieldParts(plan.fields, form.fields, members) : undefined;
  }
}

function fieldParts(
  { steps }: FieldsPlan,
  fields: readonly Field[],
  members: readonly ConcreteType[],
): Parts | undefined {
  const parts: (readonly [PlanNode, ConcreteType | undefined])[] = [];
  for (const step of steps) {
    if (step.action === "skip") continue;
    const at = fields.findIndex(({ name }) => name === step.name);
    if (at < 0) return undefined;
    parts.push([step.node, members[at]]);
  }
  return parts;
}

/** Whether a declaration or a map has other arguments than the peer's. */
function hasOtherArguments({ kind, remote, local }: PlanNode): boolean {
  if (kind !== "struct" && kind !== "enum" && kind !== "map") return false;
  if (remote.tag === "var" || local.tag === "var") return true;
  return local.args.some((arg, i) => {
    const other = remote.args[i];
    return other === undefined || !sameTypeRef(arg, other);
  });
}
