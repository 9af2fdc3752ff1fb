/**
 * Compares two types and builds the plan that reads or writes the one as the other. Source: `protocol/schemas.md` §6.
 */

import type { Schema, SchemaField, SchemaKind, SchemaVariant, TypeId, TypeRef } from "../schema/model.js";
import type { SchemaLookup } from "../schema/type-ref.js";
import { arrayUses, Budget, PlanLimitReached, type Resolved, TypeTable } from "../schema/type-table.js";
import { addSizes, inOrder, multiplySize, primitiveBytes, SkipBuilder } from "./build-skip.js";
import { settleSame } from "./plan-graph.js";
import type {
  ArrayNode,
  FieldStep,
  FieldsPlan,
  ListNode,
  OptionNode,
  Plan,
  PlanLimits,
  PlanNode,
  VariantPlan,
} from "./plan-model.js";
import { extendPath, type PlanProblem } from "./plan-problem.js";
import { type Pair, PlanReport } from "./plan-report.js";

type Kind<Tag extends SchemaKind["tag"]> = Extract<SchemaKind, { tag: Tag }>;

/** A plan, or every reason why there is none. */
export type PlanOutcome =
  | { readonly plan: Plan; readonly problems: readonly [] }
  | { readonly plan: undefined; readonly problems: readonly PlanProblem[] };

/** Builds one plan. */
export class PlanBuilder {
  readonly #nodes: PlanNode[] = [];
  readonly #known = new Map<string, PlanNode | undefined>();
  readonly #remote: TypeTable;
  readonly #local: TypeTable;
  readonly #remoteRoot: TypeRef;
  readonly #localRoot: TypeRef;
  readonly #report: PlanReport;
  readonly #skips: SkipBuilder;
  readonly #budget: Budget;
  readonly #maxDepth: number;
  #depth = 0;
  /** Whether the value is ours and the peer reads it: so are the items of a `Tx` whose announcement we read. */
  #isWriting: boolean;
  #remoteArrays: ReadonlyMap<TypeId, number> | undefined = undefined;
  #localArrays: ReadonlyMap<TypeId, number> | undefined = undefined;

