/** Checks of the options of sessions and their connections. */
import { having, type OptionChecks, period, u32 } from "../options/checks.js";
import type { KeepaliveOptions } from "./keepalive.js";

export const keepaliveChecks: OptionChecks<KeepaliveOptions> = { intervalMs: period, timeoutMs: period };

/** A dispatcher, also one of another copy of this package. */
export const dispatcherCheck = /*@__PURE__*/ having("a dispatcher, like catalogDispatcher(handler)", "find");

/** Calls that run at once on a connection: 0 takes none. */
export const concurrencyCheck = /*@__PURE__*/ u32(0);

/** Credit of a fresh channel. A connection with 0 is refused with an error of the protocol. */
export const creditCheck = /*@__PURE__*/ u32(0);
