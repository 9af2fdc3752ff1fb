/**
 * The acceptor's part in resuming. The acceptor calls the application for each link, as for a new session. A session
 * goes on only for the peer to which it belongs. Source: `protocol/session.md` §1, §7.
 *
 * ```
 *  no key, or an unknown one ──────────────────accepted──► new
 *  a known key ──accepted──► the same identity ──────────► resume, or restore
 *      │            │             └──another──► onResume ──true──┘
 *      │            └──────────────────────────────└──false──► new
 *      └──refused──► none
 * ```
 */
import { reportAcceptError } from "../acceptor/admission.js";
import type { ConnectionRequest } from "../acceptor/incoming-connection.js";
import type { LinkOffer } from "../acceptor/link-offer.js";
import { type Awaitable, isPromise } from "../call/result.js";
import { openLater } from "../establish/later-link.js";
import { serviceKey } from "../establish/options.js";
import type { LinkPurpose, ResumeTarget, SessionRecord } from "../establish/resume-target.js";
import type { HandshakeResult, PeerIntroduction } from "../handshake/handshake-core.js";
import { passingRefusals } from "../handshake/refusals.js";
import { notify, type Observer, type ResumeRefusedEvent } from "../observer.js";
import type { PeerMemory } from "../session/connection.js";
import type { Session } from "../session/session.js";
import { Metadata } from "../wire/metadata.js";
import { errorKey, RejectedError } from "../wire/rejected-error.js";
import { identityOf } from "./identity.js";
import type { OnResume } from "./resumable-options.js";
import { resumeEntry, resumeQuestion } from "./resume-entry.js";
import type { KeptSession } from "./session-keys.js";
import { ownerOfAddress, type QuotaKey } from "./waiting-sessions.js";

/** The peer of a link that requests a session. */
export interface IncomingPeer {
  /** The service that the peer requests. */
  readonly service: string | undefined;
  /** Hash of the identity that the application has given; undefined when there is none. */
  readonly identity: string | undefined;
  /** Hashes of what the peer says about itself; undefined when the application has identified the peer. */
  readonly claims: readonly string[] | undefined;
  readonly quotaKey: QuotaKey;
}

/** The sessions of an acceptor by their keys: a `SessionRegistry`. */
export interface KeyedSessions {
  readonly onResume: OnResume | undefined;
  readonly observer: Observer | undefined;
  /** @throws what the store throws when it cannot answer */
  findKept(key: Uint8Array): KeptSession | undefined;
  /** Offers another key to the peer that has presented `presented`. */
  offer(kept: KeptSession, key: Uint8Array, presented: Uint8Array): void;
  isStale(kept: KeptSession, key: Uint8Array): boolean;
  add(
    session: Session,
    key: Uint8Array,
    result: HandshakeResult,
    incomingPeer: IncomingPeer,
    kept: KeptSession | undefined,
  ): void;
  confirm(kept: KeptSession, key: Uint8Array, incomingPeer: IncomingPeer): void;
}

