/** What a command gets from the process that it runs in, and nothing else of it. */
import type { Clock } from "@voxrpc/runtime";
import type { Reporter } from "../report/event.js";

export interface Environment {
  /** Absolute working directory, with `/`. */
  readonly cwd: string;
  readonly report: Reporter;
  /** Variables of the environment, for programs that a command runs. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** For durations and for waiting. */
  readonly clock: Clock;
  /** What the person runs packages with, for advice. */
  readonly packageManager: "npm" | "pnpm" | "yarn" | "bun";
  /** Calls back when the command shall end (Ctrl-C). Returns how to stop listening. */
  readonly onStop: (callback: () => void) => () => void;
}
