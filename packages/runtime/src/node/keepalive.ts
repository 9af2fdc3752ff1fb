/**
 * Keepalive of sessions over TCP. It is on by default, because a peer that loses its power does not close the
 * connection.
 */
import { type Check, nested } from "../options/checks.js";
import type { KeepaliveOptions } from "../session/keepalive.js";
import { keepaliveChecks } from "../session/option-checks.js";

/** The keepalive that `connect` and `serve` use by default. */
export const defaultKeepalive: KeepaliveOptions = { intervalMs: 30_000, timeoutMs: 15_000 };

/** The part of their options that is about keepalive. */
export interface KeepaliveSetting {
  /**
   * Asks a silent peer whether it is there, and ends the session when it is not. Default: every 30 s, with 15 s to
   * answer; `false` for never.
   */
  readonly keepalive?: KeepaliveOptions | false | undefined;
}

const checkTimes = /*@__PURE__*/ nested(keepaliveChecks);

/** A keepalive, or `false` for none. */
export const keepaliveCheck: Check = (value, name) => {
  if (value !== false) checkTimes(value, name);
};

/** The keepalive that a session gets; undefined for none. */
export function chosenKeepalive({ keepalive }: KeepaliveSetting): KeepaliveOptions | undefined {
  return keepalive === false ? undefined : (keepalive ?? defaultKeepalive);
}
