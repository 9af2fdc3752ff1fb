/**
 * From a plan to the function that reads by it: a chain of closures, made once, without `eval`. The plan says how the
 * peer's bytes lie, the shape how our values look; where the layouts are the same, the shape alone is followed.
 * Source: `protocol/postcard.md` §6.
 */
import type { Reader } from "../bytes/reader.js";
import type { CodecError } from "../errors.js";
import { readCount, readTag } from "../postcard/counts.js";
import { decodeFault } from "../postcard/faults.js";
import { readOptionTag } from "../postcard/flags.js";
import { readF32List, readF64List } from "../postcard/float-lists.js";
import { checkKeys } from "../postcard/keys.js";
import { readArrayCount, spend } from "../postcard/memory.js";
import { enter, leave } from "../postcard/nesting.js";
import { minBytes } from "../shape/analysis.js";
import type { Read } from "../shape/codec.js";
import {
  elementBytes,
  entryBytes,
  extraBytes,
  presentBytes,
  setElementBytes,
} from "../shape/decoded-bytes.js";
import { maxInline } from "../shape/heap-bytes.js";
import { primitiveReader } from "../shape/primitive-readers.js";
import type {
  EnumShape,
  FieldShape,
  ItemType,
  OptionShape,
  ResultShape,
  Shape,
  VariantShape,
} from "../shape/shape.js";
import { findDisagreement } from "./check-shape.js";
import { compileFields, type FieldCompiler } from "./compile-fields.js";
import { compileWriting } from "./compile-writing.js";
import { type CodeMaker, CompiledCode, type Slot } from "./compiled-code.js";
import { checkedNode, mismatchOf } from "./mismatch.js";
import type { EnumNode, Plan, PlanNode, SkipNode, VariantPlan } from "./plan-model.js";
import { nameList } from "./plan-problem.js";
import { type Skip, SkipCompiler } from "./skip.js";
import { typedArrayReader, typedListReader } from "./typed-readers.js";

/**
 * The function that reads a peer's values as ours.
 *
 * @param shape of the type that the plan's local side describes
 * @throws CodecError `DecodeFailed` when plan and shape do not belong together: in a root that uses a generic type
 * twice, one schema describes several types, and says less than the types
 */
export function compilePlan(plan: Plan, shape: Shape): Read<unknown> {
  const disagreement = findDisagreement(plan.root, shape);
  if (disagreement !== undefined) throw mismatch(disagreement.node, disagreement.shape);
  return new PlanCompiler(shape).read(plan.root, shape);
}

class PlanCompiler implements FieldCompiler, CodeMaker<Read<unknown>> {
  readonly #skips = new SkipCompiler();
  readonly #code: CompiledCode<Read<unknown>>;
  readonly unfinished = unfinished;
  readonly mismatch = mismatch;

  constructor(root: Shape) {
    this.#code = new CompiledCode(root, this);
  }

  skip(node: SkipNode): Skip {
    return this.#skips.compile(node);
  }

  /** @param node undefined where the layouts are the same */
  read(node: PlanNode | undefined, what: Shape | FieldShape): Read<unknown> {
    return this.#code.of(node, "member" in what ? what.shape : what);
  }

  nested(slot: Slot<Read<unknown>>): Read<unknown> {
    return (r) => {
      enter(r);
      const value = slot.code(r);
      leave(r);
      return value;
    };
  }

  make(node: PlanNode | undefined, shape: Shape): Read<unknown> {
    switch (shape.kind) {
      case "primitive":
        if (node !== undefined) throw mismatch(node, shape);
        return primitiveReader(shape);
      case "option":
        return this.#option(checked(node, "option", shape)?.element, shape);
      case "list":
      case "set":
        return this.#list(checked(node, "list", shape)?.element, shape);
      case "array":
        return this.#array(checked(node, "array", shape), shape);
      case "tuple":
        return this.#tuple(checked(node, "tuple", shape), shape);
      case "map":
        return this.#map(checked(node, "map", shape), shape);
      case "struct": {
        const struct = checked(node, "struct", shape);
        return compileFields(struct?.fields, shape.fields(), shape.make, undefined, this);
      }
      case "tupleStruct":
        return this.#tupleStruct(node, shape);
      case "payload":
        // A plan does not describe the content of a payload, so there must be no node here.
        if (node !== undefined) throw mismatch(node, shape);
        return this.read(undefined, shape.content);
      case "result":
        return this.#result(checked(node, "enum", shape), shape);
      case "enum":
        return this.#enumeration(checked(node, "enum", shape), shape);
      case "channel":
        return this.#channel(checked(node, "channel", shape), shape);
    }
  }

