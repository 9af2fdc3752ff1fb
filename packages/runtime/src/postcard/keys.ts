/**
 * Keys that a peer chooses. V8 puts 32-bit integers, other numbers and bigints into the tables of a Map or Set by
 * hashes without a seed: a peer can choose keys that are all in one chain, and reading n of them takes time in n².
 * JavaScript code cannot see the chains, so the hashes are computed here as V8 computes them (`ComputeUnseededHash`,
 * `ComputeLongHash`), and counted by place: those of one key in 32, which the peer cannot foresee, as counting each
 * takes a third of the time of a Map. Texts have a hash with a seed. `npm run bench -- keys` shows that it holds.
 */
import type { Reader } from "../bytes/reader.js";
import { decodeFault } from "./faults.js";
import { high, low } from "./varints.js";

/** Fewer entries than this cost little whatever they are. */
const maxUnchecked = 128;
/** A key in so many is counted, on average. */
const sampled = 32;
/** Steps along chains that two counted keys of one place stand for: all pairs of keys that are there. */
const stepsForPair = sampled * sampled;
/** Steps that the keys which a counted one stands for may take: twelve each. Honest ones take one or two. */
const stepsForSample = 12 * sampled;
/** Steps of one payload beyond that: a few milliseconds, or one chain of about a thousand keys. */
const moreSteps = 500_000;
/** What honest keys may save for later ones. Else a million honest keys would pay for a chain of thousands. */
const mostSaved = 500_000;
/** More counted keys of one place are refused whatever was saved: a byte counts them. */
const mostInPlace = 255;

const twoTo32 = 0x1_0000_0000;
const words = new Uint32Array(2);
const float = new Float64Array(words.buffer);
const digit = new BigUint64Array(words.buffer);

/** Counts some of the keys of one Map or Set by their places. */
export class KeyCheck {
  /**
   * Counted keys by place. There are as many places as the full table of V8 has: before that, chains are hardly longer.
   */
  readonly #places: Uint8Array;
  /** State of the generator that says which key is counted next: not 0. */
  #random = (Math.random() * twoTo32) | 1;
  /** Keys until the next that is counted. */
  #left = this.#nextSample();

  constructor(entries: number) {
    this.#places = new Uint8Array(2 ** (31 - Math.clz32(entries - 1)));
  }

  /** A number is about to be a key. @throws DecodeFault when keys have too long chains */
  number(r: Reader, key: number): void {
    this.#left -= 1;
    if (this.#left === 0) this.#count(r, hashOfNumber(key));
  }

  /** A bigint is about to be a key. @throws DecodeFault when keys have too long chains */
  bigint(r: Reader, key: bigint): void {
    this.#left -= 1;
    if (this.#left === 0) this.#count(r, hashOfBigint(key));
  }

  /** A value of any type is about to be a key. @throws DecodeFault as {@link number} and {@link bigint} do */
  any(r: Reader, key: unknown): void {
    if (typeof key === "number") this.number(r, key);
    else if (typeof key === "bigint") this.bigint(r, key);
  }

  #count(r: Reader, hash: number): void {
    this.#left = this.#nextSample();
    const places = this.#places;
    const place = hash & (places.length - 1);
    const others = places[place] as number;
    places[place] = others + 1;
    const steps = r.keySteps + others * stepsForPair - stepsForSample;
    r.keySteps = Math.max(steps, -mostSaved);
    if (steps > moreSteps || others === mostInPlace) tooManyAlike(r);
  }

  /** 1 to 64, each as often. `Math.random` takes longer than the rest of a count. */
  #nextSample(): number {
    let x = this.#random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x;
    return 1 + (x & (2 * sampled - 1));
  }
}

function hashOfNumber(key: number): number {
  if (key === (key | 0)) return smallHash(key);
  float[0] = key;
  return longHash(words[low] as number, words[high] as number);
}

/** V8 looks at the last 64 bits of the magnitude only. */
function hashOfBigint(key: bigint): number {
  digit[0] = key < 0n ? -key : key;
  return longHash(words[low] as number, words[high] as number);
}

/** What keys of so many entries are checked with; undefined where that is not needed. */
export function checkKeys(entries: number): KeyCheck | undefined {
  return entries > maxUnchecked ? new KeyCheck(entries) : undefined;
}

function tooManyAlike(r: Reader): never {
  throw decodeFault(
    r,
    "keys that are made to have one hash: they would take time in the square of their number",
    r.position,
  );
}

function smallHash(key: number): number {
  let h = (~key + (key << 15)) | 0;
  h ^= h >>> 12;
  h = (h + (h << 2)) | 0;
  h ^= h >>> 4;
  h = Math.imul(h, 2057);
  return h ^ (h >>> 16);
}

/** The low 32 bits of the hash of 64 bits, in halves. */
function longHash(lowHalf: number, highHalf: number): number {
  // h = h * (2^18 - 1) - 1: products of 50 bits are exact.
  let product = lowHalf * 0x3_ffff - 1;
  let l = product | 0;
  let h = (Math.imul(highHalf, 0x3_ffff) + Math.floor(product / twoTo32)) | 0;
  l ^= (l >>> 31) | (h << 1);
  h ^= h >>> 31;
  product = (l >>> 0) * 21;
  l = product | 0;
  h = (Math.imul(h, 21) + Math.floor(product / twoTo32)) | 0;
  l ^= (l >>> 11) | (h << 21);
  h ^= h >>> 11;
  product = (l >>> 0) * 65;
  l = product | 0;
  h = (Math.imul(h, 65) + Math.floor(product / twoTo32)) | 0;
  return l ^ ((l >>> 22) | (h << 10));
}
