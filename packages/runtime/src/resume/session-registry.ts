/**
 * The resumable sessions of an acceptor: the keys of each session, and how long it waits for its peer. Source:
 * `protocol/session.md` §7.
 *
 * ```
 *  connected ──link lost──► waiting ──peer comes back──► connected
 *      │                       ├── expiry, or too many wait ──► ended
 *      └───── session ends ────┴──────────────────────────────► forgotten
 * ```
 *
 * When the store fails, only the step that needed it fails, and the observer gets an event. Sessions of this process go
 * on without the store.
 */
import { ignore } from "../call/call-out.js";
import { isPromise } from "../call/result.js";
import { type Clock, systemClock, type TimerHandle } from "../clock.js";
import { resends } from "../driver/outgoing-resends.js";
import { SessionError, StoreError } from "../errors.js";
import type { ResumableSessions } from "../establish/accept.js";
import type { ResumeTarget, SessionRecord } from "../establish/resume-target.js";
import type { HandshakeResult } from "../handshake/handshake-core.js";
import { settingsPair } from "../handshake/settings.js";
import {
  type FailureReporting,
  type Observer,
  reportFailure,
  type SessionStoreErrorEvent,
} from "../observer.js";
import { Pressure } from "../operations/pressure.js";
import { callback, clock as checkClock, checkOptions, type OptionChecks } from "../options/checks.js";
import { observerCheck } from "../session/observer-check.js";
import type { Recovery } from "../session/recovery.js";
import type { Session } from "../session/session.js";
import { makeResumeKey, toHex } from "../session/session-id.js";
import { AcceptorResume, type IncomingPeer, isSamePeer } from "./acceptor-resume.js";
import { type OnResume, type ResumableOptions, resumableChecks } from "./resumable-options.js";
import { KeptSession } from "./session-keys.js";
import { checkedRecord } from "./session-record.js";
import type { SessionStore } from "./session-store.js";
import { WaitingSessions } from "./waiting-sessions.js";

const defaultMaxSessions = 1024;
const defaultExpiryMs = 60_000;

/** Options of a {@link SessionRegistry}. */
export interface SessionRegistryOptions extends ResumableOptions {
  /** Default: the platform's. */
  readonly clock?: Clock | undefined;
  /** Gets the events of sessions that are kept. Default: the observer of the first link. */
  readonly observer?: Observer | undefined;
  /** Called when the store fails, and the observer has no `onSessionStoreError`. Default: that of the first link. */
  readonly onUnhandledError?: FailureReporting["onUnhandledError"];
}

export const registryChecks: OptionChecks<SessionRegistryOptions> = {
  ...resumableChecks,
  clock: checkClock,
  observer: observerCheck,
  onUnhandledError: callback,
};

/** Sessions by their keys; one for all links of a listener. */
export class SessionRegistry implements ResumableSessions {
  readonly onResume: OnResume | undefined;
  /** @internal */
  observer: Observer | undefined;
  /** @internal */
  onUnhandledError: FailureReporting["onUnhandledError"];
  readonly #clock: Clock;
  readonly #maxSessions: number;
  readonly #expiryMs: number;
  readonly #store: SessionStore | undefined;
  readonly #byKey = new Map<string, KeptSession>();
  readonly #bySession = new Map<Session, KeptSession>();
  readonly #byId = new Map<string, KeptSession>();
  readonly #waiting = new WaitingSessions();
  #pressure: Pressure | undefined = undefined;
  #timer: TimerHandle | undefined = undefined;
  #isClosed = false;

  /** @throws TypeError, RangeError for an option that is not valid, with its name */
  constructor(options: SessionRegistryOptions = {}) {
    checkOptions<SessionRegistryOptions>(options, registryChecks);
    const { clock = systemClock, maxSessions = defaultMaxSessions, expiryMs = defaultExpiryMs } = options;
    this.#clock = clock;
    this.#maxSessions = maxSessions;
    this.#expiryMs = expiryMs;
    this.#store = options.store;
    this.onResume = options.onResume;
    this.observer = options.observer;
    this.onUnhandledError = options.onUnhandledError;
  }

  /** Sessions that can be resumed, those with a link included. */
  get size(): number {
    return this.#bySession.size;
  }

  /** Sessions without a link. */
  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** Whether another process may restore the sessions. */
  get isPersistent(): boolean {
    return this.#store !== undefined;
  }

  /** Makes the target of the next link. @param reporting that of the link @internal */
  nextTarget(
    keepsOperations: boolean,
    reporting: FailureReporting = {},
  ): ResumeTarget & { readonly offeredKey: Uint8Array } {
    this.observer ??= reporting.observer;
    this.onUnhandledError ??= reporting.onUnhandledError;
    return new AcceptorResume(this, makeResumeKey(), keepsOperations);
  }

  /** The session with this key, or its record from an earlier process. @throws what the store throws */
  find(key: Uint8Array): Session | SessionRecord | undefined {
    const kept = this.findKept(key);
    return kept?.session ?? kept?.record;
  }

  /** As {@link find}, with the keys of the session. @internal */
  findKept(key: Uint8Array): KeptSession | undefined {
    return this.#byKey.get(toHex(key)) ?? this.#restored(key);
  }

  /** Offers a new key to the peer of a session, which has presented another one. The peer may not read it. @internal */
  offer(kept: KeptSession, key: Uint8Array, presented: Uint8Array): void {
    this.#save(key, kept.record);
    if (kept.session === undefined) {
      this.#byId.set(kept.record.sessionId, kept);
      this.#byKey.set(toHex(presented), kept);
    }
    this.#byKey.set(toHex(key), kept);
    this.#forget(kept.offer(key, presented));
  }

