/** What the options of reconnecting may be. */
import { abortSignal, bound, callback, duration, flag, type OptionChecks } from "../options/checks.js";
import type { ReconnectOptions } from "./reconnect-options.js";

export const reconnectChecks: OptionChecks<ReconnectOptions> = {
  minDelayMs: duration,
  maxDelayMs: duration,
  totalMs: duration,
  attempts: bound,
  random: callback,
  signal: abortSignal,
  assumeResumed: flag,
};
