/** Opening a session on a link that is there already. Carriers have their own ways on top of it, like `connect` of `/node`. */

import { checkAcceptor } from "../acceptor/check-acceptor.js";
import type { Acceptor } from "../acceptor/router.js";
import { systemClock } from "../clock.js";
import type { HandshakeOptions } from "../handshake/handshake-core.js";
import { InitiatorHandshake } from "../handshake/initiator.js";
import { defaultLimits } from "../limits.js";
import type { Link } from "../link/link.js";
import { callback, checkOptions, nested, type OptionChecks } from "../options/checks.js";
import { FirstTarget, ReturnTarget } from "../resume/initiator-resume.js";
import { reconnectChecks } from "../resume/option-checks.js";
import {
  type LinkAttempt,
  type LinkSource,
  type ReconnectOptions,
  Reconnector,
} from "../resume/reconnector.js";
import { type ResumeTarget, resumeEntry, resumeQuestion } from "../resume/resume-target.js";
import type { Session } from "../session/session.js";
import { Metadata } from "../wire/metadata.js";
import { type EstablishOptions, establish } from "./establish.js";
import { establishChecks } from "./option-checks.js";

/** What {@link initiate} may be given. */
export interface InitiateOptions extends EstablishOptions {
  /** Answers the peer's calls. Default: each is answered with `Cancelled`. */
  readonly acceptor?: Acceptor | undefined;
  /** Opens other links when this one is lost, so that the session goes on. Default: it ends with its link. */
  readonly reconnect?: (ReconnectOptions & { readonly open: LinkSource }) | undefined;
}

const reconnectingChecks: OptionChecks<NonNullable<InitiateOptions["reconnect"]>> = {
  ...reconnectChecks,
  open: callback,
};

export const initiateChecks: OptionChecks<InitiateOptions> = {
  ...establishChecks,
  acceptor: checkAcceptor,
  reconnect: nested(reconnectingChecks),
};

/**
 * Makes a session of a link as the side that opened it. The link belongs to the session from then on, and is closed
 * when there will be none.
 *
 * ```ts
 * await using session = await initiate(link, { service: Catalog.name });
 * const catalog = session.client(Catalog);
 * ```
 *
 * @throws SessionError `Protocol` when the peer speaks something else or breaks a rule; `ConnectTimeout` when it takes too
 * long; `Io` when the link fails; `WentAway` when the peer closes it; `ServerFull` when the peer has no place; `Rejected`
 * when our own acceptor refuses the peer
 * @throws RejectedError when the peer refuses: its `metadata` says why
 * @throws VoxError `Cancelled` when `signal` is aborted
 * @throws RangeError, TypeError for options that cannot be sent
 */
export function initiate(link: Link, options: InitiateOptions = {}): Promise<Session> {
  try {
    checkOptions(options, initiateChecks);
  } catch (error) {
    // A link whose session cannot be is closed.
    link.abort();
    return Promise.reject(error);
  }
  const { reconnect, clock = systemClock } = options;
  if (reconnect === undefined) return start(link, options, undefined, undefined);
  const attempt = (reconnector: Reconnector, limits: LinkAttempt) => comeBack(reconnector, limits, options);
  const bond = new FirstTarget((session, key) => new Reconnector(session, key, reconnect, clock, attempt));
  return start(link, options, undefined, bond);
}

function start(
  link: Link,
  options: InitiateOptions,
  presentedKey: Uint8Array | undefined,
  bond: ResumeTarget | undefined,
): Promise<Session> {
  // 0.8.2 acceptors serve only initiators that take the odd ids.
  const makeHandshake = (own: HandshakeOptions) => new InitiatorHandshake({ ...own, presentedKey });
  return establish(link, "Odd", makeHandshake, options.acceptor, options, bond);
}

/** One attempt to get another link for a session. */
async function comeBack(
  reconnector: Reconnector,
  { timeoutMs, signal }: LinkAttempt,
  options: InitiateOptions,
): Promise<unknown> {
  const { reconnect, clock = systemClock, limits } = options;
  if (reconnect === undefined) return undefined;
  const deadline = clock.now() + timeoutMs;
  const link = await reconnect.open({ timeoutMs, signal });
  const { key } = reconnector;
  const metadata = new Metadata(options.metadata);
  if (key !== undefined) metadata.append(resumeEntry, resumeQuestion);
  const { handshakeTimeoutMs = defaultLimits.handshakeTimeoutMs } = limits ?? {};
  const { timeoutMs: chosenMs = handshakeTimeoutMs } = options;
  const returning = { ...options, metadata, signal, timeoutMs: Math.min(chosenMs, deadline - clock.now()) };
  return start(link, returning, key, new ReturnTarget(reconnector));
}
