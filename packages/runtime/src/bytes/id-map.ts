/** A table by ids that a peer chooses. V8 hashes numbers and bigints without a seed: chosen ones would share a chain. */

const [factor = 1, offset = 0] = /*@__PURE__*/ seeds();

/** Two random 32-bit integers, the first one odd: multiplying by it loses nothing. */
function seeds(): readonly number[] {
  const [first = 0, second = 0] = globalThis.crypto.getRandomValues(new Int32Array(2));
  return [first | 1, second];
}

/** The key for an id: a 32-bit integer that a peer cannot predict, or a text, whose hash has a seed. */
function keyOf(id: number | bigint): number | string {
  return id === (Number(id) | 0) ? Math.imul(id, factor) ^ offset : `i${id}`;
}

/** As a Map, without its keys. */
export class IdMap<V> {
  readonly #entries = new Map<number | string, V>();

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
