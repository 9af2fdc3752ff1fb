/**
 * Inputs that are lists, as bytes: each part has a tag of one byte, a length of two bytes (little endian), and its
 * bytes.
 */

/** One part of an input. What the tag means is the target's. */
export interface Part {
  readonly tag: number;
  readonly bytes: Uint8Array;
}

const headBytes = 3;
const mostBytes = 0xffff;

/** Longer parts are cut. */
export function packParts(parts: readonly Part[]): Uint8Array {
  const pieces = parts.map(({ tag, bytes }) => ({ tag, bytes: bytes.subarray(0, mostBytes) }));
  const packed = new Uint8Array(pieces.reduce((sum, { bytes }) => sum + headBytes + bytes.length, 0));
  let at = 0;
  for (const { tag, bytes } of pieces) {
    packed.set([tag, bytes.length & 0xff, bytes.length >> 8], at);
    packed.set(bytes, at + headBytes);
    at += headBytes + bytes.length;
  }
  return packed;
}

/** Any bytes are a list: the last part takes what there is. */
export function unpackParts(packed: Uint8Array): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at + headBytes <= packed.length; ) {
    const [tag = 0, low = 0, high = 0] = packed.subarray(at, at + headBytes);
    const start = at + headBytes;
    at = start + low + (high << 8);
    parts.push({ tag, bytes: packed.subarray(start, at) });
  }
  return parts;
}
