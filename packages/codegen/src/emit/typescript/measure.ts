/** Sizes of encodings, known at compile time: the room to reserve before writing, and the limit of a count. */
import {
  anyOfBytes,
  arrayBytes,
  fixedArrayBytes,
  listedBytes,
  mapBytes,
  membersBytes,
  optionBytes,
  presentExtra,
  primitiveBytes,
  setBytes,
  slotBytes,
  tupleBytes,
  typedArrayBytes,
} from "@voxrpc/runtime/internal/schema";
import type { PrimitiveName } from "../../model/model.js";
import { formTypes } from "../../schema/index.js";
import {
  isWrapped,
  type NamedValue,
  partsOf,
  type ValuePayload,
  type ValueType,
  type ValueTypes,
} from "./value-type.js";

/** Bytes of the tag of a variant, and of a count, at most. */
export const tagRoom = 5;

/** Bytes of a channel's id, at most. */
const handleRoom = 10;
/** Tuples, arrays and results up to this many bytes leave the reservation to what contains them. */
const maxMergedRoom = 256;

/** The room to reserve before a value is written. */
export interface Room {
  /** Bytes that the caller reserves. */
  readonly head: number;
  /** Whether the value never takes more than these bytes: then the next value can share the reservation. */
  readonly isBounded: boolean;
}

const ownRoom: Room = { head: 0, isBounded: false };

/** Room of primitives whose writer leaves it to the caller. Source: header of `gen/v1.ts`. */
const primitiveRoom: Readonly<Partial<Record<PrimitiveName, number>>> = {
  bool: 1,
  u8: 1,
  i8: 1,
  u16: 3,
  i16: 3,
  u32: 5,
  i32: 5,
  u64: 10,
  i64: 10,
  u128: 19,
  i128: 19,
  f32: 4,
  f64: 8,
  unit: 0,
  never: 0,
  duration: 15,
  timedelta: 15,
};

/** The room that the writer of a type expects from its caller. */
export function roomOf(type: ValueType): Room {
  switch (type.kind) {
    case "primitive": {
      const head = primitiveRoom[type.name];
      return head === undefined ? ownRoom : { head, isBounded: true };
    }
    case "channel":
      return { head: handleRoom, isBounded: true };
    case "payload":
      return roomOf(type.content);
    case "option": {
      // The runtime makes room for an option of a type that it knows at run time only.
      if (type.element.kind === "parameter") return ownRoom;
      const { head, isBounded } = roomOf(type.element);
      return { head: head + 1, isBounded };
    }
    case "tuple":
      return merged(type.elements.map(roomOf), (heads) => heads.reduce((sum, head) => sum + head, 0));
    case "array":
      return type.typed ? ownRoom : merged([roomOf(type.element)], ([head = 0]) => head * type.length);
    case "result":
      return merged([roomOf(type.ok), roomOf(type.error)], (heads) => tagRoom + Math.max(...heads));
    default:
      return ownRoom;
  }
}

function merged(parts: readonly Room[], total: (heads: readonly number[]) => number): Room {
  if (!parts.every((part) => part.isBounded)) return ownRoom;
  const head = total(parts.map((part) => part.head));
  return head > maxMergedRoom ? ownRoom : { head, isBounded: true };
}

/** Smallest encodings of primitives that are not one byte. Source: header of `gen/v1.ts`. */
const primitiveLeast: Readonly<Partial<Record<PrimitiveName, number>>> = {
  unit: 0,
  f32: 4,
  f64: 8,
  char: 2,
  duration: 2,
  timedelta: 2,
};

/** Types that are being measured, outermost first. */
interface Open {
  readonly types: Set<ValueType>;
  /** How often one of them was met inside itself. */
  met: number;
}

/** The measures of the types of a model. */
export class Measures {
  readonly #types: ValueTypes;
  readonly #least = new Map<ValueType, number>();
  readonly #heap = new Map<ValueType, number>();
  readonly #reachable = new Map<NamedValue, ReadonlySet<ValueType>>();

  constructor(types: ValueTypes) {
    this.#types = types;
  }

  /** Bytes of the smallest encoding of a type. */
  minBytes(type: ValueType): number {
    let bytes = this.#least.get(type);
    if (bytes === undefined) {
      bytes = this.#measure(type, new Set());
      this.#least.set(type, bytes);
    }
    return bytes;
  }

