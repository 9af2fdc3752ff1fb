/** Integer types and what they hold. */
export type IntegerType = "u8" | "u16" | "u32" | "u64" | "u128" | "i8" | "i16" | "i32" | "i64" | "i128";

/** Smallest and largest value of each integer type. */
export const integerRanges: Readonly<Record<IntegerType, readonly [bigint, bigint]>> = {
  u8: [0n, 0xffn],
  u16: [0n, 0xffffn],
  u32: [0n, 0xffff_ffffn],
  u64: [0n, 0xffff_ffff_ffff_ffffn],
  u128: [0n, 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_ffffn],
  i8: [-0x80n, 0x7fn],
  i16: [-0x8000n, 0x7fffn],
  i32: [-0x8000_0000n, 0x7fff_ffffn],
  i64: [-0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn],
  i128: [-0x8000_0000_0000_0000_0000_0000_0000_0000n, 0x7fff_ffff_ffff_ffff_ffff_ffff_ffff_ffffn],
};
