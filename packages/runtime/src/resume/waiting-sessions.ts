/**
 * Sessions that wait for their peers. When there are too many, one session of the owner with most sessions ends, so
 * that no owner pushes out sessions of another.
 */
import type { Session } from "../session/session.js";

/** The quota that a session counts in. */
export interface QuotaKey {
  /** The peer that the application has identified; else the address that its link came from. */
  readonly owner: string;
  /** What the peer says about itself. It may say anything, so the claim only tells apart sessions of one owner. */
  readonly claim: string;
}

interface Waiting {
  readonly quotaKey: QuotaKey;
  /** Time of the clock. */
  readonly expiresAt: number;
}

/** Sessions in the order in which they began to wait, which is the order in which they expire. */
export class WaitingSessions {
  readonly #sessions = new Map<Session, Waiting>();

  get size(): number {
    return this.#sessions.size;
  }

  /** When the first expires. */
  get nextExpiry(): number | undefined {
    const [first] = this.#sessions.values();
    return first?.expiresAt;
  }

  add(session: Session, quotaKey: QuotaKey, expiresAt: number): void {
    this.#sessions.set(session, { quotaKey, expiresAt });
  }

  delete(session: Session): boolean {
    return this.#sessions.delete(session);
  }

  /** The sessions whose time is over. */
  *expired(now: number): Iterable<Session> {
    for (const [session, { expiresAt }] of this.#sessions) {
      if (expiresAt > now) return;
      yield session;
    }
  }

  /**
   * The session to give up. It belongs to the owner with most sessions. Of the claim that most of these sessions have,
   * it is the oldest. If all owners have equally many, it belongs to the owner that came last, so a flood of strangers
   * ends no session that waited before.
   */
  leastFair(): Session | undefined {
    const owner = mostOften(this.#sessions.values(), ({ quotaKey }) => quotaKey.owner);
    const ofOwner = [...this.#sessions].filter(([, { quotaKey }]) => quotaKey.owner === owner);
    const claim = mostOften(ofOwner, ([, { quotaKey }]) => quotaKey.claim);
    return ofOwner.find(([, { quotaKey }]) => quotaKey.claim === claim)?.[0];
  }
}

/** The key that most items have. Of several such keys, the one that came last. */
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

/** Groups of an IPv6 address that name one customer's network: a customer has at least all addresses in it. */
const customerGroups = 4;

/** The owner that an address counts as. An IPv6 network with a prefix of 64 bits is one owner. */
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
