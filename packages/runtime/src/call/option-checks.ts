/** Checks of the options of calls and of closing. */
import {
  abortSignal,
  callback,
  checkOptions,
  duration,
  having,
  type OptionChecks,
} from "../options/checks.js";
import type { CallOptions } from "./caller.js";
import type { CloseOptions, RoundTripOptions } from "./session-handle.js";

/** The check of each option of closing. */
export const closeChecks: OptionChecks<CloseOptions> = { timeoutMs: duration };

/** The check of each option of a round trip. */
export const roundTripChecks: OptionChecks<RoundTripOptions> = { timeoutMs: duration, signal: abortSignal };

/** @throws TypeError, RangeError that name the option */
export function checkCloseOptions(options: CloseOptions): void {
  checkOptions(options, closeChecks);
}

/** What a handler and its middleware get. */
export const contextCheck = /*@__PURE__*/ having("the context of a call");

/** Accepts `Metadata`, also that of another copy of this package. */
export const metadataCheck = /*@__PURE__*/ having("a Metadata", "append", "getString");

/**
 * Checks the options of a call. A call without options is not checked.
 * @throws TypeError, RangeError that name the option
 */
export function checkCallOptions(options: CallOptions): void {
  checkOptions(options, callChecks);
}

/** The check of each option of a call. */
export const callChecks: OptionChecks<CallOptions> = {
  signal: abortSignal,
  timeoutMs: duration,
  metadata: metadataCheck,
  onMetadata: callback,
};
