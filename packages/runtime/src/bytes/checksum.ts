/**
 * FNV-1a of 32 bits: tells accidental differences apart. It is no protection against a peer that wants the same sum.
 * @param basis what the sum begins with
 */
export function checksum(bytes: Uint8Array, basis: number): number {
  let sum = basis;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x0100_0193);
  return sum >>> 0;
}
