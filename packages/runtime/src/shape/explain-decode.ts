/** Finds the place in a value at which decoding failed: reads the bytes again by shape. Runs on the error path only. */
import type { Reader } from "../bytes/reader.js";
import { readCount, readTag, unknownVariant } from "../postcard/counts.js";
import { DecodeFault } from "../postcard/faults.js";
import { checkKeys } from "../postcard/keys.js";
import { readArrayCount, readLargeOptionTag, spend } from "../postcard/memory.js";
import { enter, leave } from "../postcard/nesting.js";
import { minBytes, recursiveShapes } from "./analysis.js";
import { elementBytes, entryBytes, extraBytes, presentBytes, setElementBytes } from "./decoded-bytes.js";
import { maxInline } from "./heap-bytes.js";
import { indexStep, keyText, memberStep, Path } from "./path.js";
import { primitiveReader } from "./primitive-readers.js";
import type { ArrayShape, EnumShape, FieldShape, ListShape, ResultShape, Shape } from "./shape.js";

/** A fault and the path of the value in which it happened. */
export interface LocatedFault {
  readonly path: string;
  readonly fault: DecodeFault;
}

/**
 * The first fault, or undefined when the bytes decode. Moves the reader. Never throws.
 * @param r at the start of the payload
 */
export function explainDecode(shape: Shape, r: Reader): LocatedFault | undefined {
  const walk = new DecodeWalk(r, recursiveShapes(shape));
  try {
    walk.read(shape);
    return undefined;
  } catch (fault) {
    return fault instanceof DecodeFault ? { path: walk.path.toString(), fault } : undefined;
  }
}

class DecodeWalk {
  readonly path: Path = new Path();
  readonly #r: Reader;
  readonly #recursive: ReadonlySet<Shape>;

  constructor(r: Reader, recursive: ReadonlySet<Shape>) {
    this.#r = r;
    this.#recursive = recursive;
  }

  /** Reads a value. Only primitives are returned: they are what map keys in paths are made of. */
  read(shape: Shape): unknown {
    const isRecursive = this.#recursive.has(shape);
    if (isRecursive) enter(this.#r);
    const value = this.#readKind(shape);
    if (isRecursive) leave(this.#r);
    return value;
  }

  #at(step: string, shape: Shape): unknown {
    this.path.push(step);
    const value = this.read(shape);
    this.path.pop();
    return value;
  }

  #readKind(shape: Shape): unknown {
    const r = this.#r;
    switch (shape.kind) {
      case "primitive":
        return primitiveReader(shape)(r);
      case "option":
        if (!readLargeOptionTag(r, presentBytes(shape))) return undefined;
        return shape.wrapped ? this.#at(memberStep("some"), shape.element) : this.read(shape.element);
      case "list":
        return this.#readList(shape);
      case "set":
        return this.#readSet(shape.element);
      case "array":
        return this.#readArray(shape);
      case "channel":
        readTag(r);
        return;
      case "tuple":
        for (const [i, element] of shape.elements.entries()) {
          const name = shape.names?.[i];
          this.#at(name === undefined ? indexStep(i) : memberStep(name), element);
        }
        return undefined;
      case "map":
        return this.#readMap(shape.key, shape.value);
      case "result":
        return this.#readResult(shape);
      case "struct":
        return this.#readFields(shape.fields());
      case "tupleStruct": {
        const elements = shape.elements();
        const [only] = elements;
        if (shape.isValue && only !== undefined) return this.read(only);
        for (const [i, element] of elements.entries()) this.#at(indexStep(i), element);
        return undefined;
      }
      case "payload":
        return this.read(shape.content);
      case "enum":
        return this.#readEnum(shape);
    }
  }

  #readElements(element: Shape, count: number): undefined {
    for (let i = 0; i < count; i++) this.#at(indexStep(i), element);
  }

  #readList({ element, typed }: ListShape): undefined {
    const bytes = typed ? typedBytes(element) : elementBytes(element);
    return this.#readElements(element, readCount(this.#r, minBytes(element), bytes));
  }

  #readArray({ element, length, typed }: ArrayShape): undefined {
    const inList = length > maxInline ? elementBytes(element) : 0;
    const bytes = typed ? typedBytes(element) : inList;
    return this.#readElements(element, readArrayCount(this.#r, length, minBytes(element), bytes));
  }

  #readSet(element: Shape): undefined {
    const count = readCount(this.#r, minBytes(element), setElementBytes(element));
    const keys = checkKeys(count);
    for (let i = 0; i < count; i++) {
      const key = this.#at(indexStep(i), element);
      keys?.any(this.#r, key);
    }
  }

  #readMap(key: Shape, value: Shape): undefined {
    const count = readCount(this.#r, minBytes(key) + minBytes(value), entryBytes(key, value));
    const keys = checkKeys(count);
    for (let i = 0; i < count; i++) {
      const k = this.#at(` key #${i}`, key);
      keys?.any(this.#r, k);
      this.#at(`[${keyText(k, i)}]`, value);
    }
  }

  #readResult(shape: ResultShape): undefined {
    const index = readTag(this.#r);
    if (index > 1) unknownVariant(this.#r, index);
    const part = index === 0 ? shape.ok : shape.error;
    spend(this.#r, extraBytes(shape, index));
    this.#at(index === 0 ? memberStep("value") : memberStep("error"), part);
  }

  #readFields(fields: readonly FieldShape[]): undefined {
    for (const field of fields) this.#at(memberStep(field.member), field.shape);
  }

  #readEnum(shape: EnumShape): undefined {
    const start = this.#r.position;
    const index = readTag(this.#r);
    const variant = shape.variants[index];
    if (variant === undefined)
      throw new DecodeFault(`unknown remote enum variant index ${index}`, start - this.#r.start);
    spend(this.#r, extraBytes(shape, index));
    switch (variant.payload) {
      case "unit":
        return;
      case "struct":
        return this.#readFields(variant.fields());
      default:
        this.#at(memberStep("value"), variant.shape());
    }
  }
}

/** An element of a typed array, by its type. */
function typedBytes(element: Shape): number {
  return element.kind === "primitive" ? Number(element.type.slice(1)) / 8 : 0;
}
