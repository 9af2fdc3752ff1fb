/** Tells whether two calls request the same. Source: `protocol/calls.md` §6.2. */

const methodIdBytes = 8;
/** Bytes that are mixed at a time. */
const blockBytes = 16;

/**
 * 128 bits of a method id and the bytes of its arguments, as 32 hexadecimal digits. The mixing is that of MurmurHash3:
 * equal fingerprints of other calls do not come up by accident. A caller that makes them on purpose gains nothing, as
 * an operation is compared with calls of the same caller alone. So no cryptographic hash is spent on each call.
 */
export function fingerprint(methodId: bigint, bytes: Uint8Array, start: number, end: number): string {
  const length = methodIdBytes + end - start;
  // The rest of the last block is zero: the length, which is mixed in below, tells such inputs apart.
  const input = new Uint8Array(Math.ceil(length / blockBytes) * blockBytes);
  const view = new DataView(input.buffer);
  view.setBigUint64(0, methodId, true);
  input.set(bytes.subarray(start, end), methodIdBytes);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let p = 0; p < input.length; p += blockBytes) {
    a = joined(a ^ scrambled(view.getInt32(p, true), 0x239b961b, 15, 0xab0e9789), 19, b, 0x561ccd1b);
    b = joined(b ^ scrambled(view.getInt32(p + 4, true), 0xab0e9789, 16, 0x38b34ae5), 17, c, 0x0bcaa747);
    c = joined(c ^ scrambled(view.getInt32(p + 8, true), 0x38b34ae5, 17, 0xa1e38b93), 15, d, 0x96cd1c35);
    d = joined(d ^ scrambled(view.getInt32(p + 12, true), 0xa1e38b93, 18, 0x239b961b), 13, a, 0x32ac3b17);
  }
  return digits(spread([a ^ length, b ^ length, c ^ length, d ^ length]));
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function scrambled(word: number, first: number, by: number, second: number): number {
  return Math.imul(rotated(Math.imul(word, first), by), second);
}

function joined(word: number, by: number, next: number, constant: number): number {
  return (Math.imul(rotated(word, by) + next, 5) + constant) | 0;
}

/** Lets each bit of the words change all others. */
function spread(words: readonly number[]): readonly number[] {
  return shared(shared(words).map(avalanched));
}

function shared([a = 0, b = 0, c = 0, d = 0]: readonly number[]): readonly number[] {
  const sum = a + b + c + d;
  return [sum, b + sum, c + sum, d + sum].map((word) => word | 0);
}

function avalanched(word: number): number {
  const once = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}

function digits(words: readonly number[]): string {
  return words.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
