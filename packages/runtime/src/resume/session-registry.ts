/**
 * The resumable sessions of an acceptor: who has which key, and how long one waits for its peer. Source:
 * `protocol/session.md` §7.
 *
 * ```
 *  connected ──link lost──► waiting ──peer comes back──► connected
 *      │                       ├── expiry, or too many wait ──► ended
 *      └───── session ends ────┴──────────────────────────────► forgotten
 * ```
 *
 * A session has the key that its peer is known to have, and those that were offered to it since: the peer goes over to a
 * new one when it reads the offer, and whether it did shows only when it comes back.
 */
import { callOut, ignore } from "../call/call-out.js";
import { type Clock, systemClock, type TimerHandle } from "../clock.js";
import { resends } from "../driver/outgoing-resends.js";
import { SessionError } from "../errors.js";
import type { ResumableSessions } from "../establish/accept.js";
import type { ResumeTarget, SessionRecord } from "../establish/resume-target.js";
import type { HandshakeResult } from "../handshake/handshake-core.js";
import { settingsPair } from "../handshake/settings.js";
import {
  bound,
  clock as checkClock,
  checkOptions,
  duration,
  having,
  type OptionChecks,
} from "../options/checks.js";
import type { Recovery } from "../session/recovery.js";
import type { Session } from "../session/session.js";
import { makeResumeKey, toHex } from "../session/session-id.js";
import { AcceptorResume, type KeyedSessions } from "./acceptor-resume.js";
import type { SessionStore } from "./session-store.js";

/** What an acceptor may choose about sessions that outlive their links. */
export interface ResumableOptions {
  /** Sessions that wait for their peers at once; one more ends that which has waited longest. Default 1024. */
  readonly maxSessions?: number | undefined;
  /** Milliseconds for which a session without a link is kept. Default 60 000. */
  readonly expiryMs?: number | undefined;
  /** Keeps what another process needs to take the sessions up. Default: they end with this process. */
  readonly store?: SessionStore | undefined;
}

export const resumableChecks: OptionChecks<ResumableOptions> = {
  maxSessions: bound,
  expiryMs: duration,
  store: having("a SessionStore", "find", "save", "remove"),
};

const defaultMaxSessions = 1024;
const defaultExpiryMs = 60_000;
/** Offers that a peer may let pass before the oldest is void. */
const offersKept = 4;

/** Sessions by their keys; one for all links of a listener. */
export class SessionRegistry implements ResumableSessions, KeyedSessions {
  private readonly clock: Clock;
  private readonly maxSessions: number;
  private readonly expiryMs: number;
  private readonly store: SessionStore | undefined;
  private readonly byKey = new Map<string, Entry>();
  private readonly entries = new Map<Session, Entry>();
  /** When those without a link expire, on the clock's scale; earliest first. */
  private readonly waiting = new Map<Session, number>();
  private timer: TimerHandle | undefined = undefined;
  private isClosed = false;

  constructor(options: ResumableOptions & { readonly clock?: Clock | undefined } = {}) {
    checkOptions<typeof options>(options, { ...resumableChecks, clock: checkClock });
    const { clock = systemClock, maxSessions = defaultMaxSessions, expiryMs = defaultExpiryMs } = options;
    this.clock = clock;
    this.maxSessions = maxSessions;
    this.expiryMs = expiryMs;
    this.store = options.store;
  }

  /** Sessions that can be resumed, those with a link included. */
  get size(): number {
    return this.entries.size;
  }

  /** Sessions without a link. */
  get waitingCount(): number {
    return this.waiting.size;
  }

  /** Whether sessions may be taken up by another process. */
  get isPersistent(): boolean {
    return this.store !== undefined;
  }

  /** What the next link is for. @internal */
  nextTarget(keepsOperations: boolean): ResumeTarget & { readonly offeredKey: Uint8Array } {
    return new AcceptorResume(this, makeResumeKey(), keepsOperations);
  }

