/** Inputs for a target, one after the other: those that reach something new are kept and changed again. */

import { type Random, randomOf } from "../support/mutate.js";
import type { Coverage } from "./coverage.js";
import type { Target } from "./target.js";

/** Longer inputs are cut: they cost time and reach nothing that short ones do not. */
const mostBytes = 1 << 17;
/** Inputs that a target takes at once, if it can. */
const atOnce = 32;
/** Bytes of the inputs that are kept. */
const mostKeptBytes = 1 << 26;
/** Executions of a phase in which each is compared with all before it. */
const guided = 128;
/** How much longer the phase at full speed is, after a phase that reached nothing new. */
const blindFactor = 32;

/** Hears of each execution. */
export interface Watch {
  /** Before inputs are tried, one or some at once. @returns whether they are */
  begin(inputs: readonly Uint8Array[]): boolean;
  /** After an execution, or some at once, without a finding. */
  end?(campaign: Campaign): void;
}

/** Options of a campaign beside its target. */
export interface CampaignOptions {
  /** Without it only the corpus is changed. The code of the target is instrumented. */
  readonly coverage?: Coverage | undefined;
  /** The same target without instruments, for phases at full speed. */
  readonly plain?: Target | undefined;
}

/** One target under one seed. */
export class Campaign {
  readonly #target: Target;
  readonly #plain: Target | undefined;
  readonly #random: Random;
  readonly #coverage: Coverage | undefined;
  readonly #kept: Uint8Array[] = [];
  #keptBytes = 0;
  executions = 0;

  constructor(target: Target, seed: number, { coverage, plain }: CampaignOptions = {}) {
    this.#target = target;
    this.#plain = plain;
    this.#random = randomOf(seed);
    this.#coverage = coverage;
  }

  /** Inputs that reached something new. */
  get kept(): readonly Uint8Array[] {
    return this.#kept;
  }

  /** Blocks that were reached. */
  get reached(): number {
    return this.#coverage?.reached ?? 0;
  }

  /**
   * Tries the corpus, in an order of the seed, as a short campaign tries a part of it only. Then it tries changed
   * inputs until `watch` says stop: phases with counts, and phases at full speed, which are long when nothing new is
   * found.
   * @throws what the target throws: a finding
   */
  async run(watch: Watch): Promise<void> {
    const corpus = [...this.#target.corpus];
    while (corpus.length > 0) {
      const [input] = corpus.splice(this.#random(corpus.length), 1);
      if (input !== undefined && !(await this.#try(input, watch))) return;
    }
    for (;;) {
      const before = this.#kept.length;
      for (let left = guided; left > 0; left--) if (!(await this.#try(this.#next(), watch))) return;
      const plain = this.#plain;
      if (plain === undefined) continue;
      const most = this.#kept.length > before ? guided : guided * blindFactor;
      if (!(await this.#blindly(plain, most, watch))) return;
    }
  }

  #next(): Uint8Array {
    const { corpus } = this.#target;
    const pool = this.#kept.length === 0 || this.#random(8) === 0 ? corpus : this.#kept;
    const input = this.#target.mutate(this.#choose(pool), pool, this.#random);
    return input.length > mostBytes ? input.slice(0, mostBytes) : input;
  }

  /**
   * Short inputs rather than long ones, which cost more, and half of them late ones, which are at the edge of what is
   * known.
   */
  #choose(pool: readonly Uint8Array[]): Uint8Array {
    const random = this.#random;
    const late = random(2) === 0 ? pool.length >> 2 : 0;
    const one = (): Uint8Array =>
      pool[late === 0 ? random(pool.length) : pool.length - 1 - random(late)] as Uint8Array;
    let chosen = one();
    if (random(16) === 0) return chosen;
    for (let left = 2; left > 0; left--) {
      const other = one();
      if (other.length < chosen.length) chosen = other;
    }
    return chosen;
  }

  async #try(input: Uint8Array, watch: Watch): Promise<boolean> {
    if (!watch.begin([input])) return false;
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

  /** @returns whether `watch` wants more */
  async #blindly(plain: Target, most: number, watch: Watch): Promise<boolean> {
    const many = plain.checkAll === undefined ? 1 : atOnce;
    for (let left = most; left > 0; left -= many) {
      const inputs = Array.from({ length: many }, () => this.#next());
      if (!watch.begin(inputs)) return false;
      const checking =
        plain.checkAll === undefined ? plain.check(inputs[0] as Uint8Array) : plain.checkAll(inputs);
      if (checking !== undefined) await checking;
      this.executions += many;
      watch.end?.(this);
    }
    return true;
  }
}