  /** Memory of the smallest value, beside its slot; the runtime's `shape/decoded-bytes.ts` says the same of shapes. */
  decodedBytes(type: ValueType): number {
    let bytes = this.#heap.get(type);
    if (bytes === undefined) {
      bytes = finite(this.#measureHeap(type, { types: new Set(), met: 0 }));
      this.#heap.set(type, bytes);
    }
    return bytes;
  }

  /** Memory of an element of a list or fixed array, its slot included. */
  elementBytes(type: ValueType): number {
    const isPrimitive = type.kind === "primitive";
    return slotBytes + (isPrimitive ? listedBytes(type.name, type.asNumber) : this.decodedBytes(type));
  }

  /** Memory of an option of this element beyond its own when it is present. */
  presentBytes(element: ValueType): number {
    return finite(presentExtra(presentOf(element, (part) => this.decodedBytes(part))));
  }

  /** Memory of a variant, or of a side of a result, beyond that of the smallest one. */
  extraBytes(type: ValueType, index: number): number {
    const of = (part: ValueType): number => this.decodedBytes(part);
    return finite(Math.max(0, (this.#sidesOf(type, of)[index] ?? 0) - this.decodedBytes(type)));
  }

  /** Whether a struct or enum contains itself, however far down: its nesting is limited. */
  isRecursive(type: NamedValue): boolean {
    let reachable = this.#reachable.get(type);
    if (reachable === undefined) {
      reachable = this.#reach(type);
      this.#reachable.set(type, reachable);
    }
    return reachable.has(type);
  }

  #reach(type: ValueType): ReadonlySet<ValueType> {
    const seen = new Set<ValueType>();
    const waiting = [type];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const part of partsOf(next, this.#types)) {
        if (seen.has(part)) continue;
        seen.add(part);
        waiting.push(part);
      }
    }
    return seen;
  }

  /** A type met inside itself is infinite there: the smallest value does not go that way. */
  #measure(type: ValueType, open: Set<ValueType>): number {
    if (open.has(type)) return Number.POSITIVE_INFINITY;
    open.add(type);
    const size = this.#measureOpen(type, open);
    open.delete(type);
    return size;
  }

  #measureHeap(type: ValueType, open: Open): number {
    const known = this.#heap.get(type);
    if (known !== undefined) return known;
    if (open.types.has(type)) {
      open.met += 1;
      return Number.POSITIVE_INFINITY;
    }
    const { met } = open;
    open.types.add(type);
    const size = this.#heapOf(type, (part) => this.#measureHeap(part, open));
    open.types.delete(type);
    // A size that depends on the types around it is not the size of the type alone.
    if (open.met === met) this.#heap.set(type, size);
    return size;
  }

  #heapOf(type: ValueType, of: (part: ValueType) => number): number {
    switch (type.kind) {
      case "primitive":
        return primitiveBytes(type.name, type.asNumber);
      case "payload":
        return of(type.content);
      case "parameter":
        throw new Error(`the memory of ${type.name} is known at run time only`);
      case "channel":
        return 0;
      case "option":
        return optionBytes(presentOf(type.element, of));
      case "list":
        return type.typed ? typedArrayBytes : arrayBytes;
      case "map":
        return mapBytes;
      case "set":
        return setBytes;
      case "array":
        return type.typed ? typedArrayBytes : fixedArrayBytes(type.length, of(type.element));
      case "tuple":
        return tupleBytes(type.elements.map(of));
      case "result":
        return anyOfBytes(this.#sidesOf(type, of));
      case "named": {
        const members = this.#types.members(type);
        if (members.kind === "struct") return membersBytes(members.fields.map((field) => of(field.type)));
        if (members.kind === "tupleStruct") {
          const elements = members.elements.map(of);
          return members.isBrand ? (elements[0] ?? 0) : tupleBytes(elements);
        }
        return members.isLiteral ? 0 : anyOfBytes(this.#sidesOf(type, of));
      }
    }
  }

  /** Memory of each variant of an enum whose values are objects, and of the sides of a result. */
  #sidesOf(type: ValueType, of: (part: ValueType) => number): readonly number[] {
    if (type.kind === "result") return [type.ok, type.error].map((part) => membersBytes([0, of(part)]));
    const members = type.kind === "named" ? this.#types.members(type) : undefined;
    return members?.kind === "enum" ? members.variants.map(({ payload }) => payloadBytes(payload, of)) : [];
  }

  #measureOpen(type: ValueType, open: Set<ValueType>): number {
    const sum = (types: readonly ValueType[]): number =>
      types.reduce((total, part) => total + this.#measure(part, open), 0);
    switch (type.kind) {
      case "primitive":
        return primitiveLeast[type.name] ?? 1;
      case "option":
      case "list":
      case "map":
      case "set":
      case "channel":
        return 1;
      case "array":
        return type.length === 0 ? 0 : type.length * this.#measure(type.element, open);
      case "tuple":
        return sum(type.elements);
      case "payload":
        return this.#measure(type.content, open);
      case "parameter":
        throw new Error(`the size of ${type.name} is known at run time only`);
      case "result":
        return 1 + Math.min(this.#measure(type.ok, open), this.#measure(type.error, open));
      case "named": {
        const members = this.#types.members(type);
        if (members.kind === "tupleStruct") return sum(members.elements);
        if (members.kind === "struct") return sum(members.fields.map((field) => field.type));
        return Math.min(...members.variants.map(({ payload }) => 1 + sum(formTypes(payload))));
      }
    }
  }
}

function presentOf(element: ValueType, of: (part: ValueType) => number): number {
  return isWrapped(element) ? membersBytes([of(element)]) : of(element);
}

/** A type that has no finite value is never read. */
function finite(bytes: number): number {
  return Number.isFinite(bytes) ? bytes : 0;
}

function payloadBytes(payload: ValuePayload, of: (part: ValueType) => number): number {
  switch (payload.kind) {
    case "unit":
      return membersBytes([0]);
    case "newtype":
      return membersBytes([0, of(payload.type)]);
    case "tuple":
      return membersBytes([0, tupleBytes(payload.types.map(of))]);
    case "struct":
      return membersBytes([0, ...payload.fields.map((field) => of(field.type))]);
  }
}
