/** Types that all kinds of generated files use: the primitives, and the families of types of the language. */
import { encodeCbor } from "../schema/cbor-encode.js";
import type { SchemaPrimitive, TypeId } from "../schema/model.js";
import { WireSchema } from "./binding.js";

/** Ids of the primitives. */
export const primitiveIds: Readonly<Record<string, TypeId>> = {
  bool: 0x178367a87f66fb46n,
  u8: 0x2c8d54f2314d0f20n,
  u16: 0x1be6c8d0625ea876n,
  u32: 0x281c5be4f2ee63b4n,
  u64: 0xd9356298b81639acn,
  u128: 0x767c691472231d95n,
  i8: 0x3bd6a76856978968n,
  i16: 0x269c2efb67f8a4c7n,
  i32: 0x361f4536eee9f991n,
  i64: 0xc6eb8c46f1e17fban,
  i128: 0xe935ee7d4b9fe594n,
  f32: 0x8e02f623d1b2310cn,
  f64: 0x3f2e589db81e95bfn,
  char: 0x18937b725e2e911bn,
  string: 0x6d7dce914ee150e8n,
  unit: 0xbc5c33249a2dc720n,
  never: 0x5db70a394660f3e6n,
  bytes: 0xba8125876d6388b4n,
  payload: 0x897ee6096f7bb726n,
} satisfies Record<SchemaPrimitive, TypeId>;

/**
 * Ids of families: generic types of the language with the variables of their parts, where the parts may share one.
 * Others, such as arrays, have an id for each length: generated code brings it.
 */
export const familyIds: Readonly<Record<string, TypeId>> = {
  list: 0x0a96b404b4d79d67n,
  set: 0x0a96b404b4d79d67n,
  option: 0xdcafd4de6b7969bbn,
  "map K V": 0xd2090ac76e20f7e9n,
  "map K K": 0xbccec516fe4bf5c3n,
  "result T E": 0x42046de663beeef0n,
  "tuple 1": 0x6847ab90feda71c1n,
  "tuple 2": 0xba0496aa8cee7a4cn,
  "tuple 3": 0xaa510ab07d34f141n,
  "tuple 4": 0x915c6fb5b64f270bn,
  tx: 0xc886545a493d06ebn,
  rx: 0x967a48ac345e2f5en,
  "VoxError E": 0x4cf4b2aeb98a1939n,
  "VoxError string": 0x18da65f4c6495eabn,
};

/** The schema of a primitive. */
export function primitiveSchema(name: SchemaPrimitive): WireSchema {
  const id = primitiveIds[name] as TypeId;
  return new WireSchema(id, () =>
    encodeCbor({ id, type_params: [], kind: { tag: "primitive", primitive_type: name } }),
  );
}
