/** Random changes to inputs that are right: bytes and texts. Equal seeds give equal changes. */

/** A generator of numbers below a bound. */
export type Random = (below: number) => number;

/** mulberry32. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Bytes that are at the edge of something: lengths, varints, CBOR heads. */
const edges: readonly (readonly number[])[] = [
  [0],
  [1],
  [0x7f],
  [0x80],
  [0xff],
  [0x80, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0x80, 0x80, 0x80, 0x08],
  [0x9f],
  [0xbf],
  [0x9b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
];

function splice(input: Uint8Array, at: number, removed: number, added: Iterable<number>): Uint8Array {
  const bytes = [...input];
  bytes.splice(at, removed, ...added);
  return Uint8Array.from(bytes);
}

/** One to six changes: bits, edges, pieces left out, doubled, cut off, or taken from another input. */
export function mutateBytes(input: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  let bytes = input;
  for (let left = 1 + random(6); left > 0; left--) {
    const at = random(bytes.length + 1);
    const length = random(1 + Math.min(16, bytes.length - at));
    const kind = random(6);
    if (kind === 0 && at < bytes.length) {
      bytes = bytes.slice();
      bytes[at] = (bytes[at] as number) ^ (1 << random(8));
    } else if (kind === 1) bytes = splice(bytes, at, length, edges[random(edges.length)] ?? []);
    else if (kind === 2) bytes = splice(bytes, at, length, []);
    else if (kind === 3) bytes = splice(bytes, at, 0, bytes.subarray(at, at + length));
    else if (kind === 4) bytes = bytes.slice(0, at);
    else {
      const other = others[random(others.length)] ?? bytes;
      const from = random(other.length + 1);
      bytes = splice(bytes, at, length, other.subarray(from, from + random(64)));
    }
  }
  return bytes;
}

/** As {@link mutateBytes}, by whole tokens. */
export function mutateText(input: string, others: readonly string[], random: Random): string {
  const tokens = tokensOf(input);
  for (let left = 1 + random(6); left > 0; left--) {
    const at = random(tokens.length + 1);
    const length = random(1 + Math.min(8, tokens.length - at));
    const other = tokensOf(others[random(others.length)] ?? input);
    const from = random(other.length + 1);
    const kind = random(4);
    if (kind === 0) tokens.splice(at, length);
    else if (kind === 1) tokens.splice(at, 0, ...tokens.slice(at, at + length));
    else if (kind === 2) tokens.splice(at, length, ...other.slice(from, from + random(8)));
    else tokens.splice(at, length, String.fromCharCode(random(4) === 0 ? random(0x1_0000) : random(0x80)));
  }
  return tokens.join("");
}

function tokensOf(text: string): string[] {
  return text.match(/\w+|\s+|[^\w\s]/gu) ?? [];
}
