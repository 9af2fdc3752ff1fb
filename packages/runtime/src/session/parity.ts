/** Ids by parity: which side may choose one. Source: `protocol/wire.md` §6. */
import { oppositeParity, type Parity } from "../handshake/settings.js";

export { oppositeParity, type Parity };

/** Whether `id` belongs to the side with this parity. 0 belongs to neither side: it is never allocated. */
export function hasParity(id: number | bigint, parity: Parity): boolean {
  const odd = typeof id === "number" ? id % 2 === 1 : (id & 1n) === 1n;
  if (parity === "Odd") return odd;
  return !odd && id !== 0 && id !== 0n;
}

/** Hands out ids of one parity: 1, 3, 5 … or 2, 4, 6 …; none twice. */
export class IdAllocator {
  #following: number;

  constructor(parity: Parity) {
    this.#following = parity === "Odd" ? 1 : 2;
  }

  /**
   * The id that {@link next} would give, without giving it: a message that cannot be encoded uses none up.
   * @throws RangeError past 2^53: at a million ids a second that takes 285 years
   */
  peek(): number {
    if (this.#following > Number.MAX_SAFE_INTEGER - 2)
      throw new RangeError("all ids of this connection are used up");
    return this.#following;
  }

  /** The next id. @throws RangeError as {@link peek} */
  next(): number {
    const id = this.peek();
    this.#following = id + 2;
    return id;
  }
}
