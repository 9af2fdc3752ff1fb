/** The reader of each primitive, for paths on which it is only known at run time. */
import type { Reader } from "../bytes/reader.js";
import { readBytes } from "../postcard/byte-strings.js";
import { readChar } from "../postcard/chars.js";
import { readF32 } from "../postcard/f32.js";
import { readF64 } from "../postcard/f64.js";
import { readBool } from "../postcard/flags.js";
import { readI8, readI16, readI32, readU8, readU16 } from "../postcard/integers.js";
import { readString } from "../postcard/text.js";
import { readU32 } from "../postcard/u32.js";
import { readU64 } from "../postcard/u64.js";
import { readNever, readUnit } from "../postcard/units.js";
import {
  readI64,
  readI64Number,
  readI128,
  readI128Number,
  readU64Number,
  readU128,
  readU128Number,
} from "../postcard/wide-integers.js";
import type { PlainPrimitive, PrimitiveShape } from "./shape.js";

type ReadAny = (r: Reader) => unknown;

const primitiveReaders: Readonly<Record<PlainPrimitive, ReadAny>> = {
  bool: readBool,
  u8: readU8,
  u16: readU16,
  u32: readU32,
  u64: readU64,
  u128: readU128,
  i8: readI8,
  i16: readI16,
  i32: readI32,
  i64: readI64,
  i128: readI128,
  f32: readF32,
  f64: readF64,
  char: readChar,
  string: readString,
  bytes: readBytes,
  unit: readUnit,
  never: readNever,
};

const numberReaders: Readonly<Partial<Record<PrimitiveShape["type"], ReadAny>>> = {
  u64: readU64Number,
  i64: readI64Number,
  u128: readU128Number,
  i128: readI128Number,
};

/** The function that reads a primitive as its shape says. */
export function primitiveReader(shape: PrimitiveShape): (r: Reader) => unknown {
  if (shape.payload !== undefined) return shape.payload.read;
  const type = shape.type as PlainPrimitive;
  return (shape.asNumber ? numberReaders[type] : undefined) ?? primitiveReaders[type];
}