  /** Whether a link for which a key was offered has come too late. @internal */
  isStale(kept: KeptSession, key: Uint8Array): boolean {
    return kept.isStale(key);
  }

  /** A session can be resumed from now on. @param kept the session of an earlier process that it restores @internal */
  add(
    session: Session,
    key: Uint8Array,
    result: HandshakeResult,
    incomingPeer: IncomingPeer,
    kept: KeptSession | undefined,
  ): void {
    const { service, identity, claims, quotaKey } = incomingPeer;
    const { peerSupportsRetry } = result;
    const { sessionId } = session.core;
    const record = { sessionId, ...settingsPair(result), peerSupportsRetry, identity, claims };
    const entry = kept ?? new KeptSession(key, record, session);
    entry.session = session;
    entry.record = record;
    entry.service = service;
    entry.quotaKey = quotaKey;
    this.#save(key, record);
    this.#bySession.set(session, entry);
    this.#byId.set(sessionId, entry);
    this.#byKey.set(toHex(key), entry);
    this.#forget(entry.confirm(key));
    session.becomeResumable(this.#recoveryOf(session, entry));
  }

  /** The peer has come back and has read the offer of this key. @internal */
  confirm(kept: KeptSession, key: Uint8Array, incomingPeer: IncomingPeer): void {
    const { identity, claims, quotaKey } = incomingPeer;
    kept.quotaKey = quotaKey;
    if (!isSamePeer(kept.record, incomingPeer)) {
      kept.record = { ...kept.record, identity, claims };
      this.#save(key, kept.record);
    }
    this.#forget(kept.confirm(key));
  }

  /** The listener stops, and its sessions end. Their records stay in the store for the next process. */
  close(): void {
    this.#isClosed = true;
  }

  #recoveryOf(session: Session, kept: KeptSession): Recovery {
    return {
      resends,
      onLost: () => this.#expect(session, kept),
      onRestored: () => {
        this.#waiting.delete(session);
        this.#arm();
      },
      onEnded: () => {
        this.#waiting.delete(session);
        this.#arm();
        this.#bySession.delete(session);
        this.#byId.delete(kept.record.sessionId);
        this.#forget(kept.all);
      },
    };
  }

  #expect(session: Session, { quotaKey }: KeptSession): void {
    const waiting = this.#waiting;
    const maxSessions = this.#maxSessions;
    waiting.add(session, quotaKey, this.#clock.now() + this.#expiryMs);
    this.#pressure ??= new Pressure(this.observer, {
      store: "sessions",
      unit: "sessions",
      limit: maxSessions,
    });
    this.#pressure.note(waiting.size);
    const least = waiting.size > maxSessions ? waiting.leastFair() : undefined;
    if (least !== undefined)
      this.#expire(least, `more than ${maxSessions} sessions wait (option maxSessions)`);
    this.#arm();
  }

  #forget(keys: readonly Uint8Array[]): void {
    for (const key of keys) {
      this.#byKey.delete(toHex(key));
      if (!this.#isClosed) this.#remove(key);
    }
  }

  /** Looks up in the store a key that this process does not have. */
  #restored(key: Uint8Array): KeptSession | undefined {
    const store = this.#store;
    if (store === undefined) return undefined;
    let given: unknown;
    try {
      given = atOnce(store.find(key));
      if (given === undefined || given === null) return undefined;
      const record = checkedRecord(given);
      const known = this.#byId.get(record.sessionId);
      // The key is void here, but the store has not forgotten it.
      if (known?.session !== undefined) return undefined;
      return known ?? new KeptSession(key, record, undefined);
    } catch (error) {
      this.#report("find", undefined, error);
      if (!(error instanceof StoreError) || error.code !== "RecordDamaged") throw error;
      this.#remove(key);
      return undefined;
    }
  }

  /** The key is valid here even if the store fails. Then the session ends with this process. */
  #save(key: Uint8Array, record: SessionRecord): void {
    try {
      atOnce(this.#store?.save(key, record));
    } catch (error) {
      this.#report("save", record.sessionId, error);
    }
  }

  /** The key is void here even if the store fails. Then the store keeps the record until its own time limit. */
  #remove(key: Uint8Array): void {
    try {
      atOnce(this.#store?.remove(key));
    } catch (error) {
      this.#report("remove", undefined, error);
    }
  }

  #report(step: SessionStoreErrorEvent["step"], sessionId: string | undefined, error: unknown): void {
    reportFailure(this, "onSessionStoreError", "sessionStore", { step, sessionId, error });
  }

  #expire(session: Session, why: string): void {
    this.#waiting.delete(session);
    session.core.end("Transport", new SessionError("NotResumable", `session is not resumable: ${why}`));
  }

  /** Sets one timer, for the session that expires first. */
  #arm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
    const first = this.#waiting.nextExpiry;
    if (first === undefined) return;
    this.#timer = this.#clock.setTimer(Math.max(0, first - this.#clock.now()), () => this.#onTimer());
  }

  #onTimer(): void {
    this.#timer = undefined;
    for (const session of this.#waiting.expired(this.#clock.now()))
      this.#expire(session, `the peer has not come back within ${this.#expiryMs} ms`);
    this.#arm();
  }
}

/** @throws StoreError `StoreUnavailable` for a promise: a handshake waits, so the store must answer at once */
function atOnce<T>(answer: T): T {
  if (!isPromise(answer)) return answer;
  Promise.resolve(answer).catch(ignore);
  throw new StoreError(
    "StoreUnavailable",
    "a store of sessions answers at once: this one has given a promise",
  );
}
