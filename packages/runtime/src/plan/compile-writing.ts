/**
 * From a plan to the function that writes by it, so that a peer reads our values by its own types alone: the
 * counterpart of `compile-plan.ts`. The plan says how the peer's bytes lie, the shape how our values look; where the
 * layouts are the same, the shape alone is followed. Source: `protocol/postcard.md` §6.
 */
import type { Writer } from "../bytes/writer.js";
import type { CodecError } from "../errors.js";
import { badLength, expectArrayOf, writeCount, writeTag } from "../postcard/counts.js";
import { EncodeFault, UnreadableItemFault } from "../postcard/faults.js";
import { writeNone, writeSome } from "../postcard/flags.js";
import { badVariant, expectArray, expectMap, expectObject, expectSet } from "../postcard/guards.js";
import { enter, leave } from "../postcard/nesting.js";
import { typedArrayProblem } from "../postcard/problems.js";
import type { Write } from "../shape/codec.js";
import { primitiveWriter } from "../shape/primitive-writers.js";
import type { EnumShape, FieldShape, ResultShape, Shape, VariantShape } from "../shape/shape.js";
import { type CodeMaker, CompiledCode, type Slot } from "./compiled-code.js";
import { checkedNode, mismatchOf } from "./mismatch.js";
import type { EnumNode, FieldsPlan, PlanNode, VariantPlan } from "./plan-model.js";
import { nameList } from "./plan-problem.js";

/** An object with members; some of them tell composites apart. */
interface Members {
  readonly [member: string]: unknown;
  readonly some?: unknown;
  readonly kind?: unknown;
  readonly ok?: unknown;
  readonly value?: unknown;
  readonly error?: unknown;
}

/**
 * The function that writes our values for a peer. It throws `UnreadableItemFault` for a value with a variant that the
 * peer lacks.
 *
 * @param node root of a plan for writing, whose shape has been checked
 * @throws CodecError `EncodeFailed` when plan and shape do not belong together
 */
export function compileWriting(node: PlanNode, shape: Shape): Write<unknown> {
  return new WritingCompiler(shape).write(node, shape);
}

class WritingCompiler implements CodeMaker<Write<unknown>> {
  readonly #code: CompiledCode<Write<unknown>>;
  readonly unfinished = unfinished;
  readonly mismatch = mismatch;

  constructor(root: Shape) {
    this.#code = new CompiledCode(root, this);
  }

  /** @param node undefined where the layouts are the same */
  write(node: PlanNode | undefined, shape: Shape): Write<unknown> {
    return this.#code.of(node, shape);
  }

  nested(slot: Slot<Write<unknown>>): Write<unknown> {
    return (w, p, value) => {
      enter(w);
      const end = slot.code(w, p, value);
      leave(w);
      return end;
    };
  }

  make(node: PlanNode | undefined, shape: Shape): Write<unknown> {
    switch (shape.kind) {
      case "primitive":
        if (node !== undefined) throw mismatch(node, shape);
        return primitiveWriter(shape);
      case "option":
        return this.#option(checked(node, "option", shape)?.element, shape.element, shape.wrapped);
      case "list":
        return this.#list(checked(node, "list", shape)?.element, shape);
      case "set":
        return this.#set(checked(node, "list", shape)?.element, shape.element);
      case "array":
        return this.#array(checked(node, "array", shape), shape);
      case "tuple":
        return this.#tuple(checked(node, "tuple", shape)?.elements, shape.elements, shape);
      case "map":
        return this.#map(checked(node, "map", shape), shape);
      case "struct": {
        const fields = this.#fields(checked(node, "struct", shape)?.fields, shape.fields(), shape);
        const { name } = shape;
        return (w, p, value) => fields(w, p, expectObject(value as Members, name));
      }
      case "tupleStruct":
        return this.#tupleStruct(node, shape);
      case "payload":
        if (node !== undefined) throw mismatch(node, shape);
        return this.write(undefined, shape.content);
      case "result":
        return this.#result(checked(node, "enum", shape), shape);
      case "enum":
        return this.#enumeration(checked(node, "enum", shape), shape);
      case "channel":
        throw mismatch(node, shape, "items hold no channels");
    }
  }