  /** Items that arrive are read in the peer's layout, and those that we send are written in it. */
  #channel(
    node: Extract<PlanNode, { kind: "channel" }> | undefined,
    shape: Extract<Shape, { kind: "channel" }>,
  ): Read<unknown> {
    const { item } = shape;
    if (node === undefined || node.element.same) return (r) => shape.read(r, item);
    const translated: ItemType<unknown> =
      shape.direction === "tx"
        ? { ...item, write: compileWriting(node.element, item.shape) }
        : { ...item, read: this.read(node.element, item.shape) };
    return (r) => shape.read(r, translated);
  }

  #option(node: PlanNode | undefined, shape: OptionShape): Read<unknown> {
    const element = spending(presentBytes(shape), this.read(node, shape.element));
    return shape.wrapped
      ? (r) => (readOptionTag(r) ? { some: element(r) } : undefined)
      : (r) => (readOptionTag(r) ? element(r) : undefined);
  }

  #list(node: PlanNode | undefined, shape: Extract<Shape, { kind: "list" | "set" }>): Read<unknown> {
    if (shape.kind === "list" && shape.typed) {
      if (node !== undefined) throw mismatch(node, shape);
      return typedListReader(shape.element);
    }
    const floats = node === undefined && shape.kind === "list" ? floatListReader(shape.element) : undefined;
    if (floats !== undefined) return floats;
    const element = this.read(node, shape.element);
    const least = node?.minBytes ?? minBytes(shape.element);
    if (shape.kind === "set") {
      const bytes = setElementBytes(shape.element);
      return (r) => {
        const set = new Set<unknown>();
        const count = readCount(r, least, bytes);
        const keys = checkKeys(count);
        for (let left = count; left > 0; left--) {
          const key = element(r);
          keys?.any(r, key);
          set.add(key);
        }
        return set;
      };
    }
    const bytes = elementBytes(shape.element);
    return (r) => {
      const items = new Array<unknown>(readCount(r, least, bytes));
      for (let i = 0; i < items.length; i++) items[i] = element(r);
      return items;
    };
  }

  #array(
    node: Extract<PlanNode, { kind: "array" }> | undefined,
    shape: Extract<Shape, { kind: "array" }>,
  ): Read<unknown> {
    const { length } = shape;
    if (node !== undefined && node.length !== length && !node.isLengthShared) {
      throw mismatch(node, shape, `the peer's array has ${node.length} elements, ours ${length}`);
    }
    const inner = node?.element.same === true ? undefined : node?.element;
    if (shape.typed) {
      if (inner !== undefined) throw mismatch(inner, shape);
      return typedArrayReader(shape.element, length);
    }
    const element = this.read(inner, shape.element);
    const least = inner?.minBytes ?? minBytes(shape.element);
    const bytes = length > maxInline ? elementBytes(shape.element) : 0;
    return (r) => {
      const items = new Array<unknown>(readArrayCount(r, length, least, bytes));
      for (let i = 0; i < length; i++) items[i] = element(r);
      return items;
    };
  }

  #tuple(
    node: Extract<PlanNode, { kind: "tuple" }> | undefined,
    shape: Extract<Shape, { kind: "tuple" }>,
  ): Read<readonly unknown[]> {
    const { length } = shape.elements;
    if (node !== undefined && node.elements.length !== length) throw mismatch(node, shape);
    return this.#elements(node?.elements, shape.elements);
  }

  #tupleStruct(node: PlanNode | undefined, shape: Extract<Shape, { kind: "tupleStruct" }>): Read<unknown> {
    const elements = shape.elements();
    if (shape.isTransparent) {
      const read = this.read(node, elements[0] as Shape);
      return shape.isValue ? read : (r) => [read(r)];
    }
    const tuple = checked(node, "tuple", shape);
    if (tuple !== undefined && tuple.elements.length !== elements.length) throw mismatch(tuple, shape);
    if (shape.isValue) return this.read(tuple?.elements[0], elements[0] as Shape);
    return this.#elements(tuple?.elements, elements);
  }

  #elements(nodes: readonly PlanNode[] | undefined, shapes: readonly Shape[]): Read<readonly unknown[]> {
    const reads = shapes.map((shape, i) => this.read(nodes?.[i], shape));
    const [first, second] = reads;
    if (reads.length === 1 && first !== undefined) return (r) => [first(r)];
    if (reads.length === 2 && first !== undefined && second !== undefined) {
      return (r) => [first(r), second(r)];
    }
    return (r) => {
      const values = new Array<unknown>(reads.length);
      for (let i = 0; i < reads.length; i++) values[i] = (reads[i] as Read<unknown>)(r);
      return values;
    };
  }

  #map(
    node: Extract<PlanNode, { kind: "map" }> | undefined,
    shape: Extract<Shape, { kind: "map" }>,
  ): Read<unknown> {
    const key = this.read(node?.key, shape.key);
    const value = this.read(node?.value, shape.value);
    const least =
      (node?.key.minBytes ?? minBytes(shape.key)) + (node?.value.minBytes ?? minBytes(shape.value));
    const bytes = entryBytes(shape.key, shape.value);
    return (r) => {
      const map = new Map<unknown, unknown>();
      const count = readCount(r, least, bytes);
      const keys = checkKeys(count);
      for (let left = count; left > 0; left--) {
        const k = key(r);
        keys?.any(r, k);
        map.set(k, value(r));
      }
      return map;
    };
  }

  #result(node: EnumNode | undefined, shape: ResultShape): Read<unknown> {
    const okNode = node?.variants.find(({ name }) => name === "Ok");
    const errorNode = node?.variants.find(({ name }) => name === "Err");
    const ok = spending(extraBytes(shape, 0), this.#resultPart(node, okNode, shape.ok));
    const error = spending(extraBytes(shape, 1), this.#resultPart(node, errorNode, shape.error));
    const readOk: Read<unknown> = (r) => ({ ok: true, value: ok(r) });
    const readError: Read<unknown> = (r) => ({ ok: false, error: error(r) });
    const own = [readOk, readError];
    if (node === undefined) return byIndex(own, undefined);
    const variants = node.variants.map((variant) =>
      variant === okNode ? readOk : variant === errorNode ? readError : undefined,
    );
    return byIndex(variants, node);
  }

  #resultPart(node: EnumNode | undefined, variant: VariantPlan | undefined, shape: Shape): Read<unknown> {
    if (node === undefined || variant === undefined) return this.read(undefined, shape);
    if (variant.form !== "newtype") throw mismatch(node, shape);
    return this.read(variant.node, shape);
  }

  #enumeration(node: EnumNode | undefined, shape: EnumShape): Read<unknown> {
    if (node === undefined) {
      return byIndex(
        shape.variants.map((variant, index) =>
          spending(extraBytes(shape, index), this.#variant(undefined, variant, shape)),
        ),
        undefined,
      );
    }
    const variants = node.variants.map((plan) => {
      if (plan.form === "unknown") return undefined;
      const own = shape.variants.find(({ name }) => name === plan.name);
      if (own === undefined) throw mismatch(node, shape, `our type has no variant '${plan.name}'`);
      const extra = extraBytes(shape, shape.variants.indexOf(own));
      return spending(extra, this.#variant(plan, own, shape));
    });
    return byIndex(variants, node);
  }

  #variant(plan: VariantPlan | undefined, variant: VariantShape, shape: EnumShape): Read<unknown> {
    const kind = variant.name;
    if (plan !== undefined && plan.form !== variant.payload) {
      throw mismatch(
        undefined,
        shape,
        `variant '${kind}' has another payload in our schema than in our type`,
      );
    }
    switch (variant.payload) {
      case "unit":
        return shape.literal ? () => kind : () => ({ kind });
      case "newtype": {
        const value = this.read(plan?.form === "newtype" ? plan.node : undefined, variant.shape());
        return (r) => ({ kind, value: value(r) });
      }
      case "tuple": {
        const nodes = plan?.form === "tuple" ? plan.elements : undefined;
        const value = this.#elements(nodes, variant.shape().elements);
        return (r) => ({ kind, value: value(r) });
      }
      case "struct": {
        const fields = plan?.form === "struct" ? plan.fields : undefined;
        return compileFields(fields, variant.fields(), variant.make, kind, this);
      }
    }
  }
}

