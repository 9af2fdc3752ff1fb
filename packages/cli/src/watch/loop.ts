/**
 * When a run starts. Changes in, runs out; no files, no timers of its own.
 *
 * ```
 *              changed                quiet for debounceMs,
 *                                     or maxDelayMs since the first change
 *   idle ───────────────► waiting ───────────────────────────► running
 *    ▲                    ▲     ▲ changed (the quiet time         │  │ changed (kept for the next run)
 *    │                    │     └──────┘  starts over)            │  │
 *    │    run ended,      └───────────────────────────────────────┘  │
 *    │    changes came               run ended, no changes           │
 *    └───────────────────────────────────────────────────────────────┘
 * ```
 * `stop` ends it from every state; a run that is going on is waited for.
 */
import type { Clock, TimerHandle } from "@voxrpc/runtime/link";

export interface WatchLoopOptions {
  readonly clock: Clock;
  /** Quiet time after a change before a run starts, in ms. Called at each change: a config may change it. */
  readonly debounceMs: () => number;
  /** Longest wait for quiet after the first change, in ms: a program may write all the time. */
  readonly maxDelayMs: number;
  /** One run. Reports its own problems. A thrown error goes to `onError`, and the loop goes on. */
  readonly run: (changed: readonly string[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

type State =
  | { readonly kind: "idle" }
  | { readonly kind: "waiting"; readonly since: number; readonly timer: TimerHandle }
  | { readonly kind: "running"; readonly ended: Promise<void> }
  | { readonly kind: "stopped" };

export class WatchLoop {
  readonly #options: WatchLoopOptions;
  readonly #changed = new Set<string>();
  #state: State = { kind: "idle" };

  constructor(options: WatchLoopOptions) {
    this.#options = options;
  }

  /** The first run, at once. */
  start(): void {
    if (this.#state.kind === "idle") this.#run();
  }

  /** A file was created, changed or removed. */
  changed(path: string): void {
    const { clock, debounceMs, maxDelayMs } = this.#options;
    const state = this.#state;
    if (state.kind === "stopped") return;
    this.#changed.add(path);
    if (state.kind === "running") return;
    const now = clock.now();
    const since = state.kind === "waiting" ? state.since : now;
    if (state.kind === "waiting") clock.clearTimer(state.timer);
    const delay = Math.max(0, Math.min(debounceMs(), since + maxDelayMs - now));
    this.#state = { kind: "waiting", since, timer: clock.setTimer(delay, () => this.#run()) };
  }

  /** No run starts any more. Resolves when the one that is going on has ended. */
  async stop(): Promise<void> {
    const state = this.#state;
    this.#state = { kind: "stopped" };
    if (state.kind === "waiting") this.#options.clock.clearTimer(state.timer);
    if (state.kind === "running") await state.ended;
  }

  #run(): void {
    const paths = [...this.#changed].sort();
    this.#changed.clear();
    this.#state = { kind: "running", ended: this.#perform(paths) };
  }

  async #perform(paths: readonly string[]): Promise<void> {
    try {
      await this.#options.run(paths);
    } catch (error) {
      this.#options.onError(error);
    }
    if (this.#state.kind === "stopped") return;
    this.#state = { kind: "idle" };
    const [next] = this.#changed;
    if (next !== undefined) this.changed(next);
  }
}