  #option(node: PlanNode | undefined, shape: Shape, wrapped: boolean): Write<unknown> {
    const element = this.write(node, shape);
    return (w, p, value) => {
      if (p === w.limit) w.grow(p, 1);
      if (value === undefined) return writeNone(w, p);
      const some = wrapped ? expectObject(value as Members, "Some").some : value;
      return element(w, writeSome(w, p), some);
    };
  }

  #list(node: PlanNode | undefined, shape: Extract<Shape, { kind: "list" }>): Write<unknown> {
    if (shape.typed && node !== undefined) throw mismatch(node, shape);
    const element = this.write(node, shape.element);
    const itemsOf = shape.typed ? typedArrays(shape.element) : expectArray;
    return (w, p, value) => {
      const items = itemsOf(value as unknown[]);
      const { length } = items;
      let at = count(w, p, length);
      for (let i = 0; i < length; i++) at = element(w, at, items[i]);
      return at;
    };
  }

  #set(node: PlanNode | undefined, shape: Shape): Write<unknown> {
    const element = this.write(node, shape);
    return (w, p, value) => {
      const set = expectSet(value as Set<unknown>);
      const { size } = set;
      let at = count(w, p, size);
      let written = 0;
      for (const item of set) {
        at = element(w, at, item);
        written += 1;
      }
      return written === size ? at : badLength(size, written);
    };
  }

  #array(
    node: Extract<PlanNode, { kind: "array" }> | undefined,
    shape: Extract<Shape, { kind: "array" }>,
  ): Write<unknown> {
    const { length } = shape;
    if (node !== undefined && node.length !== length && !node.isLengthShared) {
      throw mismatch(node, shape, `the peer's array has ${node.length} elements, ours ${length}`);
    }
    const inner = node?.element.same === true ? undefined : node?.element;
    if (shape.typed && inner !== undefined) throw mismatch(inner, shape);
    const element = this.write(inner, shape.element);
    const itemsOf = shape.typed ? typedArrays(shape.element) : expectArray;
    return (w, p, value) => {
      const items = itemsOf(value as unknown[]);
      if (items.length !== length) badLength(length, items.length);
      let at = p;
      for (let i = 0; i < length; i++) at = element(w, at, items[i]);
      return at;
    };
  }

  #tuple(nodes: readonly PlanNode[] | undefined, shapes: readonly Shape[], shape: Shape): Write<unknown> {
    const { length } = shapes;
    if (nodes !== undefined && nodes.length !== length) throw mismatch(undefined, shape);
    const writes = shapes.map((element, i) => this.write(nodes?.[i], element));
    return (w, p, value) => {
      const items = expectArrayOf(value as unknown[], length);
      let at = p;
      for (let i = 0; i < length; i++) at = (writes[i] as Write<unknown>)(w, at, items[i]);
      return at;
    };
  }

  #tupleStruct(node: PlanNode | undefined, shape: Extract<Shape, { kind: "tupleStruct" }>): Write<unknown> {
    const elements = shape.elements();
    const [only] = elements;
    const isLone = elements.length === 1 && only !== undefined;
    if (shape.isTransparent && isLone && !shape.isValue) {
      const write = this.write(node, only);
      return (w, p, value) => write(w, p, expectArrayOf(value as unknown[], 1)[0]);
    }
    if (shape.isTransparent && isLone) return this.write(node, only);
    const nodes = checked(node, "tuple", shape)?.elements;
    if (shape.isValue && isLone) return this.write(nodes?.[0], only);
    return this.#tuple(nodes, elements, shape);
  }

  #map(
    node: Extract<PlanNode, { kind: "map" }> | undefined,
    shape: Extract<Shape, { kind: "map" }>,
  ): Write<unknown> {
    const key = this.write(node?.key, shape.key);
    const element = this.write(node?.value, shape.value);
    return (w, p, value) => {
      const map = expectMap(value as Map<unknown, unknown>);
      const { size } = map;
      let at = count(w, p, size);
      let written = 0;
      for (const [k, v] of map) {
        at = element(w, key(w, at, k), v);
        written += 1;
      }
      return written === size ? at : badLength(size, written);
    };
  }

  /** Members in the order of the peer's fields. */
  #fields(plan: FieldsPlan | undefined, fields: readonly FieldShape[], owner: Shape): Write<Members> {
    const members: (string | undefined)[] = [];
    const writes: Write<unknown>[] = [];
    const add = (field: FieldShape, node: PlanNode | undefined): void => {
      members.push(field.member);
      writes.push(this.write(node, field.shape));
    };
    if (plan === undefined) for (const field of fields) add(field, undefined);
    for (const step of plan?.steps ?? []) {
      if (step.action === "none") {
        members.push(undefined);
        writes.push(absent);
        continue;
      }
      const field = fields.find(({ name }) => name === step.name);
      if (field === undefined || step.action === "skip") {
        throw mismatch(undefined, owner, `our schema has a field '${step.name}' that our type has not`);
      }
      add(field, step.node);
    }
    return (w, p, value) => {
      let at = p;
      for (let i = 0; i < writes.length; i++) {
        const member = members[i];
        at = (writes[i] as Write<unknown>)(w, at, member === undefined ? undefined : value[member]);
      }
      return at;
    };
  }

  #result(node: EnumNode | undefined, shape: ResultShape): Write<unknown> {
    const part = (name: "Ok" | "Err", inner: Shape, index: number): Write<unknown> => {
      if (node === undefined) return tagged(index, this.write(undefined, inner));
      const at = node.variants.findIndex((variant) => variant.name === name);
      const plan = node.variants[at];
      if (plan === undefined) return unreadable(name, node);
      if (plan.form !== "newtype") throw mismatch(node, shape);
      return tagged(at, this.write(plan.node, inner));
    };
    const ok = part("Ok", shape.ok, 0);
    const error = part("Err", shape.error, 1);
    return (w, p, value) => {
      const result = expectObject(value as Members, "result");
      if (result.ok === true) return ok(w, p, result.value);
      return result.ok === false ? error(w, p, result.error) : badVariant(value, "result");
    };
  }

  #enumeration(node: EnumNode | undefined, shape: EnumShape): Write<unknown> {
    const byKind = new Map<unknown, Write<Members>>();
    for (const [index, variant] of shape.variants.entries()) {
      const { name } = variant;
      const at = node === undefined ? index : node.variants.findIndex((plan) => plan.name === name);
      const plan = node?.variants[at];
      byKind.set(
        name,
        node !== undefined && plan === undefined
          ? unreadable(name, node)
          : tagged(at, this.#variant(plan, variant, shape)),
      );
    }
    const { name, literal } = shape;
    return (w, p, value) => {
      const members = (literal ? undefined : expectObject(value, name)) as Members;
      const write = byKind.get(literal ? value : members.kind);
      return write === undefined ? badVariant(value, name) : write(w, p, members);
    };
  }

  #variant(plan: VariantPlan | undefined, variant: VariantShape, shape: EnumShape): Write<Members> {
    if (plan !== undefined && plan.form !== variant.payload) {
      const reason = `variant '${variant.name}' has another payload in our schema than in our type`;
      throw mismatch(undefined, shape, reason);
    }
    switch (variant.payload) {
      case "unit":
        return nothing;
      case "newtype": {
        const write = this.write(plan?.form === "newtype" ? plan.node : undefined, variant.shape());
        return (w, p, { value }) => write(w, p, value);
      }
      case "tuple": {
        const { elements } = variant.shape();
        const write = this.#tuple(plan?.form === "tuple" ? plan.elements : undefined, elements, shape);
        return (w, p, { value }) => write(w, p, value);
      }
      case "struct":
        return this.#fields(plan?.form === "struct" ? plan.fields : undefined, variant.fields(), shape);
    }
  }
}

