/** BLAKE3 as the ids of types and methods use it. Source: `protocol/schemas.md` §3. */
import { blake3 } from "@noble/hashes/blake3.js";

/** The first eight bytes of the BLAKE3 hash of `input`, read as a little-endian number. */
export function hash64(input: Uint8Array): bigint {
  const digest = blake3(input, { dkLen: 8 });
  return new DataView(digest.buffer, digest.byteOffset, 8).getBigUint64(0, true);
}
