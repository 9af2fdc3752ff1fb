/** Inputs for a target, one after the other: those that reach something new are kept and changed again. */
import type { Coverage } from "./coverage.js";
import { type Random, randomOf } from "./mutate.js";
import type { Target } from "./target.js";

/** Longer inputs are cut: they cost time and reach nothing that short ones do not. */
const mostBytes = 1 << 17;
/** Bytes of the inputs that are kept. */
const mostKeptBytes = 1 << 26;

/** Hears of each execution. */
export interface Watch {
  /** Before an execution. @returns whether there is one */
  begin(input: Uint8Array): boolean;
  /** After an execution without a finding. */
  end?(campaign: Campaign): void;
}

/** One target under one seed. */
export class Campaign {
  readonly #target: Target;
  readonly #random: Random;
  readonly #coverage: Coverage | undefined;
  readonly #kept: Uint8Array[] = [];
  #keptBytes = 0;
  executions = 0;

  /** @param coverage undefined: the code is not instrumented, and only the corpus is changed */
  constructor(target: Target, seed: number, coverage?: Coverage) {
    this.#target = target;
    this.#random = randomOf(seed);
    this.#coverage = coverage;
  }

  /** Inputs that reached something new. */
  get kept(): number {
    return this.#kept.length;
  }

  /** Blocks that were reached. */
  get reached(): number {
    return this.#coverage?.reached ?? 0;
  }

  /**
   * Tries the corpus, in an order of the seed, as a short campaign tries a part of it only. Then it tries changed inputs until
   * `watch` says stop.
   * @throws what the target throws: a finding
   */
  async run(watch: Watch): Promise<void> {
    const corpus = [...this.#target.corpus];
    while (corpus.length > 0) {
      const [input] = corpus.splice(this.#random(corpus.length), 1);
      if (input !== undefined && !(await this.#try(input, watch))) return;
    }
    while (await this.#try(this.#next(), watch));
  }

  #next(): Uint8Array {
    const { corpus } = this.#target;
    const pool = this.#kept.length === 0 || this.#random(8) === 0 ? corpus : this.#kept;
    const input = this.#target.mutate(this.#choose(pool), pool, this.#random);
    return input.length > mostBytes ? input.slice(0, mostBytes) : input;
  }

  /** Short inputs rather than long ones, which cost more, and half of them late ones, which are at the edge of what is known. */
  #choose(pool: readonly Uint8Array[]): Uint8Array {
    const random = this.#random;
    const late = random(2) === 0 ? pool.length >> 2 : 0;
    const one = (): Uint8Array =>
      pool[late === 0 ? random(pool.length) : pool.length - 1 - random(late)] as Uint8Array;
    const first = one();
    const second = one();
    return second.length < first.length && random(8) !== 0 ? second : first;
  }

  async #try(input: Uint8Array, watch: Watch): Promise<boolean> {
    if (!watch.begin(input)) return false;
    const checking = this.#target.check(input);
    // Most targets answer at once, and a turn for each of their inputs would take half of the time.
    if (checking !== undefined) await checking;
    this.executions += 1;
    if (this.#coverage?.advance() === true && this.#keptBytes < mostKeptBytes) {
      this.#kept.push(input.slice());
      this.#keptBytes += input.length;
    }
    watch.end?.(this);
    return true;
  }
}
