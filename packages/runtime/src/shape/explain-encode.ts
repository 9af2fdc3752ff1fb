/** Finds the place in a value at which encoding failed. Runs on the error path only. */
import { integerRanges } from "../postcard/integer-ranges.js";
import { depthReason, maxDepth } from "../postcard/nesting.js";
import {
  bytesProblem,
  charProblem,
  describeValue,
  floatProblem,
  integerProblem,
  stringProblem,
  typedArrayProblem,
} from "../postcard/problems.js";
import { recursiveShapes } from "./analysis.js";
import { describeThrown } from "./describe-thrown.js";
import { indexStep, keyText, memberStep, Path } from "./path.js";
import type { EnumShape, FieldShape, PrimitiveShape, ResultShape, Shape, VariantShape } from "./shape.js";

/** Why a value does not fit its type, and where. */
export interface Violation {
  readonly path: string;
  readonly reason: string;
}

/** Calls nested so deeply that the stack might end: more than any type without recursion has. */
const maxSteps = 2000;

/**
 * The first violation in the order of the encoding, or undefined when the value fits (it may have changed in between).
 * Never throws: what a getter throws is a violation too.
 */
export function explainEncode(shape: Shape, value: unknown): Violation | undefined {
  const walk = new EncodeWalk(recursiveShapes(shape));
  try {
    const reason = walk.check(shape, value);
    return reason === undefined ? undefined : { path: walk.path.toString(), reason };
  } catch (thrown) {
    return { path: walk.path.toString(), reason: `reading the value failed: ${describeThrown(thrown)}` };
  }
}

type Reason = string | undefined;

class EncodeWalk {
  readonly path: Path = new Path();
  readonly #recursive: ReadonlySet<Shape>;
  #depth = 0;
  #steps = 0;

  constructor(recursive: ReadonlySet<Shape>) {
    this.#recursive = recursive;
  }

  /** The first violation at or below this value; the path then stays where it is. */
  check(shape: Shape, value: unknown): Reason {
    const isRecursive = this.#recursive.has(shape);
    if (isRecursive && ++this.#depth > maxDepth) return depthReason;
    if (++this.#steps > maxSteps) return depthReason;
    const reason = this.#checkKind(shape, value);
    this.#steps -= 1;
    if (isRecursive) this.#depth -= 1;
    return reason;
  }

  #at(step: string, shape: Shape, value: unknown): Reason {
    this.path.push(step);
    const reason = this.check(shape, value);
    if (reason === undefined) this.path.pop();
    return reason;
  }

  #checkKind(shape: Shape, value: unknown): Reason {
    switch (shape.kind) {
      case "primitive":
        return primitiveProblem(shape, value);
      case "option":
        return this.#checkOption(shape.element, shape.wrapped, value);
      case "list":
        if (shape.typed) return typedProblem(shape.element, value);
        return this.#checkElements(shape.element, value);
      case "array":
        return this.#checkArray(shape.element, shape.length, shape.typed, value);
      case "tuple":
        return this.#checkTuple(shape.elements, shape.names, value);
      case "map":
        return this.#checkMap(shape.key, shape.value, value);
      case "set":
        return this.#checkSet(shape.element, value);
      case "result":
        return this.#checkResult(shape, value);
      case "struct":
        if (!isObject(value)) return `expected an object for ${shape.name}, got ${describeValue(value)}`;
        return this.#checkFields(shape.fields(), value);
      case "tupleStruct": {
        const elements = shape.elements();
        const [only] = elements;
        if (shape.isValue && only !== undefined) return this.check(only, value);
        return this.#checkTuple(elements, undefined, value);
      }
      case "payload":
        return this.check(shape.content, value);
      case "enum":
        return this.#checkEnum(shape, value);
      case "channel":
        return channelProblem(shape.direction, value);
    }
  }