  /** The session that has this key, or what an earlier process has left of it. */
  find(key: Uint8Array): Session | SessionRecord | undefined {
    return this.byKey.get(toHex(key))?.session ?? this.store?.find(key);
  }

  /** A session may get a new key: if its peer reads the offer. @throws what the store throws */
  offer(session: Session, key: Uint8Array): void {
    const entry = this.entries.get(session);
    if (entry === undefined) return;
    this.store?.save(key, entry.record);
    entry.keys.push(key);
    this.byKey.set(toHex(key), entry);
    const [, oldest] = entry.keys;
    if (entry.keys.length > 1 + offersKept && oldest !== undefined) this.forget(entry, oldest);
  }

  /** A session can be resumed from now on. @throws what the store throws */
  add(session: Session, key: Uint8Array, result: HandshakeResult): void {
    const { peerSupportsRetry } = result;
    const record = { sessionId: session.core.sessionId, ...settingsPair(result), peerSupportsRetry };
    this.store?.save(key, record);
    const entry: Entry = { session, record, keys: [key] };
    this.entries.set(session, entry);
    this.byKey.set(toHex(key), entry);
    session.becomeResumable(this.recoveryOf(session));
  }

  /** The peer has come back and has read the offer of this key: all others are void. */
  confirm(session: Session, key: Uint8Array): void {
    const entry = this.entries.get(session);
    if (entry === undefined) return;
    for (const other of entry.keys.filter((each) => each !== key)) this.forget(entry, other);
  }

  /** A key of an earlier process has been taken up under another one. */
  drop(key: Uint8Array): void {
    this.removeKept(key);
  }

  /** The listener stops, and its sessions end: what the store has stays there, for the next process. */
  close(): void {
    this.isClosed = true;
  }

  private recoveryOf(session: Session): Recovery {
    return {
      resends,
      onLost: () => this.expect(session),
      onRestored: () => {
        this.waiting.delete(session);
        this.arm();
      },
      onEnded: () => {
        this.waiting.delete(session);
        this.arm();
        const entry = this.entries.get(session);
        if (entry === undefined) return;
        this.entries.delete(session);
        for (const key of [...entry.keys]) this.forget(entry, key);
      },
    };
  }

  private expect(session: Session): void {
    const [oldest] = this.waiting.keys();
    this.waiting.set(session, this.clock.now() + this.expiryMs);
    if (this.waiting.size > this.maxSessions && oldest !== undefined)
      this.expire(oldest, `more than ${this.maxSessions} sessions wait (option maxSessions)`);
    this.arm();
  }

  private forget(entry: Entry, key: Uint8Array): void {
    entry.keys.splice(entry.keys.indexOf(key), 1);
    this.byKey.delete(toHex(key));
    if (!this.isClosed) this.removeKept(key);
  }

  /**
   * The key is void here, whatever the store does: what it keeps of it is forgotten by the store's own time. It may be
   * full or gone, and must not end the process.
   */
  private removeKept(key: Uint8Array): void {
    callOut(() => this.store?.remove(key), ignore);
  }

  private expire(session: Session, why: string): void {
    this.waiting.delete(session);
    session.core.end("Transport", new SessionError("NotResumable", `session is not resumable: ${why}`));
  }

  /** One timer, for that which expires first. */
  private arm(): void {
    if (this.timer !== undefined) this.clock.clearTimer(this.timer);
    this.timer = undefined;
    const [first] = this.waiting.values();
    if (first === undefined) return;
    this.timer = this.clock.setTimer(Math.max(0, first - this.clock.now()), () => this.onTimer());
  }

  private onTimer(): void {
    this.timer = undefined;
    const now = this.clock.now();
    for (const [session, expiresAt] of this.waiting) {
      if (expiresAt > now) break;
      this.expire(session, `the peer has not come back within ${this.expiryMs} ms`);
    }
    this.arm();
  }
}

interface Entry {
  readonly session: Session;
  readonly record: SessionRecord;
  /** The first is that with which the peer came last. */
  readonly keys: Uint8Array[];
}
