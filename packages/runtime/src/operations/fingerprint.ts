/** Tells whether two calls ask for the same. Source: `protocol/calls.md` §6.2. */
import { sha256 } from "@noble/hashes/sha2.js";

const methodIdBytes = 8;
/** Bytes of the hash that are kept. A caller gains nothing if it finds two of its own calls with the same bytes. */
const keptBytes = 16;

/**
 * The beginning of the SHA-256 of a method id, little-endian, and the bytes of its arguments, as hexadecimal digits.
 * SHA-256 and not the BLAKE3 of method ids, which takes twice as long for arguments of a usual size.
 */
export function fingerprint(methodId: bigint, bytes: Uint8Array, start: number, end: number): string {
  const input = new Uint8Array(methodIdBytes + end - start);
  new DataView(input.buffer).setBigUint64(0, methodId, true);
  input.set(bytes.subarray(start, end), methodIdBytes);
  let text = "";
  for (const byte of sha256(input).subarray(0, keptBytes)) text += byte.toString(16).padStart(2, "0");
  return text;
}
