/** What an execution has reached: a counter for each block of the code, kept by instrumented code (`scripts/fuzz/`). */

/** Powers of two among the counts are told apart: 1, 2, 3, 4 to 7, and so on. */
const bucketOf: Uint8Array = Uint8Array.from({ length: 256 }, (_, count) => {
  if (count === 0) return 0;
  return count <= 3 ? 1 << (count - 1) : 1 << Math.min(7, Math.floor(Math.log2(count)) + 1);
});

/** Compares each execution with all before it. */
export class Coverage {
  readonly #counts: Uint8Array;
  readonly #words: Uint32Array;
  readonly #seen: Uint8Array;
  /** Blocks that were reached so far. */
  reached = 0;

  /** @param counts one for each block; their number is a multiple of four */
  constructor(counts: Uint8Array) {
    this.#counts = counts;
    this.#words = new Uint32Array(counts.buffer, counts.byteOffset, counts.length / 4);
    this.#seen = new Uint8Array(counts.length);
  }

  get blocks(): number {
    return this.#counts.length;
  }

  /** Ends an execution. @returns whether it reached a block that none before reached, or one more often */
  advance(): boolean {
    const words = this.#words;
    let isNew = false;
    for (let word = 0; word < words.length; word++) {
      if (words[word] === 0) continue;
      for (let block = word * 4; block < word * 4 + 4; block++) if (this.#note(block)) isNew = true;
      words[word] = 0;
    }
    return isNew;
  }

  #note(block: number): boolean {
    const bucket = bucketOf[this.#counts[block] as number] as number;
    const before = this.#seen[block] as number;
    if ((before & bucket) === bucket) return false;
    if (before === 0) this.reached += 1;
    this.#seen[block] = before | bucket;
    return true;
  }
}
