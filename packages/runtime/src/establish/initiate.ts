/** Opens a session on a link that is open already. Transports build on it, for example `connect` of `/node`. */

import { checkServable } from "../acceptor/check-servable.js";
import type { Servable } from "../acceptor/router.js";
import type { VirtualConnectionsFeature } from "../acceptor/virtual-connections.js";
import { rejection } from "../call/caller-line.js";
import type { HandshakeMetadata } from "../call/handshake-metadata.js";
import { metadataCheck } from "../call/option-checks.js";
import { loaded, withinAttempt } from "../call/within-attempt.js";
import type { BundledCode } from "../driver/bundled-code.js";
import { loadAnswerReader, loadPlans } from "../driver/plans.js";
import { InitiatorHandshake } from "../handshake/initiator.js";
import { defaultLimits } from "../limits.js";
import type { Link } from "../link/link.js";
import { checkOptions, having, type OptionChecks, orFunction } from "../options/checks.js";
import type { Session } from "../session/session.js";
import { Metadata } from "../wire/metadata.js";
import { establish, type HandshakeSide } from "./establish.js";
import { closeUnused, establishChecks, linkCheck } from "./option-checks.js";
import type { SessionOptions } from "./options.js";
import type { ResumeTarget } from "./resume-target.js";

/** Options of {@link openSession}. */
export interface OpenSessionOptions extends Omit<SessionOptions, "metadata"> {
  /**
   * Sent to the peer with the handshake: texts and integers, no bytes. A function is called at each attempt, the first
   * one and those of `reconnect`. Use it for tokens that expire. If it throws, the attempt fails, and `reconnect` makes
   * another one. A `RejectedError` ends the attempts. Default none.
   */
  readonly metadata?: HandshakeMetadata | undefined;
  /**
   * Answers the peer's calls: a dispatcher, or with {@link OpenSessionOptions.virtualConnections} also a router or a
   * connection acceptor. Default: each call is answered with `Cancelled`.
   */
  readonly serve?: Servable | undefined;
  /**
   * Brings connections beside the root one: the value `virtualConnections` of `@voxrpc/runtime`. Default: those of the
   * peer are refused, and `Session.open` throws.
   */
  readonly virtualConnections?: VirtualConnectionsFeature | undefined;
  /**
   * Opens other links when this one is lost, so that the session goes on: `reconnecting({ open })`. Default: it ends.
   */
  readonly reconnect?: Reconnect | undefined;
}

/** How a session gets other links; made by `reconnecting`. */
export interface Reconnect {
  /** @returns the target of the first link. @internal */
  firstTarget(options: OpenSessionOptions, bundled: BundledCode | undefined): ResumeTarget;
}

export const initiateChecks: OptionChecks<OpenSessionOptions> = {
  ...establishChecks,
  metadata: orFunction(metadataCheck),
  serve: checkServable,
  virtualConnections: having("the value virtualConnections of @voxrpc/runtime", "offer"),
  reconnect: having("what reconnecting({ open }) returns", "firstTarget"),
};

/**
 * Makes a session on a link that this side has opened. The link belongs to the session from then on. If there is no
 * session, the link is closed.
 *
 * ```ts
 * await using session = await openSession(link, { service: Catalog.name });
 * const catalog = session.client(Catalog);
 * ```
 *
 * @throws SessionError `Protocol` when the peer speaks something else or breaks a rule; `ConnectTimeout` when it takes
 * too long; `Io` when the link fails; `WentAway` when the peer closes it; `ServerFull` when the peer has no place;
 * `Rejected` when the connection acceptor of this side refuses the peer
 * @throws RejectedError when the peer refuses: its `metadata` says why
 * @throws VoxError `Cancelled` when `signal` is aborted
 * @throws RangeError, TypeError for options that cannot be sent; TypeError for a router or a connection acceptor
 * without `virtualConnections`
 */
export function openSession(link: Link, options: OpenSessionOptions = {}): Promise<Session> {
  return openSessionWith(link, options, undefined);
}

/** {@link openSession} @param bundled code that is present already @internal */
export function openSessionWith(
  link: Link,
  options: OpenSessionOptions,
  bundled: BundledCode | undefined,
): Promise<Session> {
  try {
    linkCheck(link, "link");
    checkOptions(options, initiateChecks);
  } catch (error) {
    // There is no session for the link, so it is closed.
    closeUnused(link);
    return Promise.reject(error);
  }
  // Later links are established with them, too.
  const { metadata } = options;
  const given =
    metadata === undefined || typeof metadata === "function"
      ? options
      : { ...options, metadata: new Metadata(metadata) };
  return initiateFor(link, given, undefined, options.reconnect?.firstTarget(given, bundled), bundled);
}

/**
 * {@link openSession} for a session that may exist already.
 * @param presentedKey the key under which the acceptor keeps the session
 * @param beside adds metadata of this link
 * @internal
 */
export function initiateFor(
  link: Link,
  options: OpenSessionOptions,
  presentedKey: Uint8Array | undefined,
  target: ResumeTarget | undefined,
  bundled?: BundledCode,
  beside: (metadata: Metadata) => Metadata = (metadata) => metadata,
): Promise<Session> {
  const { metadata: source, clock, signal } = options;
  const start = (given: Metadata | undefined): Promise<Session> =>
    establishOn(link, { ...options, metadata: beside(new Metadata(given)) }, presentedKey, target, bundled);
  if (typeof source !== "function") return start(source);
  const { handshakeTimeoutMs = defaultLimits.handshakeTimeoutMs } = options.limits ?? {};
  const { timeoutMs = handshakeTimeoutMs } = options;
  const ask = async (over: AbortSignal): Promise<Metadata | undefined> => {
    const { askMetadata } = bundled ?? (await loaded(loadPlans(), "requests metadata"));
    return askMetadata(source, over);
  };
  return withinAttempt(
    { timeoutMs, clock, signal },
    "the session was established",
    "the option metadata has given nothing",
    ask,
  ).then(start, (error: unknown) => {
    link.abort();
    return rejection(error);
  });
}

function establishOn(
  link: Link,
  options: Omit<OpenSessionOptions, "metadata"> & SessionOptions,
  presentedKey: Uint8Array | undefined,
  target: ResumeTarget | undefined,
  bundled: BundledCode | undefined,
): Promise<Session> {
  // 0.8.2 acceptors serve only initiators that take the odd ids.
  const side: HandshakeSide = {
    parity: "Odd",
    isInitiator: true,
    feature: options.virtualConnections,
    bundled,
    begin: (own) =>
      new InitiatorHandshake({
        ...own,
        presentedKey,
        answerReader: bundled?.answerReader ?? loadAnswerReader,
      }),
  };
  return establish(link, side, options.serve, options, target);
}