  #checkOption(element: Shape, wrapped: boolean, value: unknown): Reason {
    if (value === undefined) return undefined;
    if (!wrapped) return this.check(element, value);
    if (!isObject(value) || !("some" in value))
      return `expected { some: value } or undefined, got ${describeValue(value)}`;
    return this.#at(memberStep("some"), element, value.some);
  }

  #checkElements(element: Shape, value: unknown): Reason {
    if (!Array.isArray(value)) return `expected an array, got ${describeValue(value)}`;
    for (let i = 0; i < value.length; i++) {
      const reason = this.#at(indexStep(i), element, value[i]);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  #checkArray(element: Shape, length: number, typed: boolean, value: unknown): Reason {
    const wrongType = typed
      ? typedProblem(element, value)
      : Array.isArray(value)
        ? undefined
        : `expected an array of ${length}, got ${describeValue(value)}`;
    if (wrongType !== undefined) return wrongType;
    const actual = (value as ArrayLike<unknown>).length;
    if (actual !== length) return lengthProblem(length, actual);
    return typed ? undefined : this.#checkElements(element, value);
  }

  #checkTuple(elements: readonly Shape[], names: readonly string[] | undefined, value: unknown): Reason {
    if (!Array.isArray(value)) return `expected an array of ${elements.length}, got ${describeValue(value)}`;
    if (value.length !== elements.length) return lengthProblem(elements.length, value.length);
    for (const [i, element] of elements.entries()) {
      const name = names?.[i];
      const reason = this.#at(name === undefined ? indexStep(i) : memberStep(name), element, value[i]);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  #checkMap(key: Shape, element: Shape, value: unknown): Reason {
    if (!(value instanceof Map)) return `expected a Map, got ${describeValue(value)}`;
    let index = 0;
    for (const [k, v] of value as Map<unknown, unknown>) {
      const text = keyText(k, index++);
      const reason = this.#at(` key ${text}`, key, k) ?? this.#at(`[${text}]`, element, v);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  #checkSet(element: Shape, value: unknown): Reason {
    if (!(value instanceof Set)) return `expected a Set, got ${describeValue(value)}`;
    let index = 0;
    for (const v of value as Set<unknown>) {
      const reason = this.#at(indexStep(index++), element, v);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  #checkResult(shape: ResultShape, value: unknown): Reason {
    if (isObject(value)) {
      if (value.ok === true) return this.#at(memberStep("value"), shape.ok, value.value);
      if (value.ok === false) return this.#at(memberStep("error"), shape.error, value.error);
    }
    return `expected { ok: true, value } or { ok: false, error }, got ${describeValue(value)}`;
  }

  #checkFields(fields: readonly FieldShape[], value: AnyObject): Reason {
    for (const field of fields) {
      const step = memberStep(field.member);
      this.path.push(step);
      const member = value[field.member];
      this.path.pop();
      const reason = this.#at(step, field.shape, member);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  #checkEnum(shape: EnumShape, value: unknown): Reason {
    if (shape.literal) {
      const known = typeof value === "string" && shape.variants.some((variant) => variant.name === value);
      return known ? undefined : variantProblem(shape, value);
    }
    if (!isObject(value))
      return `expected an object with kind for ${shape.name}, got ${describeValue(value)}`;
    const kind = value.kind;
    const variant = shape.variants.find((candidate) => candidate.name === kind);
    return variant === undefined ? variantProblem(shape, kind) : this.#checkPayload(variant, value);
  }

  #checkPayload(variant: VariantShape, value: AnyObject): Reason {
    switch (variant.payload) {
      case "unit":
        return undefined;
      case "newtype":
      case "tuple":
        return this.#at(memberStep("value"), variant.shape(), value.value);
      case "struct":
        return this.#checkFields(variant.fields(), value);
    }
  }
}

/** An object that may have the members that tell composites apart. */
interface AnyObject {
  readonly [member: string]: unknown;
  readonly some?: unknown;
  readonly kind?: unknown;
  readonly ok?: unknown;
  readonly value?: unknown;
  readonly error?: unknown;
}

function isObject(value: unknown): value is AnyObject {
  return typeof value === "object" && value !== null;
}

/** What else may be wrong with a handle, its encoder says. */
function channelProblem(direction: "tx" | "rx", value: unknown): Reason {
  const method = direction === "tx" ? "send" : "next";
  if (isObject(value) && typeof value[method] === "function") return undefined;
  return `expected the ${direction} of a channel(), got ${describeValue(value)}`;
}

function lengthProblem(expected: number, actual: number): string {
  return `expected ${expected} ${expected === 1 ? "element" : "elements"}, got ${actual}`;
}

function variantProblem(shape: EnumShape, value: unknown): string {
  const names = shape.variants.slice(0, 12).map((variant) => variant.name);
  if (shape.variants.length > names.length) names.push("…");
  const found =
    typeof value === "string" ? describeValue(value).slice("string ".length) : describeValue(value);
  return `unknown variant ${found} of ${shape.name} (expected one of ${names.join(", ")})`;
}

const typedArrayNames: Readonly<Partial<Record<string, string>>> = {
  u8: "Uint8Array",
  u16: "Uint16Array",
  u32: "Uint32Array",
  u64: "BigUint64Array",
  i8: "Int8Array",
  i16: "Int16Array",
  i32: "Int32Array",
  i64: "BigInt64Array",
  f32: "Float32Array",
  f64: "Float64Array",
};

function typedProblem(element: Shape, value: unknown): Reason {
  const name = element.kind === "primitive" ? typedArrayNames[element.type] : undefined;
  return typedArrayProblem(name ?? "typed array", value);
}

/** Why a value is not of a type, as `Misfit` names it: a primitive, or a text like `an array`. */
export function misfitReason(type: string, value: unknown): string {
  const asNumber = typeof value === "number";
  const isKnown = type in integerRanges || ["f32", "f64", "string"].includes(type);
  const reason = isKnown
    ? primitiveProblem({ kind: "primitive", type, asNumber } as PrimitiveShape, value)
    : undefined;
  return reason ?? `expected ${type}, got ${describeValue(value)}`;
}

function primitiveProblem(shape: PrimitiveShape, value: unknown): Reason {
  switch (shape.type) {
    case "bool":
      return typeof value === "boolean" ? undefined : `expected boolean, got ${describeValue(value)}`;
    case "f32":
    case "f64":
      return floatProblem(shape.type, value);
    case "char":
      return charProblem(value);
    case "string":
      return stringProblem(value);
    case "bytes":
      return bytesProblem(value);
    case "unit":
      return value === undefined ? undefined : `expected undefined, got ${describeValue(value)}`;
    case "never":
      return "never has no value";
    case "duration":
    case "timedelta":
    case "value":
      return shape.payload?.problem(value);
    default:
      return integerProblem(shape.type, value, shape.asNumber);
  }
}
