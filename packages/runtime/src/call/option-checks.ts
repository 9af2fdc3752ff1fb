/** What the options of calls and of closing may be. */
import {
  abortSignal,
  callback,
  checkOptions,
  duration,
  having,
  type OptionChecks,
} from "../options/checks.js";
import type { CallOptions } from "./caller.js";
import type { CloseOptions } from "./session-handle.js";

/** What each option of closing may be. */
export const closeChecks: OptionChecks<CloseOptions> = { timeoutMs: duration };

/** @throws TypeError, RangeError that name the option */
export function checkCloseOptions(options: CloseOptions): void {
  checkOptions(options, closeChecks);
}

/** Metadata, also that of another copy of this package. */
export const metadataCheck = /*@__PURE__*/ having("a Metadata", "append", "getString");

/**
 * Checks the options of a call; nothing of it is done for a call without.
 * @throws TypeError, RangeError that name the option
 */
export function checkCallOptions(options: CallOptions): void {
  checkOptions(options, callChecks);
}

/** What each option of a call may be. */
export const callChecks: OptionChecks<CallOptions> = {
  signal: abortSignal,
  timeoutMs: duration,
  metadata: metadataCheck,
  onMetadata: callback,
};