/** Decides for one link. A peer with an unknown key gets a new session. */
export class AcceptorResume implements ResumeTarget {
  /** The key that the initiator of this link gets. */
  readonly offeredKey: Uint8Array;
  readonly #sessions: KeyedSessions;
  /** Whether operations of a session outlive this process, too. */
  readonly #keepsOperations: boolean;
  #peer: IncomingPeer = {
    service: undefined,
    identity: undefined,
    claims: undefined,
    quotaKey: { owner: "", claim: "" },
  };
  /** The session that the link is for; undefined for a new one. */
  #kept: KeptSession | undefined = undefined;

  constructor(sessions: KeyedSessions, offeredKey: Uint8Array, keepsOperations: boolean) {
    this.#sessions = sessions;
    this.offeredKey = offeredKey;
    this.#keepsOperations = keepsOperations;
  }

  choose(
    { metadata, presentedKey }: PeerIntroduction,
    offer: LinkOffer | undefined,
  ): LinkPurpose | Promise<LinkPurpose> {
    const isAsked = metadata.getString(resumeEntry) === resumeQuestion;
    metadata.delete(resumeEntry);
    // No session goes on unless the application agrees.
    if (offer === undefined) return { kind: "new" };
    let found: KeptSession | undefined;
    try {
      found = presentedKey && this.#sessions.findKept(presentedKey);
    } catch (cause) {
      return { kind: "none", objection: passingRefusals.notKept, cause };
    }
    const request = offer.request(found !== undefined);
    const decided = after(offer.ask(request), (objection) => {
      if (objection !== undefined) return { kind: "none", objection } as const;
      this.#peer = incomingPeerOf(offer.principal, metadata, request);
      if (found === undefined || presentedKey === undefined) return { kind: "new" } as const;
      return this.#claim(found, presentedKey, request, offer, isAsked);
    });
    return after(decided, (purpose) => {
      // 0.8.2 gives no answer, and its initiators do not request one.
      if (isAsked && purpose.kind !== "none") offer.answer.append(resumeEntry, this.#memoryOf(purpose));
      return purpose;
    });
  }

  onEstablished(session: Session, result: HandshakeResult): void {
    const { offeredKey } = this;
    const sessions = this.#sessions;
    const incomingPeer = this.#peer;
    const kept = this.#kept;
    session.core.owner = incomingPeer.quotaKey.owner || undefined;
    if (session.core.isResumable && kept !== undefined) sessions.confirm(kept, offeredKey, incomingPeer);
    else sessions.add(session, offeredKey, result, incomingPeer, kept);
  }

  /** The peer has a key of this session, and the application accepts it. Decides whether the session goes on for it. */
  #claim(
    kept: KeptSession,
    presentedKey: Uint8Array,
    request: ConnectionRequest,
    offer: LinkOffer,
    preempts: boolean,
  ): LinkPurpose | Promise<LinkPurpose> {
    const { onResume } = this.#sessions;
    const { session, record } = kept;
    const incomingPeer = this.#peer;
    const { service } = incomingPeer;
    const isSameIdentity = isSamePeer(record, incomingPeer);
    const refused = (by: ResumeRefusedEvent["by"]): LinkPurpose => {
      const { link } = request;
      notify(this.#sessions.observer, "onResumeRefused", { link, sessionId: record.sessionId, by });
      return { kind: "new" };
    };
    const conclude = (goesOn: boolean): LinkPurpose =>
      goesOn
        ? this.#resume(kept, presentedKey, preempts)
        : refused(isSameIdentity ? "application" : "identity");
    // The session has the dispatcher of the service that was requested first.
    if (session !== undefined && service !== undefined && service !== kept.service) return refused("service");
    if (onResume === undefined) return conclude(isSameIdentity);
    const refuse = (error: unknown): LinkPurpose => {
      if (error instanceof RejectedError)
        return {
          kind: "none",
          objection: error.metadata.getString(errorKey) ?? "the session may not be resumed",
        };
      reportAcceptError(offer.reporting, request, error);
      return { kind: "none", objection: passingRefusals.acceptorFailed, cause: error };
    };
    try {
      const answer = onResume({ request, session, sessionId: record.sessionId, isSameIdentity });
      // Only `true` counts: a function that forgets to return gives no session away.
      if (!isPromise(answer)) return conclude(answer === true);
      return Promise.resolve(answer)
        .then((goesOn) => conclude(goesOn === true))
        .catch(refuse);
    } catch (error) {
      return refuse(error);
    }
  }

  #resume(kept: KeptSession, presentedKey: Uint8Array, preempts: boolean): LinkPurpose {
    const { offeredKey } = this;
    const sessions = this.#sessions;
    this.#kept = kept;
    sessions.offer(kept, offeredKey, presentedKey);
    const isStale = (): boolean => sessions.isStale(kept, offeredKey);
    const { session, record } = kept;
    // Another link may have built it meanwhile.
    if (session === undefined)
      return {
        kind: "restore",
        record,
        isStale: () => kept.session !== undefined || isStale(),
        open: openLater,
      };
    // 0.8.2 does not ask, and so it does not preempt.
    return {
      kind: "resume",
      session,
      peer: "resumed",
      isReference: !preempts,
      preempts,
      isStale,
      open: openLater,
    };
  }

  #memoryOf({ kind }: LinkPurpose): PeerMemory {
    if (kind === "resume") return "resumed";
    return kind === "restore" && this.#keepsOperations ? "restored" : "new";
  }
}

function incomingPeerOf(
  principal: unknown,
  metadata: Metadata,
  { origin, service }: ConnectionRequest,
): IncomingPeer {
  const isIdentified = principal !== undefined && principal !== null;
  const said = new Metadata(metadata);
  said.delete(serviceKey);
  const claim = identityOf(said) ?? "";
  const identity = isIdentified ? identityOf(principal) : undefined;
  const claims = isIdentified ? undefined : claimsOf(said);
  const owner = identity !== undefined ? `of ${identity}` : ownerOfAddress(origin?.peerAddress);
  return { service, identity, claims, quotaKey: { owner, claim } };
}

/** Entries that are compared one by one. */
const maxClaims = 64;

function claimsOf(said: Metadata): readonly string[] {
  const hashes = [...said].flatMap(({ key, value }) => identityOf([key, value]) ?? []);
  if (hashes.length <= maxClaims) return hashes;
  return [identityOf(hashes) ?? ""].filter((each) => each !== "");
}

/**
 * Whether the session belongs to the peer. Without an identity from the application, the peer may claim only what it
 * claimed before.
 */
export function isSamePeer(
  record: Pick<SessionRecord, "identity" | "claims">,
  { identity, claims }: Pick<IncomingPeer, "identity" | "claims">,
): boolean {
  if (identity !== undefined) return identity === record.identity;
  if (claims === undefined || record.identity !== undefined || record.claims === undefined) return false;
  const before = new Set(record.claims);
  return claims.every((each) => before.has(each));
}

function after<T, U>(answer: Awaitable<T>, goOn: (answer: T) => U | Promise<U>): U | Promise<U> {
  return isPromise(answer) ? Promise.resolve(answer).then(goOn) : goOn(answer);
}
