/** Checks of the options for reconnecting. */
import { abortSignal, bound, callback, duration, flag, type OptionChecks } from "../options/checks.js";
import type { ReconnectOptions } from "./reconnect-options.js";

export const reconnectChecks: OptionChecks<ReconnectOptions> = {
  minDelayMs: duration,
  maxDelayMs: duration,
  maxElapsedMs: duration,
  maxAttempts: bound,
  jitter: callback,
  signal: abortSignal,
  assumeResumed: flag,
};
