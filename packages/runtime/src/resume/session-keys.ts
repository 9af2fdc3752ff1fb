/**
 * The keys under which a peer may come back to one session. A key is used once: with each link, the acceptor offers the
 * peer the next key, and the peer takes it when it reads the offer. The acceptor learns of that only when the peer
 * comes back or finishes the handshake. So it keeps the key that the peer is known to have, and for a while all later
 * offers. Earlier keys are void.
 *
 * ```
 *   void … │ known │ offer, offer, …
 *          └─ moves to the key that is presented, and to the one whose handshake is finished
 * ```
 */
import type { SessionRecord } from "../establish/resume-target.js";
import type { Session } from "../session/session.js";
import { toHex } from "../session/session-id.js";
import type { QuotaKey } from "./waiting-sessions.js";

/** Offers that are kept. With one more, the oldest is void. */
const offersKept = 4;

interface Key {
  readonly bytes: Uint8Array;
  readonly name: string;
  /** The number of the link for which the key was made. */
  readonly generation: number;
}

/** A session as its acceptor keeps it. */
export class KeptSession {
  /** Undefined while the session is known only from an earlier process. */
  session: Session | undefined;
  record: SessionRecord;
  /** The service that the peer requested first. */
  service: string | undefined = undefined;
  quotaKey: QuotaKey = { owner: "", claim: "" };
  /** The first key is the one that the peer is known to have. */
  #keys: Key[];
  #generation = 0;
  /** Generation of the current or last link of the session. */
  #linked = 0;

  constructor(key: Uint8Array, record: SessionRecord, session: Session | undefined) {
    this.session = session;
    this.record = record;
    this.#keys = [{ bytes: key, name: toHex(key), generation: 0 }];
  }

  get all(): readonly Uint8Array[] {
    return this.#keys.map(({ bytes }) => bytes);
  }

  /** Offers `key` to the peer, which has presented `presented`. @returns keys that are void now */
  offer(key: Uint8Array, presented: Uint8Array): readonly Uint8Array[] {
    const gone = this.#dropBefore(this.#find(presented)?.generation ?? 0);
    this.#generation += 1;
    this.#keys.push({ bytes: key, name: toHex(key), generation: this.#generation });
    if (this.#keys.length <= 1 + offersKept) return gone;
    return [...gone, ...this.#keys.splice(1, 1).map(({ bytes }) => bytes)];
  }

  /** The handshake in which `key` was offered is finished. @returns keys that are void now */
  confirm(key: Uint8Array): readonly Uint8Array[] {
    const found = this.#find(key);
    if (found === undefined) return [];
    this.#linked = Math.max(this.#linked, found.generation);
    return this.#dropBefore(found.generation);
  }

  /** Whether the session, or its peer, has gone on to a later link than that of `key`. */
  isStale(key: Uint8Array): boolean {
    const found = this.#find(key);
    return found === undefined || found.generation < this.#linked;
  }

  #find(key: Uint8Array): Key | undefined {
    const name = toHex(key);
    return this.#keys.find((each) => each.name === name);
  }

  #dropBefore(generation: number): readonly Uint8Array[] {
    const gone = this.#keys.filter((each) => each.generation < generation);
    if (gone.length > 0) this.#keys = this.#keys.filter((each) => each.generation >= generation);
    return gone.map(({ bytes }) => bytes);
  }
}
