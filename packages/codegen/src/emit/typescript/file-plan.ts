/** What one generated file needs beside the code of its own declarations: data, made before anything is printed. */
import type { TypeDeclaration } from "../../model/model.js";
import type { EncodedSchema } from "../../schema/index.js";
import type { CodecNames } from "./names.js";
import type { ValueType } from "./value-type.js";

/** Functions of the runtime that return the memory that values of a shape take. */
export type MemoryFigure = "decodedBytes" | "elementBytes" | "extraBytes" | "presentBytes";

/** A name that another file of the output exports. */
export interface PlannedImport {
  /** Of the other file, as it is written. */
  readonly specifier: string;
  readonly name: string;
  /** The name in this file. */
  readonly local: string;
  /** Whether it is used as a type only. */
  readonly isType: boolean;
}

/** A composite, or an instantiation of a generic type, that the file has functions or a shape for. */
export interface PlannedPart {
  readonly type: ValueType;
  readonly names: CodecNames;
  /** What is used; the rest is not written. */
  readonly halves: ReadonlySet<keyof CodecNames>;
}

/** A constant inside the codec of a generic type: what values of a type take in memory. */
export interface PlannedMemory {
  readonly name: string;
  readonly what: MemoryFigure;
  readonly type: ValueType;
  /** Of the variant, or of the side of the result. */
  readonly index: number | undefined;
}

/** Parts, in the order in which they are written. */
export type PlannedParts = ReadonlyMap<ValueType, PlannedPart>;

/** The codec of a generic type: a function that takes the codecs of the type arguments. */
export interface GenericPlan {
  readonly type: ValueType;
  /** The variable of each parameter's codec. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Codecs of options, by parameter. */
  readonly options: ReadonlyMap<string, string>;
  /** Constants of the smallest encodings. */
  readonly sizes: ReadonlyMap<ValueType, string>;
  /** By {@link memoryKey}. */
  readonly memory: ReadonlyMap<string, PlannedMemory>;
  readonly parts: PlannedParts;
  /** Whether a name has a meaning inside the codec. */
  readonly isTaken: (name: string) => boolean;
}

export interface FilePlan {
  readonly imports: readonly PlannedImport[];
  readonly parts: PlannedParts;
  /** Constants of the items of channels. */
  readonly items: ReadonlyMap<ValueType, string>;
  /** Constants of the schemas that methods announce as they are. */
  readonly schemas: ReadonlyMap<EncodedSchema, string>;
  readonly generics: ReadonlyMap<TypeDeclaration, GenericPlan>;
  /** Whether a name has a meaning in the file. */
  readonly isTaken: (name: string) => boolean;
}

export function memoryKey(what: MemoryFigure, type: ValueType, index: number | undefined): string {
  return `${what} ${index ?? ""} ${type.key}`;
}
