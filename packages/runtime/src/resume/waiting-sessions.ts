/**
 * Sessions that wait for their peers, and which of them goes when there are too many: one of the owner that has most, so
 * that no owner pushes out another's.
 */
import type { Session } from "../session/session.js";

/** Whose share a session counts in. */
export interface Share {
  /** The peer that the application has identified; else the address that its link came from. */
  readonly owner: string;
  /** What the peer says about itself: it may say anything, so this tells apart those of one owner only. */
  readonly claim: string;
}

interface Waiting {
  readonly share: Share;
  /** On the clock's scale. */
  readonly expiresAt: number;
}

/** In the order in which they began to wait: all wait equally long. */
export class WaitingSessions {
  private readonly sessions = new Map<Session, Waiting>();

  get size(): number {
    return this.sessions.size;
  }

  /** When the first expires. */
  get nextExpiry(): number | undefined {
    const [first] = this.sessions.values();
    return first?.expiresAt;
  }

  add(session: Session, share: Share, expiresAt: number): void {
    this.sessions.set(session, { share, expiresAt });
  }

  delete(session: Session): boolean {
    return this.sessions.delete(session);
  }

  /** Those whose time is over. */
  *expired(now: number): Iterable<Session> {
    for (const [session, { expiresAt }] of this.sessions) {
      if (expiresAt > now) return;
      yield session;
    }
  }

  /**
   * The one to give up. Of the owner with most sessions, those that claim the same are looked at, and the oldest of them
   * goes. Where all have equally many, the last one finds no place: a flood of strangers ends no session that was there.
   */
  leastFair(): Session | undefined {
    const owner = mostOften(this.sessions.values(), ({ share }) => share.owner);
    const ofOwner = [...this.sessions].filter(([, { share }]) => share.owner === owner);
    const claim = mostOften(ofOwner, ([, { share }]) => share.claim);
    return ofOwner.find(([, { share }]) => share.claim === claim)?.[0];
  }
}

/** The key that most items have; of several the one that came last. */
function mostOften<T>(items: Iterable<T>, keyOf: (item: T) => string): string | undefined {
  const counts = new Map<string, number>();
  let most = 0;
  let found: string | undefined;
  const all = [...items];
  for (const item of all) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  for (const item of all) {
    const count = counts.get(keyOf(item)) ?? 0;
    if (count < most) continue;
    most = count;
    found = keyOf(item);
  }
  return found;
}

/** Bits of an IPv6 address that one customer is given at least: it has all addresses below. */
const customerGroups = 4;

/** The address as a share is counted: an IPv6 network of 64 bits is one peer. */
export function ownerOfAddress(address: string | undefined): string {
  if (address === undefined) return "";
  const [plain = ""] = address.split("%");
  if (!plain.includes(":")) return plain;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  const [before = "", after] = plain.split("::");
  const head = before === "" ? [] : before.split(":");
  const tail = after === undefined || after === "" ? [] : after.split(":");
  const zeros = after === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  const groups = [...head, ...Array.from({ length: zeros }, () => "0"), ...tail];
  return groups
    .slice(0, customerGroups)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}
