/** Reconnecting for a page or a worker. */
import { checkOptions } from "../options/checks.js";
import { reconnectChecks } from "../resume/option-checks.js";
import type { ReconnectOptions } from "../resume/reconnect-options.js";
import { reconnecting as reconnectingOver } from "../resume/reconnector.js";
import type { WebReconnect } from "./connect.js";
import { onWake } from "./wake.js";

/**
 * The option `reconnect` of `connect`: the session gets another connection when it loses its own. Calls in flight and
 * new calls wait for it, if they may be sent again; see `docs/surviving-reconnects.md`. When the network is back or the
 * page is shown, the session makes an attempt at once.
 *
 * ```ts
 * const shop = await connect(Catalog, { reconnect: reconnecting() });
 * ```
 *
 * @throws TypeError, RangeError for options that are not valid
 */
export function reconnecting(options: ReconnectOptions = {}): WebReconnect {
  checkOptions(options, reconnectChecks, "reconnect");
  return (open) => reconnectingOver({ ...options, open, onWake });
}
