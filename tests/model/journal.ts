/** What has happened in a run of the model: the last of it is shown when something is wrong. */

const kept = 60;

/** What a run has done, what it has seen of each kind, and the first thing that was not as the model says. */
export class Journal {
  /** How often each thing was seen. */
  readonly seen = new Map<string, number>();
  step = 0;
  private readonly lines: string[] = [];
  private problem: string | undefined = undefined;

  note(text: string): void {
    this.lines.push(`${this.step}: ${text}`);
    if (this.lines.length > kept) this.lines.shift();
  }

  count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  /** Something is not as the model says. The first counts. */
  wrong(text: string): void {
    this.problem ??= text;
    this.note(`WRONG ${text}`);
  }

  /** @throws Error when something was wrong, with what led to it */
  check(): void {
    if (this.problem !== undefined) throw new Error(`${this.problem}\n${this.lines.join("\n")}`);
  }
}
