/** Random changes to inputs that are right: bytes, texts and lists of parts. Equal seeds give equal changes. */
import { type Part, packParts, unpackParts } from "./parts.js";

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
const edges: readonly Uint8Array[] = [
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
].map((bytes) => Uint8Array.from(bytes));
const nothing = new Uint8Array(0);

function splice(input: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(input.length - removed + added.length);
  bytes.set(input.subarray(0, at));
  bytes.set(added, at);
  bytes.set(input.subarray(at + removed), at + added.length);
  return bytes;
}

/** One to six changes: bits, edges, numbers, pieces left out, doubled, cut off, or taken from another input. */
export function mutateBytes(input: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  let bytes = input;
  for (let left = 1 + random(1 + random(6)); left > 0; left--) bytes = changeBytes(bytes, others, random);
  return bytes;
}

function changeBytes(bytes: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  const at = random(bytes.length + 1);
  const length = random(1 + Math.min(16, bytes.length - at));
  const kind = random(8);
  if (kind <= 2 && at < bytes.length) {
    const changed = bytes.slice();
    const before = changed[at] as number;
    changed[at] = [before ^ (1 << random(8)), random(256), before + random(9) - 4][kind] as number;
    return changed;
  }
  if (kind <= 3) return splice(bytes, at, length, edges[random(edges.length)] as Uint8Array);
  if (kind === 4) return splice(bytes, at, length, nothing);
  if (kind === 5) return splice(bytes, at, 0, bytes.slice(at, at + length));
  if (kind === 6 && random(4) === 0) return bytes.slice(0, at);
  const other = others[random(others.length)] ?? bytes;
  const from = random(other.length + 1);
  return splice(bytes, at, length, other.subarray(from, from + random(64)));
}

/** One to six changes of an input that is a list of parts: whole parts, their tags, or the bytes of one part. */
export function mutateParts(input: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  if (random(40) === 0) return mutateBytes(input, others, random);
  const parts = unpackParts(input);
  const pool = unpackParts(others[random(others.length)] ?? input);
  const bodies = pool.map(({ bytes }) => bytes);
  for (let left = 1 + random(1 + random(6)); left > 0; left--) changeParts(parts, pool, bodies, random);
  return packParts(parts);
}

function changeParts(
  parts: Part[],
  pool: readonly Part[],
  bodies: readonly Uint8Array[],
  random: Random,
): void {
  const at = random(parts.length + 1);
  const part = parts[at];
  const kind = random(10);
  if (kind === 0) parts.splice(at, 1);
  else if (kind === 1 && part !== undefined) parts.splice(random(parts.length + 1), 0, part);
  else if (kind === 2 && part !== undefined) {
    const other = random(parts.length);
    [parts[at], parts[other]] = [parts[other] as Part, part];
  } else if (kind === 3 && part !== undefined)
    parts[at] = { ...part, tag: random(4) === 0 ? random(256) : random(8) };
  else if (kind <= 5) {
    const from = random(pool.length + 1);
    parts.splice(at, random(2), ...pool.slice(from, from + 1 + random(3)));
  } else if (part !== undefined) parts[at] = { ...part, bytes: changeBytes(part.bytes, bodies, random) };
}

/** One to six changes by whole tokens. @param other a text to take pieces from */
export function mutateText(input: string, other: string, random: Random): string {
  const tokens = tokensOf(input);
  const pool = tokensOf(other);
  for (let left = 1 + random(6); left > 0; left--) {
    const at = random(tokens.length + 1);
    const length = random(1 + Math.min(8, tokens.length - at));
    const from = random(pool.length + 1);
    const kind = random(4);
    if (kind === 0) tokens.splice(at, length);
    else if (kind === 1) tokens.splice(at, 0, ...tokens.slice(at, at + length));
    else if (kind === 2) tokens.splice(at, length, ...pool.slice(from, from + random(8)));
    else tokens.splice(at, length, String.fromCharCode(random(4) === 0 ? random(0x1_0000) : random(0x80)));
  }
  return tokens.join("");
}

function tokensOf(text: string): string[] {
  return text.match(/\w+|\s+|[^\w\s]/gu) ?? [];
}
