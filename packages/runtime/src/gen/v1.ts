/**
 * The generated-code ABI, version 1: the only module that `*.vox.ts` files import, as `import * as $`. Additive within
 * v1 and apart from the public API: not meant to be called by hand.
 *
 * Codec half. Room: bytes that the caller reserves with `if (p + n > w.limit) w.grow(p, n)`; "own" makes its own.
 * Writers throw EncodeFault, readers DecodeFault; `codec`, `encodeError` and `decodeError` turn them into CodecError.
 *
 * A Map or Set may change while it is written (a getter of an element can do anything): count down from the announced
 * size and call `badLength` when it is not met. `minBytes` is the smallest encoding of an element: unit 0, f32 4, f64
 * 8, char 2, struct and tuple the sum, array the multiple, option, list, map and set 1, result and enum 1 + the
 * smallest payload, everything else 1; a type met inside itself counts as infinite. `heapBytes` is memory, see
 * `shape/decoded-bytes.ts`: of the smallest element of a container with its place there, of an option that is present,
 * of a larger variant beyond the smallest; code of before it was counted leaves it out.
 *
 * | function                                   | room | throws, beyond a wrong JavaScript type                       |
 * |--------------------------------------------|------|--------------------------------------------------------------|
 * | writeBool writeU8 writeI8                  | 1    | out of range                                                 |
 * | writeU16 writeI16                          | 3    | out of range, not an integer                                 |
 * | writeU32 writeI32                          | 5    | out of range, not an integer                                 |
 * | writeU64 writeI64                          | 10   | out of range                                                 |
 * | writeU64Number writeI64Number              | 10   | not a safe integer (also for `@js(number)` 128-bit integers) |
 * | writeU128 writeI128                        | 19   | out of range                                                 |
 * | writeF32 / writeF64                        | 4/8  | finite value too large for f32                               |
 * | writeNone(w, p) writeSome(w, p)            | 1    | never; tag of an option                                      |
 * | writeUnit                                  | 0    | value is not undefined                                       |
 * | writeNever()                               | 0    | always                                                       |
 * | writeCount writeTag                        | 5    | never: the number is trusted                                 |
 * | writeString writeChar writeBytes           | own  | lone surrogates; more or less than one scalar (char)         |
 * | writeTypedU8 … writeTypedF64               | own  | `@typed` list: u8 i8 u16 i16 u32 i32 u64 i64 f32 f64         |
 * | writeTypedU8Array(w, p, v, length) …       | own  | `@typed` fixed array; wrong length                           |
 * | writeDuration writeTimedelta               | 15   | no number of milliseconds in range                           |
 * | writeValue                                 | own  | nothing JSON-like                                            |
 * | writeF64List writeF32List                  | own  | `f64[]`/`f32[]` as number[]: count and elements in one loop  |
 * | readBool … readBytes, readUnit, readNever  | –    | reader of each writer; all check the end of the payload      |
 * | readU128Number readI128Number              | –    | as readU64Number, for 128-bit integers                       |
 * | readCount(r, minBytes, heapBytes)          | –    | count that cannot fit; minBytes 0: 65536 elements a payload  |
 * | readArrayCount(r, length, minBytes, heap…) | –    | fixed array that cannot fit: call before `new Array(length)` |
 * | readTag(r) readOptionTag(r)                | –    | position of a variant or result · whether a value follows    |
 * | readLargeOptionTag(r, heapBytes)           | –    | as readOptionTag, for values that are counted one by one     |
 * | checkKeys(entries)?.number bigint any(r, key) | – | keys of a Map or Set that are made to have one hash      |
 * | spend(r, heapBytes)                        | –    | values that take more memory than the reader allows          |
 * | readF64List readF32List                    | –    | readers of writeF64List, writeF32List                        |
 * | writeTx writeRx(w, p, v, item)             | 10   | not an unused half of a `channel()`                          |
 * | readTx readRx(r, item)                     | –    | id that cannot be that of a new channel                      |
 * | enter(w or r) leave(w or r)                | –    | below level 128; around recursive types only                 |
 * | expectArray(v) expectArrayOf(v, length)    | –    | value is no array (of that length)                           |
 * | expectMap expectSet expectObject(v, name)  | –    | value is no Map, Set, object                                 |
 * | badVariant(v, name) badLength(want, got)   | –    | always (encode)                                              |
 * | unknownVariant(r, index, name)             | –    | always (decode)                                              |
 *
 * Codecs of generic types: `optionOf(codec)` is `T?` of a type argument, `leastBytes(shape)` its smallest encoding as
 * `readCount` takes it, `decodedBytes`, `elementBytes`, `presentBytes` and `extraBytes(shape, index)` its memory, and
 * `expectKey` refuses an argument that cannot be a key.
 */

