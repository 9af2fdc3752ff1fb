/** How a run came from a service to a type. */
export class Trail {
  readonly #steps: readonly string[];

  constructor(steps: readonly string[]) {
    this.#steps = steps;
  }

  step(step: string): Trail {
    return new Trail([...this.#steps, step]);
  }

  /** `Shop.get → Product.id`; of a long way, both ends. */
  toString(): string {
    const shown =
      this.#steps.length > 6 ? [...this.#steps.slice(0, 2), "…", ...this.#steps.slice(-3)] : this.#steps;
    return shown.join(" → ");
  }
}
