/** The only parts of its process that a command uses. */
import type { Clock } from "@voxrpc/runtime/link";
import type { Reporter } from "../report/event.js";

export interface Environment {
  /** Absolute working directory, with `/`. */
  readonly cwd: string;
  readonly report: Reporter;
  /** Variables of the environment, for programs that a command runs. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** For durations and for waiting. */
  readonly clock: Clock;
  /** The package manager of the user, for advice. */
  readonly packageManager: "npm" | "pnpm" | "yarn" | "bun";
  /** Calls the callback when the command has to end (Ctrl-C). Returns a function that stops listening. */
  readonly onStop: (callback: () => void) => () => void;
}