// --- codecs ---
export { Reader } from "../bytes/reader.js";
export { Writer } from "../bytes/writer.js";
// --- end of codecs ---
// --- channels ---
export { readRx, readTx, rxShape, txShape, writeRx, writeTx } from "../channel/binder.js";
export { channels } from "../channel/channel-feature.js";
export { Rx } from "../channel/rx.js";
export { Tx } from "../channel/tx.js";
export { readBytes, writeBytes } from "../postcard/byte-strings.js";
export { readChar, writeChar } from "../postcard/chars.js";
export {
  badLength,
  expectArrayOf,
  readCount,
  readTag,
  unknownVariant,
  writeCount,
  writeTag,
} from "../postcard/counts.js";
export { readDuration, readTimedelta, writeDuration, writeTimedelta } from "../postcard/durations.js";
export { readF32, writeF32 } from "../postcard/f32.js";
export { readF64, writeF64 } from "../postcard/f64.js";
export {
  DecodeFault,
  EncodeFault,
} from "../postcard/faults.js";
export { readBool, readOptionTag, writeBool, writeNone, writeSome } from "../postcard/flags.js";
export { readF32List, readF64List, writeF32List, writeF64List } from "../postcard/float-lists.js";
export { readLiteral, writeLength } from "../postcard/generated.js";
export { badVariant, expectArray, expectMap, expectObject, expectSet } from "../postcard/guards.js";
export {
  readI8,
  readI16,
  readI32,
  readU8,
  readU16,
  writeI8,
  writeI16,
  writeI32,
  writeU8,
  writeU16,
} from "../postcard/integers.js";
export { checkKeys } from "../postcard/keys.js";
export { readArrayCount, readLargeOptionTag, spend } from "../postcard/memory.js";
export { enter, leave } from "../postcard/nesting.js";
export { readString, writeString } from "../postcard/text.js";
export {
  readTypedF32,
  readTypedF32Array,
  readTypedF64,
  readTypedF64Array,
  readTypedI8,
  readTypedI8Array,
  readTypedI16,
  readTypedI16Array,
  readTypedI32,
  readTypedI32Array,
  readTypedI64,
  readTypedI64Array,
  readTypedU8,
  readTypedU8Array,
  readTypedU16,
  readTypedU16Array,
  readTypedU32,
  readTypedU32Array,
  readTypedU64,
  readTypedU64Array,
  writeTypedF32,
  writeTypedF32Array,
  writeTypedF64,
  writeTypedF64Array,
  writeTypedI8,
  writeTypedI8Array,
  writeTypedI16,
  writeTypedI16Array,
  writeTypedI32,
  writeTypedI32Array,
  writeTypedI64,
  writeTypedI64Array,
  writeTypedU8,
  writeTypedU8Array,
  writeTypedU16,
  writeTypedU16Array,
  writeTypedU32,
  writeTypedU32Array,
  writeTypedU64,
  writeTypedU64Array,
} from "../postcard/typed-arrays.js";
export { readU32, writeU32 } from "../postcard/u32.js";
export { readU64, writeU64, writeU64Number } from "../postcard/u64.js";
export { readNever, readUnit, writeNever, writeUnit } from "../postcard/units.js";
export type { Value } from "../postcard/values.js";
export { readValue, writeValue } from "../postcard/values.js";
export {
  readI64,
  readI64Number,
  readI128,
  readI128Number,
  readU64Number,
  readU128,
  readU128Number,
  writeI64,
  writeI64Number,
  writeI128,
  writeU128,
} from "../postcard/wide-integers.js";
export {
  arrayShape,
  boolShape,
  bytesShape,
  charShape,
  durationShape,
  enumShape,
  f32Shape,
  f64Shape,
  fieldShape,
  i8Shape,
  i16Shape,
  i32Shape,
  i64NumberShape,
  i64Shape,
  i128NumberShape,
  i128Shape,
  listShape,
  mapShape,
  neverShape,
  newtypeVariant,
  optionShape,
  payloadShape,
  resultShape,
  setShape,
  stringShape,
  structShape,
  structVariant,
  timedeltaShape,
  tupleShape,
  tupleStructShape,
  tupleVariant,
  u8Shape,
  u16Shape,
  u32Shape,
  u64NumberShape,
  u64Shape,
  u128NumberShape,
  u128Shape,
  unitShape,
  unitVariant,
  valueShape,
} from "../shape/build.js";
export {
  type Codec,
  codec,
  type DecodeOptions,
  type Read,
  type Write,
} from "../shape/codec.js";
export { decodeError, encodeError } from "../shape/codec-error.js";
export { literals, struct, tupleStruct, variants } from "../shape/compact.js";
export { decodedBytes, elementBytes, extraBytes, presentBytes } from "../shape/decoded-bytes.js";
export type { Branded, Option, Some } from "../shape/option.js";
export { expectKey, leastBytes, optionOf } from "../shape/parameter.js";
export type {
  ArrayShape,
  EnumShape,
  FieldShape,
  ItemType,
  ListShape,
  MapShape,
  OptionShape,
  PrimitiveShape,
  ResultShape,
  SetShape,
  Shape,
  StructShape,
  TupleShape,
  TupleStructShape,
  VariantShape,
} from "../shape/shape.js";
// --- end of channels ---

// --- schemas and methods ---
export {
  type Binding,
  schema,
  typeRef,
  WireSchema,
} from "../call/binding.js";
export type { Caller, CallOptions } from "../call/caller.js";
export type { CallContext } from "../call/context.js";
export {
  type AnsweringFeature,
  answered,
  Dispatcher,
  type HandledInit,
  type HandledMethod,
  handled,
} from "../call/dispatcher.js";
export { Failure, fail } from "../call/failure.js";
export { primitiveSchema } from "../call/known-schemas.js";
export {
  type ChannelFeature,
  declared,
  Method,
  type MethodInit,
  method,
} from "../call/method.js";
export type { Awaitable, Result } from "../call/result.js";
export { type Client, ClientBase, type Service, service } from "../call/service.js";
export { type TryClient, tryClient } from "../call/try-client.js";
export { dispatcher } from "../driver/dispatcher.js";
export { CallError, type CallRejection, DeclaredError } from "../errors.js";
// --- end of schemas and methods ---
