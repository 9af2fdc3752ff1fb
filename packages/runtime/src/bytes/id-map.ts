/**
 * A table by ids that a peer chooses. V8 hashes numbers and bigints without a seed: chosen ones would share a chain.
 */

/**
 * Random 32-bit integers of this process. The factor is odd, so that multiplying by it loses nothing; 0 until the first
 * table.
 */
let factor = 0;
let offset = 0;

/** Not when the module is loaded: workerd gives out no random values then. */
function seed(): void {
  const [first = 0, second = 0] = globalThis.crypto.getRandomValues(new Int32Array(2));
  factor = first | 1;
  offset = second;
}

/** The key for an id: a 32-bit integer that a peer cannot predict, or a text, whose hash has a seed. */
function keyOf(id: number | bigint): number | string {
  return id === (Number(id) | 0) ? Math.imul(id, factor) ^ offset : `i${id}`;
}

/** As a Map, without its keys. */
export class IdMap<V> {
  readonly #entries = new Map<number | string, V>();

  constructor() {
    if (factor === 0) seed();
  }

  get size(): number {
    return this.#entries.size;
  }

  get(id: number | bigint): V | undefined {
    return this.#entries.get(keyOf(id));
  }

  has(id: number | bigint): boolean {
    return this.#entries.has(keyOf(id));
  }

  set(id: number | bigint, value: V): void {
    this.#entries.set(keyOf(id), value);
  }

  delete(id: number | bigint): boolean {
    return this.#entries.delete(keyOf(id));
  }

  /** In the order in which they were added. */
  values(): IterableIterator<V> {
    return this.#entries.values();
  }

  clear(): void {
    this.#entries.clear();
  }
}
