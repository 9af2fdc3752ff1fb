/** Checks of the options of sessions and their connections. */
import { type Check, having, type OptionChecks, period, u32, wrongType } from "../options/checks.js";
import type { KeepaliveOptions } from "./keepalive.js";

export const keepaliveChecks: OptionChecks<KeepaliveOptions> = { intervalMs: period, timeoutMs: period };

/** A dispatcher, also one of another copy of this package. */
export const dispatcherCheck: Check = (value, name) => {
  // A list can find, too.
  if (Array.isArray(value)) throw wrongType(name, aDispatcher, value);
  finding(value, name);
};

const aDispatcher = "a dispatcher, like catalogDispatcher(handler)";
const finding = /*@__PURE__*/ having(aDispatcher, "find");

/** Calls that run at once on a connection: 0 takes none. */
export const concurrencyCheck = /*@__PURE__*/ u32(0);

/** Credit of a fresh channel. A connection with 0 is refused with an error of the protocol. */
export const creditCheck = /*@__PURE__*/ u32(0);
