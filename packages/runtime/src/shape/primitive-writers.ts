/** The writer of each primitive, for paths on which it is only known at run time. Each makes its own room. */
import { writeBytes } from "../postcard/byte-strings.js";
import { writeChar } from "../postcard/chars.js";
import { writeF32 } from "../postcard/f32.js";
import { writeF64 } from "../postcard/f64.js";
import { writeBool } from "../postcard/flags.js";
import { writeI8, writeI16, writeI32, writeU8, writeU16 } from "../postcard/integers.js";
import { writeString } from "../postcard/text.js";
import { writeU32 } from "../postcard/u32.js";
import { writeU64, writeU64Number } from "../postcard/u64.js";
import { writeNever, writeUnit } from "../postcard/units.js";
import { writeI64, writeI64Number, writeI128, writeU128 } from "../postcard/wide-integers.js";
import type { Write } from "./codec.js";
import type { PlainPrimitive, PrimitiveShape } from "./shape.js";

type WriteAny = Write<never>;

/** Writers and the room that they need; 0: they make their own. */
const primitiveWriters: Readonly<Record<PlainPrimitive, readonly [WriteAny, number]>> = {
  bool: [writeBool, 1],
  u8: [writeU8, 1],
  u16: [writeU16, 3],
  u32: [writeU32, 5],
  u64: [writeU64, 10],
  u128: [writeU128, 19],
  i8: [writeI8, 1],
  i16: [writeI16, 3],
  i32: [writeI32, 5],
  i64: [writeI64, 10],
  i128: [writeI128, 19],
  f32: [writeF32, 4],
  f64: [writeF64, 8],
  char: [writeChar, 0],
  string: [writeString, 0],
  bytes: [writeBytes, 0],
  unit: [writeUnit, 0],
  never: [writeNever, 0],
};

const numberWriters: Readonly<Partial<Record<PrimitiveShape["type"], readonly [WriteAny, number]>>> = {
  u64: [writeU64Number, 10],
  i64: [writeI64Number, 10],
  u128: [writeU64Number, 10],
  i128: [writeI64Number, 10],
};

/** The function that writes a primitive as its shape says. */
export function primitiveWriter({ type, asNumber, payload }: PrimitiveShape): Write<unknown> {
  const plain = type as PlainPrimitive;
  const [write, room] =
    payload !== undefined
      ? [payload.write, payload.room]
      : ((asNumber ? numberWriters[plain] : undefined) ?? primitiveWriters[plain]);
  if (room === 0) return write as Write<unknown>;
  return (w, p, value) => {
    if (p + room > w.limit) w.grow(p, room);
    return write(w, p, value as never);
  };
}
