/**
 * Keys that a peer chooses. V8 puts 32-bit integers, other numbers and bigints into the tables of a Map or Set by hashes
 * without a seed: a peer can choose keys that are all in one chain, and reading n of them takes time in n². JavaScript
 * code cannot see the chains, so the hashes are computed here as V8 computes them (`ComputeUnseededHash`,
 * `ComputeLongHash`), and counted by place. Texts have a hash with a seed. `npm run bench -- keys` shows that it holds.
 */
import type { Reader } from "../bytes/reader.js";
import { decodeFault } from "./faults.js";
import { high, low } from "./varints.js";

/** Fewer entries than this cost little whatever they are. */
const maxUnchecked = 128;
/** Steps along chains for each key: honest ones come to 16 in a million. Chains are counted from above, see `grow`. */
const stepsForEach = 40;
/** Steps of one payload beyond that: about 10 ms, or one chain of 1400 keys. */
const moreSteps = 1_000_000;

const twoTo32 = 0x1_0000_0000;
const words = new Uint32Array(2);
const float = new Float64Array(words.buffer);
const digit = new BigUint64Array(words.buffer);

/** Counts the entries of the places of one Map or Set. */
export class KeyCheck {
  /** Entries by place, or more. */
  #chains = new Uint16Array(maxUnchecked / 2);
  #entries = 0;

  /** A number is about to be a key. @throws DecodeFault when keys have too long chains */
  number(r: Reader, key: number): void {
    if (key === (key | 0)) {
      this.#count(r, smallHash(key));
      return;
    }
    float[0] = key;
    this.#count(r, longHash(words[low] as number, words[high] as number));
  }

  /** A bigint is about to be a key. @throws DecodeFault when keys have too long chains */
  bigint(r: Reader, key: bigint): void {
    // V8 looks at the last 64 bits of the magnitude only.
    digit[0] = key < 0n ? -key : key;
    this.#count(r, longHash(words[low] as number, words[high] as number));
  }

  /** A value of any type is about to be a key. @throws DecodeFault as {@link number} and {@link bigint} do */
  any(r: Reader, key: unknown): void {
    if (typeof key === "number") this.number(r, key);
    else if (typeof key === "bigint") this.bigint(r, key);
  }

  #count(r: Reader, hash: number): void {
    const chains = this.#chains;
    const place = hash & (chains.length - 1);
    const entries = (chains[place] as number) + 1;
    r.keySteps += entries - stepsForEach;
    if (r.keySteps > moreSteps) tooManyAlike(r);
    chains[place] = entries;
    this.#entries += 1;
    if (this.#entries > 2 * chains.length) this.#grow();
  }

  /** The table doubles: the entries of a place go to two, how many to each is not known. */
  #grow(): void {
    const chains = this.#chains;
    this.#chains = new Uint16Array(2 * chains.length);
    this.#chains.set(chains);
    this.#chains.set(chains, chains.length);
  }
}

/** What keys of so many entries are checked with; undefined where that is not needed. */
export function checkKeys(entries: number): KeyCheck | undefined {
  return entries > maxUnchecked ? new KeyCheck() : undefined;
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