/** Constructors of typed arrays by their elements. Their own writers would make every client larger. */
const constructors: Readonly<Partial<Record<string, abstract new () => ArrayLike<unknown>>>> = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  u64: BigUint64Array,
  i64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
};

/** A check that accepts only typed arrays of such elements. */
function typedArrays(element: Shape): (value: unknown) => ArrayLike<unknown> {
  const type = element.kind === "primitive" ? constructors[element.type] : undefined;
  if (type === undefined) throw new TypeError("a typed array has elements of a numeric type");
  return (value) => {
    if (value instanceof type) return value;
    throw new EncodeFault(typedArrayProblem(type.name, value) ?? `expected ${type.name}`);
  };
}

/** Writes the position that the variant has at the peer in front of what it carries. */
function tagged<T>(index: number, write: Write<T>): Write<T> {
  return (w, p, value) => {
    if (p + 5 > w.limit) w.grow(p, 5);
    return write(w, writeTag(w, p, index), value);
  };
}

/** A variant that the peer lacks. */
function unreadable(variant: string, { name, path, variants }: EnumNode): Write<unknown> {
  const place = path === "" ? "" : ` at ${path}`;
  const known = nameList(variants.map((one) => one.name));
  const reason = `the receiver's version has no variant ${name}::${variant}${place}; it knows ${known}`;
  return () => {
    throw new UnreadableItemFault(reason);
  };
}

function count(w: Writer, p: number, length: number): number {
  if (p + 5 > w.limit) w.grow(p, 5);
  return writeCount(w, p, length);
}

/** An option of the peer that we lack. */
function absent(w: Writer, p: number): number {
  if (p === w.limit) w.grow(p, 1);
  return writeNone(w, p);
}

function nothing(_w: Writer, p: number): number {
  return p;
}

function unfinished(): never {
  throw new EncodeFault("a recursive type was written before it was compiled");
}

function checked<Kind extends PlanNode["kind"]>(node: PlanNode | undefined, kind: Kind, shape: Shape) {
  return checkedNode("EncodeFailed", node, kind, shape);
}

function mismatch(node: PlanNode | undefined, shape: Shape, detail?: string): CodecError {
  return mismatchOf("EncodeFailed", node, shape, detail);
}