  constructor(
    remoteRoot: TypeRef,
    remote: SchemaLookup,
    localRoot: TypeRef,
    local: SchemaLookup,
    limits: PlanLimits,
    isWriting: boolean,
  ) {
    this.#isWriting = isWriting;
    this.#remoteRoot = remoteRoot;
    this.#localRoot = localRoot;
    this.#remote = new TypeTable(remote, limits.maxNodes);
    this.#local = new TypeTable(local, limits.maxNodes);
    this.#budget = new Budget(limits.maxNodes);
    this.#maxDepth = limits.maxDepth;
    this.#report = new PlanReport(remote, local);
    this.#skips = new SkipBuilder(
      this.#remote,
      limits.maxDepth,
      (missing, path) => this.#report.unskippable(missing, localRoot, path),
      (payload, path) => this.#report.unskippablePayload(payload, localRoot, path),
    );
  }

  /** Types, fields and variants that were looked at. */
  get spent(): number {
    return this.#budget.spent + this.#remote.spent + this.#local.spent;
  }

  build(): PlanOutcome {
    let root: PlanNode | undefined;
    const pair: Pair = { remote: this.#remoteRoot, local: this.#localRoot, path: "" };
    try {
      root = this.#node(pair);
    } catch (error) {
      if (!(error instanceof PlanLimitReached)) throw error;
      this.#report.add("limit", pair, `the schemas cannot be compared: ${error.message}`);
    }
    if (root === undefined || this.#report.problems.length > 0)
      return { plan: undefined, problems: this.#report.problems };
    settleSame(this.#nodes);
    return { plan: { root, nodes: this.#nodes }, problems: [] };
  }

  /**
   * The node of a pair. A pair that was met before, also one that is still being built, gives the same node: the key
   * covers ids and arguments, so that a list in a list is not taken for a recursion, and whether it is written.
   */
  #node(pair: Pair): PlanNode | undefined {
    const numbers = `${this.#remote.number(pair.remote)}:${this.#local.number(pair.local)}`;
    const key = this.#isWriting ? `${numbers}w` : numbers;
    if (this.#known.has(key)) return this.#known.get(key);
    this.#known.set(key, undefined);
    this.#depth += 1;
    if (this.#depth > this.#maxDepth)
      throw new PlanLimitReached(`types nested deeper than ${this.#maxDepth}`);
    this.#budget.spend(1);
    const remote = this.#remote.resolve(pair.remote);
    const local = this.#local.resolve(pair.local);
    const node =
      remote.found === "nothing"
        ? this.#report.unresolved(pair, "remote", remote.missing)
        : local.found === "nothing"
          ? this.#report.unresolved(pair, "local", local.missing)
          : this.#compare(pair, key, remote, local);
    this.#depth -= 1;
    return node;
  }

  #compare(
    pair: Pair,
    key: string,
    remoteType: Extract<Resolved, { found: "kind" }>,
    localType: Extract<Resolved, { found: "kind" }>,
  ): PlanNode | undefined {
    const remote = remoteType.kind;
    const local = localType.kind;
    if (this.#isDirect(remote, local)) {
      const type = local.tag === "primitive" ? local.primitiveType : "bytes";
      return this.#keep(key, { ...this.#base(pair), kind: "direct", type, minBytes: primitiveBytes(type) });
    }
    switch (remote.tag) {
      case "struct":
        return local.tag === "struct"
          ? this.#struct(pair, key, remote, local)
          : this.#report.add("kind", pair);
      case "tuple":
        return local.tag === "tuple" ? this.#tuple(pair, key, remote, local) : this.#report.add("kind", pair);
      case "enum":
        return local.tag === "enum"
          ? this.#enumeration(pair, key, remote, local)
          : this.#report.add("kind", pair);
      case "list":
      case "option":
        if (local.tag !== remote.tag) return this.#report.add("kind", pair);
        return this.#holder(pair, key, remote.tag, remote.element, local.element);
      case "map":
        return local.tag === "map" ? this.#map(pair, key, remote, local) : this.#report.add("kind", pair);
      case "array":
        if (local.tag !== "array") return this.#report.add("kind", pair);
        return this.#array(pair, key, [remote, remoteType.schema], [local, localType.schema]);
      case "channel":
        if (local.tag !== "channel" || local.direction !== remote.direction)
          return this.#report.add("kind", pair);
        return this.#channel(pair, key, remote, local);
      case "primitive":
        return this.#report.add("kind", pair);
    }
  }

  /** Equal primitives, and bytes against a list of u8: the same encoding. */
  #isDirect(remote: SchemaKind, local: SchemaKind): boolean {
    const isBytes = (kind: SchemaKind, table: TypeTable): boolean =>
      kind.tag === "list"
        ? table.isByte(kind.element)
        : kind.tag === "primitive" && kind.primitiveType === "bytes";
    if (remote.tag === "primitive" && local.tag === "primitive") {
      return remote.primitiveType === local.primitiveType;
    }
    if (remote.tag === "list" && local.tag === "list") return false;
    return isBytes(remote, this.#remote) && isBytes(local, this.#local);
  }

  #keep<Node extends PlanNode>(key: string, node: Node): Node {
    this.#known.set(key, node);
    this.#nodes.push(node);
    return node;
  }

  #base(pair: Pair): Pair & { same: boolean; minBytes: number } {
    return { ...pair, same: true, minBytes: 0 };
  }

  #struct(pair: Pair, key: string, remote: Kind<"struct">, local: Kind<"struct">): PlanNode | undefined {
    if (remote.name !== local.name) return this.#report.namesDiffer(pair);
    const fields = { steps: [] as FieldStep[], defaults: [] as string[] };
    const node = this.#keep(key, { ...this.#base(pair), kind: "struct", name: local.name, fields });
    this.#fields(pair, fields, remote.fields, local.fields, (field) => field.required);
    node.minBytes = fieldsBytes(fields);
    node.same = isSameFields(fields, local.fields);
    return node;
  }

  #fields(
    pair: Pair,
    fields: { readonly steps: FieldStep[]; readonly defaults: string[] },
    remote: readonly SchemaField[],
    local: readonly SchemaField[],
    isRequired: (field: SchemaField) => boolean,
  ): void {
    this.#budget.spend(remote.length + local.length);
    const own = new Map(local.map((field) => [field.name, field]));
    const seen = new Set<string>();
    for (const field of remote) {
      const path = extendPath(pair.path, ".", field.name);
      const { name } = field;
      const target = own.get(name);
      if (target === undefined) {
        const step = this.#isWriting ? this.#absent(pair, field, local) : this.#skipped(field, path);
        if (step !== undefined) fields.steps.push(step);
        continue;
      }
      seen.add(name);
      const node = this.#node({ remote: field.typeRef, local: target.typeRef, path });
      if (node !== undefined) fields.steps.push({ name, action: "read", node });
    }
    for (const field of local) {
      if (seen.has(field.name)) continue;
      if (isRequired(field) && !this.#isWriting) this.#report.missing(pair, field, remote);
      else fields.defaults.push(field.name);
    }
  }

  #skipped({ name, typeRef }: SchemaField, path: string): FieldStep | undefined {
    const skip = this.#skips.build(typeRef, path, this.#depth);
    return skip && { name, action: "skip", skip };
  }

  /** What is written for a field that this side lacks. Only the peer has its default. */
  #absent(pair: Pair, field: SchemaField, local: readonly SchemaField[]): FieldStep | undefined {
    if (isOption(field.typeRef, this.#remote)) return { name: field.name, action: "none" };
    return this.#report.unwritable(pair, field, local);
  }

  #tuple(pair: Pair, key: string, remote: Kind<"tuple">, local: Kind<"tuple">): PlanNode | undefined {
    const elements: PlanNode[] = [];
    const { length } = remote.elements;
    if (length !== local.elements.length)
      return this.#report.lengthsDiffer(pair, length, local.elements.length);
    const node = this.#keep(key, { ...this.#base(pair), kind: "tuple", elements });
    this.#elements(pair.path, elements, remote.elements, local.elements);
    node.minBytes = addSizes(elements);
    return node;
  }

  #elements(path: string, elements: PlanNode[], remote: readonly TypeRef[], local: readonly TypeRef[]): void {
    this.#budget.spend(remote.length);
    for (const [index, ref] of remote.entries()) {
      const own = local[index];
      if (own === undefined) continue;
      const node = this.#node({ remote: ref, local: own, path: extendPath(path, ".", index) });
      if (node !== undefined) elements.push(node);
    }
  }

  #enumeration(pair: Pair, key: string, remote: Kind<"enum">, local: Kind<"enum">): PlanNode | undefined {
    if (remote.name !== local.name) return this.#report.namesDiffer(pair);
    const theirs = inOrder(remote.variants);
    const ours = inOrder(local.variants);
    this.#budget.spend(theirs.length + ours.length);
    const variants: VariantPlan[] = [];
    const localVariants = ours.map(({ name }) => name);
    const { name } = local;
    const node = this.#keep(key, { ...this.#base(pair), kind: "enum", name, variants, localVariants });
    const byName = new Map(ours.map((variant) => [variant.name, variant]));
    let isSame = theirs.length === ours.length;
    for (const variant of theirs) {
      const own = byName.get(variant.name);
      const plan: VariantPlan = own === undefined ? unknown(variant) : this.#variant(pair, variant, own);
      if (plan.form === "struct" && own?.payload.tag === "struct") {
        isSame &&= isSameFields(plan.fields, own.payload.fields);
      }
      variants.push(plan);
    }
    node.minBytes = theirs.length === 0 ? 1 : 1 + Math.min(...variants.map(variantBytes));
    const shared = Math.min(theirs.length, ours.length);
    const isAligned = theirs.slice(0, shared).every((variant, i) => variant.name === ours[i]?.name);
    node.same = isSame && isAligned;
    return node;
  }

  #variant(pair: Pair, remote: SchemaVariant, local: SchemaVariant): VariantPlan {
    const { name } = remote;
    const inner: Pair = { ...pair, path: extendPath(pair.path, "::", name) };
    const theirs = remote.payload;
    const ours = local.payload;
    if (theirs.tag === "unit" && ours.tag === "unit") return { name, form: "unit" };
    if (theirs.tag === "newtype" && ours.tag === "newtype") {
      const node = this.#node({ remote: theirs.typeRef, local: ours.typeRef, path: inner.path });
      return node === undefined ? unknown(remote) : { name, form: "newtype", node };
    }
    if (theirs.tag === "tuple" && ours.tag === "tuple") {
      const elements: PlanNode[] = [];
      const { length } = theirs.types;
      if (length === ours.types.length) this.#elements(inner.path, elements, theirs.types, ours.types);
      else this.#report.lengthsDiffer(inner, length, ours.types.length);
      return { name, form: "tuple", elements };
    }
    if (theirs.tag === "struct" && ours.tag === "struct") {
      const fields = { steps: [] as FieldStep[], defaults: [] as string[] };
      // Fields of struct variants are always written as required: whether one may be absent shows in its type alone.
      this.#fields(
        inner,
        fields,
        theirs.fields,
        ours.fields,
        (field) => !isOption(field.typeRef, this.#local),
      );
      return { name, form: "struct", fields };
    }
    this.#report.payloadsDiffer(inner, name, theirs.tag, ours.tag);
    return unknown(remote);
  }

  #holder(
    pair: Pair,
    key: string,
    kind: "list" | "option",
    remote: TypeRef,
    local: TypeRef,
  ): PlanNode | undefined {
    // The node is kept before its element is known, because the element may lead back to the node.
    const base = { ...this.#base(pair), minBytes: 1, element: undefined as never };
    const node: ListNode | OptionNode = kind === "list" ? { ...base, kind } : { ...base, kind };
    return this.#fill(this.#keep(key, node), "element", { remote, local, path: pair.path });
  }

  /** Sets a part of a node that is known already; undefined when the part is impossible. */
  #fill<Part extends string, Node extends PlanNode & { readonly [P in Part]: PlanNode }>(
    node: Node,
    part: Part,
    pair: Pair,
  ): Node | undefined {
    const built = this.#node(pair);
    if (built === undefined) return undefined;
    (node as { [P in Part]: PlanNode })[part] = built;
    return node;
  }

  #map(pair: Pair, key: string, remote: Kind<"map">, local: Kind<"map">): PlanNode | undefined {
    const parts = { key: undefined as never, value: undefined as never };
    const node = this.#keep(key, { ...this.#base(pair), kind: "map", minBytes: 1, ...parts });
    const { path } = pair;
    const hasKey = this.#fill(node, "key", { remote: remote.key, local: local.key, path }) !== undefined;
    const hasValue = this.#fill(node, "value", { remote: remote.value, local: local.value, path });
    return hasKey ? hasValue : undefined;
  }

  #array(
    pair: Pair,
    key: string,
    [remote, remoteSchema]: readonly [Kind<"array">, Schema],
    [local, localSchema]: readonly [Kind<"array">, Schema],
  ): PlanNode | undefined {
    this.#remoteArrays ??= arrayUses(this.#remoteRoot, this.#remote.lookup);
    this.#localArrays ??= arrayUses(this.#localRoot, this.#local.lookup);
    const isLengthShared = (this.#remoteArrays.get(remoteSchema.id) ?? 0) > 1;
    const isOwnShared = (this.#localArrays.get(localSchema.id) ?? 0) > 1;
    const isEqual = remote.length === local.length;
    if (!isEqual && !isLengthShared && !isOwnShared) return this.#report.add("array-length", pair);
    const node = this.#keep<ArrayNode>(key, {
      ...this.#base(pair),
      kind: "array",
      length: Number(remote.length),
      isLengthShared,
      element: undefined as never,
    });
    // A length of ours that is not certain is compared with that of our type when the plan is compiled.
    node.same = isEqual && (isLengthShared || !isOwnShared);
    const filled = this.#fill(node, "element", { ...pair, remote: remote.element, local: local.element });
    if (filled !== undefined) filled.minBytes = multiplySize(filled.element.minBytes, filled.length);
    return filled;
  }

  #channel(pair: Pair, key: string, remote: Kind<"channel">, local: Kind<"channel">): PlanNode | undefined {
    const { direction } = remote;
    const element = undefined as never;
    const node = this.#keep(key, { ...this.#base(pair), kind: "channel", direction, minBytes: 1, element });
    // A peer reads the items of a Tx by its own types alone: the handler writes them in its layout.
    const isWriting = this.#isWriting;
    this.#isWriting = direction === "tx";
    const filled = this.#fill(node, "element", { ...pair, remote: remote.element, local: local.element });
    this.#isWriting = isWriting;
    return filled;
  }
}

function isOption(ref: TypeRef, types: TypeTable): boolean {
  const resolved = types.resolve(ref);
  return resolved.found === "kind" && resolved.kind.tag === "option";
}

function unknown(variant: SchemaVariant): VariantPlan {
  return { name: variant.name, form: "unknown" };
}

/** Whether the remote fields are our fields, in our order. */
function isSameFields(fields: FieldsPlan, local: readonly SchemaField[]): boolean {
  return (
    fields.steps.length === local.length &&
    fields.steps.every((step, i) => step.action === "read" && step.name === local[i]?.name)
  );
}

function fieldsBytes(fields: FieldsPlan): number {
  return addSizes(
    fields.steps.map((step) =>
      step.action === "read" ? step.node : step.action === "skip" ? step.skip : { minBytes: 1 },
    ),
  );
}

function variantBytes(variant: VariantPlan): number {
  switch (variant.form) {
    case "newtype":
      return variant.node.minBytes;
    case "tuple":
      return addSizes(variant.elements);
    case "struct":
      return fieldsBytes(variant.fields);
    default:
      return 0;
  }
}
