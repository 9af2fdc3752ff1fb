/** Checks of the options for establishing a session. */
import { metadataCheck } from "../call/option-checks.js";
import { checkLimits } from "../limits.js";
import type { Link } from "../link/link.js";
import {
  abortSignal,
  anyObject,
  callback,
  clock,
  duration,
  flag,
  having,
  nested,
  type OptionChecks,
  text,
} from "../options/checks.js";
import { concurrencyCheck, creditCheck, keepaliveChecks } from "../session/option-checks.js";
import type { SessionOptions } from "./options.js";

/** A transport, of this package or of the application. */
export const linkCheck = /*@__PURE__*/ having("a Link", "start", "send", "close", "abort");

/** Closes what the application gave for a link, when there will be no session on it. */
export function closeUnused(link: Partial<Link> | null | undefined): void {
  link?.abort?.();
}

/** A small client does not hold the names of all events: `connect` of Node, `accept` and the stores check them. */
export const establishChecks: OptionChecks<SessionOptions> = {
  maxConcurrentRequests: concurrencyCheck,
  initialChannelCredit: creditCheck,
  metadata: metadataCheck,
  service: text,
  limits: checkLimits,
  clock,
  keepalive: nested(keepaliveChecks),
  operationStore: having("an OperationStore", "admit", "lookup", "seal", "release", "remove"),
  observer: anyObject,
  onUnhandledError: callback,
  signal: abortSignal,
  requireResumable: flag,
  timeoutMs: duration,
};
