/** What the example does to its server: it ends it as `kill -9` does, at the worst moments. */

/** Where in the life of a job, and of which: `recorded:bill 2`. */
export type Accident = string | undefined;

/**
 * - `begun`: the handler has been called and has done nothing yet
 * - `printed`: the work is done, and the store has no record of it
 * - `recorded`: the store has the answer, and the client does not
 */
export type Moment = "begun" | "printed" | "recorded";

export class Accidents {
  readonly #planned: Accident;

  constructor(planned: Accident) {
    this.#planned = planned;
  }

  /** Nothing runs after this if it is the moment: no handler, no `finally`, no answer that waits to be sent. */
  mayHappen(moment: Moment, title: string): void {
    if (this.#planned !== `${moment}:${title}`) return;
    process.kill(process.pid, "SIGKILL");
  }
}