/** Lists of floats are read in one go. */
function floatListReader(element: Shape): Read<unknown> | undefined {
  if (element.kind !== "primitive") return undefined;
  if (element.type === "f64") return readF64List;
  return element.type === "f32" ? readF32List : undefined;
}

/** A reader of values that take so much beyond what their container has counted. */
function spending(bytes: number, read: Read<unknown>): Read<unknown> {
  if (bytes === 0) return read;
  return (r) => {
    spend(r, bytes);
    return read(r);
  };
}

function unfinished(): never {
  throw new TypeError("a recursive type was read before it was compiled");
}

/** Reads an index and the variant that the peer has there. */
function byIndex(
  variants: readonly (Read<unknown> | undefined)[],
  node: EnumNode | undefined,
): Read<unknown> {
  return (r) => {
    const start = r.position;
    const index = readTag(r);
    const variant = variants[index];
    return variant === undefined ? unknownIndex(r, index, start, node) : variant(r);
  };
}

/** @throws DecodeFault always */
function unknownIndex(r: Reader, index: number, start: number, node: EnumNode | undefined): never {
  const text = `unknown remote enum variant index ${index}`;
  const remote = node?.variants[index];
  if (node === undefined || remote === undefined) throw decodeFault(r, text, start);
  const place = node.path === "" ? "" : ` at ${node.path}`;
  const detail = `the peer's ${node.name}::${remote.name}${place}; we know ${nameList(node.localVariants)}`;
  throw decodeFault(r, `${text}: ${detail}`, start);
}

function checked<Kind extends PlanNode["kind"]>(node: PlanNode | undefined, kind: Kind, shape: Shape) {
  return checkedNode("DecodeFailed", node, kind, shape);
}

function mismatch(node: PlanNode | undefined, shape: Shape, detail?: string): CodecError {
  return mismatchOf("DecodeFailed", node, shape, detail);
}
