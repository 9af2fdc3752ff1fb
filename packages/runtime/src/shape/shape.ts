/**
 * A shape says how a type of the `.vox` language looks as a TypeScript value: member names, tags, number or bigint.
 * Generated code carries one per type as plain data. The hot paths never read it: it serves the slow paths, which
 * name the path of a value that could not be encoded or decoded.
 */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import type { SchemaPrimitive, TypeId } from "../schema/model.js";

/** Types that the schema calls `payload` and says no more of. */
export type PayloadPrimitive = "duration" | "timedelta" | "value";

/** Primitives whose bytes the schema describes. */
export type PlainPrimitive = Exclude<SchemaPrimitive, "payload">;

export type ShapePrimitive = PlainPrimitive | PayloadPrimitive;

export interface PrimitiveShape {
  readonly kind: "primitive";
  readonly type: ShapePrimitive;
  /** True for a 64- or 128-bit integer that is a `number` (`@js(number)`). */
  readonly asNumber: boolean;
  /** How a type of the schema kind `payload` is read and written: only programs that have such a type ship it. */
  readonly payload?: PayloadFunctions;
}

/** The functions of a primitive that the runtime has no table entry for. */
export interface PayloadFunctions {
  readonly read: (r: Reader) => unknown;
  readonly write: (w: Writer, p: number, value: never) => number;
  /** Bytes that the caller of `write` reserves; 0: it makes its own room. */
  readonly room: number;
  /** What keeps a value from being written; undefined when nothing does. */
  readonly problem: (value: unknown) => string | undefined;
}

export interface OptionShape {
  readonly kind: "option";
  readonly element: Shape;
  /** True when the element's own values include `undefined`: then a present value is `{ some: value }`. */
  readonly wrapped: boolean;
}

export interface ListShape {
  readonly kind: "list";
  readonly element: Shape;
  /** True when the value is a typed array (`@typed`). */
  readonly typed: boolean;
}

export interface ArrayShape {
  readonly kind: "array";
  readonly element: Shape;
  readonly length: number;
  readonly typed: boolean;
}

export interface TupleShape {
  readonly kind: "tuple";
  readonly elements: readonly Shape[];
  /** Names for paths, where the tuple is an argument list. */
  readonly names?: readonly string[];
}

export interface MapShape {
  readonly kind: "map";
  readonly key: Shape;
  readonly value: Shape;
}

export interface SetShape {
  readonly kind: "set";
  readonly element: Shape;
}

export interface ResultShape {
  readonly kind: "result";
  readonly ok: Shape;
  readonly error: Shape;
}

export interface FieldShape {
  /** Name in the `.vox` file and on the wire. */
  readonly name: string;
  /** Name of the TypeScript member. */
  readonly member: string;
  readonly shape: Shape;
  /**
   * The value of a field that a peer does not have, made again each time. Absent: an option is undefined then, anything
   * else is an error.
   */
  readonly default?: () => unknown;
  /**
   * Whether our schema says that a peer has to have it. Absent: it does for a field that is no option and has no
   * default.
   */
  readonly required?: boolean;
}

/**
 * Makes the object of a struct or struct variant from the values of its members, in declared order: an object literal,
 * so that an object read in another layout has the same hidden class as one of the static decoder.
 */
export type MakeObject = (values: readonly unknown[]) => object;

export interface StructShape {
  readonly kind: "struct";
  readonly name: string;
  /** Its id as a root of its own. Absent: schemas are not made of this shape. */
  readonly id?: TypeId | undefined;
  /** Called when needed, so that a type may contain itself. */
  readonly fields: () => readonly FieldShape[];
  /** Absent: members are set one by one, which is slower. */
  readonly make?: MakeObject;
}

/** A struct whose values have positions instead of names. */
export interface TupleStructShape {
  readonly kind: "tupleStruct";
  readonly name: string;
  /** Its id as a root of its own. Absent: schemas are not made of this shape. */
  readonly id?: TypeId | undefined;
  /** Called when needed, so that a type may contain itself. */
  readonly elements: () => readonly Shape[];
  /** True when a value is that of the one element (a branded type), false when it is an array. */
  readonly isValue: boolean;
  /** True when it is the one element on the wire, too, instead of a tuple (`@transparent`). */
  readonly isTransparent: boolean;
}

/** A type of the schema kind `payload`: its bytes are those of another type, which the schema does not tell. */
export interface PayloadShape {
  readonly kind: "payload";
  readonly content: Shape;
}

export type VariantShape =
  | { readonly name: string; readonly payload: "unit" }
  | { readonly name: string; readonly payload: "newtype"; readonly shape: () => Shape }
  | { readonly name: string; readonly payload: "tuple"; readonly shape: () => TupleShape }
  | {
      readonly name: string;
      readonly payload: "struct";
      readonly fields: () => readonly FieldShape[];
      /** The object has its `kind` first. */
      readonly make?: MakeObject;
    };

export interface EnumShape {
  readonly kind: "enum";
  readonly name: string;
  /** Its id as a root of its own. Absent: schemas are not made of this shape. */
  readonly id?: TypeId | undefined;
  /** True when the values are string literals (an enum of unit variants only), false for `{ kind, … }` objects. */
  readonly literal: boolean;
  readonly variants: readonly VariantShape[];
}

/** Encoder, decoder and looks of a channel's items: made by generated code, one constant for each type. */
export interface ItemType<T> {
  readonly shape: Shape;
  readonly write: (w: Writer, p: number, value: T) => number;
  readonly read: (r: Reader) => T;
}

/** A channel handle among arguments. */
export interface ChannelShape {
  readonly kind: "channel";
  /** As the handler sees it. */
  readonly direction: "tx" | "rx";
  readonly item: ItemType<unknown>;
  /** Reads the handle; items that arrive on it are read by `item`. */
  readonly read: (r: Reader, item: ItemType<unknown>) => unknown;
}

export type Shape =
  | PrimitiveShape
  | OptionShape
  | ListShape
  | ArrayShape
  | TupleShape
  | MapShape
  | SetShape
  | ResultShape
  | StructShape
  | TupleStructShape
  | PayloadShape
  | EnumShape
  | ChannelShape;
