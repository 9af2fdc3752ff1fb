/** The process as commands see it. */
import { exitCode, fileError } from "./errors.js";
import type { Terminal } from "./report/event.js";
import { takesColor } from "./report/style.js";

/** The parts of a process that `main` needs. A test may pass its own. */
export interface MainProcess {
  /** Absolute working directory. */
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly out: OutputStream;
  readonly error: OutputStream;
  /**
   * Calls back at the first SIGINT or SIGTERM; a second one ends the process at once. Returns a function that stops
   * listening.
   */
  onStop(callback: () => void): () => void;
}

export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

export function terminalOf({ out, error, environment }: MainProcess): Terminal {
  return {
    out: (text) => void out.write(text),
    error: (text) => void error.write(text),
    isOutColored: takesColor(out.isTTY === true, environment),
    isErrorColored: takesColor(error.isTTY === true, environment),
  };
}

/** Exit codes of shells for a process that a signal ended. */
const signalCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Node's process. A reader that closes its end of a pipe, as `head` does, ends the process without error. Results that
 * cannot be written for another reason, such as a full disk, end it with exit code 2.
 */
export function nodeProcess(): MainProcess {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    process.stderr.write(`error: ${fileError("write", "the results", error).message}\n`);
    process.exit(exitCode.usage);
  });
  process.stderr.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    process.exit(exitCode.usage);
  });
  return {
    cwd: process.cwd(),
    environment: process.env,
    out: process.stdout,
    error: process.stderr,
    onStop(callback) {
      let isStopping = false;
      const listener = (signal: keyof typeof signalCodes): void => {
        if (isStopping) process.exit(signalCodes[signal]);
        isStopping = true;
        callback();
      };
      const signals = ["SIGINT", "SIGTERM"] as const;
      for (const signal of signals) process.on(signal, listener);
      return () => {
        for (const signal of signals) process.off(signal, listener);
      };
    },
  };
}
