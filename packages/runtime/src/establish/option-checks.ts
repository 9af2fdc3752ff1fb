/** What the options of establishing a session may be. */
import { metadataCheck } from "../call/option-checks.js";
import { checkLimits } from "../limits.js";
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
import type { EstablishOptions } from "./options.js";

export const establishChecks: OptionChecks<EstablishOptions> = {
  maxConcurrentRequests: concurrencyCheck,
  initialChannelCredit: creditCheck,
  metadata: metadataCheck,
  service: text,
  limits: checkLimits,
  clock,
  keepalive: nested(keepaliveChecks),
  operationStore: having("an OperationStore", "admit", "lookup", "seal", "release", "remove"),
  observer: anyObject,
  onUnobservedFailure: callback,
  signal: abortSignal,
  mustBeResumable: flag,
  timeoutMs: duration,
};
