/** Operations in memory: they last as long as the process. Source: `protocol/calls.md` §6.2. */
import { type Clock, systemClock } from "../clock.js";
import { StoreError } from "../errors.js";
import type { Observer } from "../observer.js";
import { anyObject, bound, checkOptions, clock, duration, type OptionChecks } from "../options/checks.js";
import type {
  OperationEntry,
  OperationKey,
  OperationRecord,
  OperationStore,
  SealedReply,
} from "./operation-store.js";
import { Pressure } from "./pressure.js";

/** Options of {@link memoryOperationStore}. */
export interface MemoryOperationStoreOptions {
  /** Operations that are kept. Default 10 000. */
  readonly maxEntries?: number | undefined;
  /** Bytes that they may take, keys and bookkeeping included. Default 16 MiB. */
  readonly maxBytes?: number | undefined;
  /**
   * Milliseconds after which the store forgets an operation that is sealed or that no handler works on. Choose a longer
   * time than a client may be away. Default 600 000.
   */
  readonly ttlMs?: number | undefined;
  /** Hears `onStorePressure` when the store is nearly full. */
  readonly observer?: Observer | undefined;
  /** Default: the platform's. */
  readonly clock?: Clock | undefined;
}

export const memoryOperationStoreChecks: OptionChecks<MemoryOperationStoreOptions> = {
  maxEntries: bound,
  maxBytes: bound,
  ttlMs: duration,
  observer: anyObject,
  clock,
};

/** The store that {@link memoryOperationStore} returns. It answers at once. */
export interface MemoryOperationStore extends OperationStore {
  /** Operations that are kept at this moment. Includes expired ones until the next `admit`, `lookup` or `seal`. */
  readonly size: number;
  /** Bytes that they take. */
  readonly bytes: number;
  admit(key: OperationKey, record: OperationRecord): OperationEntry | undefined;
  lookup(key: OperationKey): OperationEntry | undefined;
  seal(key: OperationKey, record: OperationRecord, reply: SealedReply): void;
  release(key: OperationKey): void;
  remove(key: OperationKey): void;
}

/** Estimated bytes of an entry without its reply: its key, its record, its place in a map. */
const entryBytes = 256;

/**
 * Makes a store that lasts as long as the process. When the store is full, it forgets operations of the owner with the
 * largest share: sealed ones, the oldest first, then volatile ones whose handler has ended without a reply. Then it
 * goes on with the next owner. It refuses a new operation when that makes no room.
 * @throws RangeError, TypeError for options that are not valid
 */
export function memoryOperationStore(options: MemoryOperationStoreOptions = {}): MemoryOperationStore {
  return new MemoryStore(options);
}

interface StoredEntry {
  readonly entry: OperationEntry;
  readonly bytes: number;
  readonly owner: Owner;
  readonly ownerName: string;
  /** When it came into its map. */
  readonly sinceMs: number;
}

/** The share of one owner in the store. */
class Owner {
  entries = 0;
  bytes = 0;
  /** Names, in the order in which they came. */
  readonly released = new Set<string>();
  readonly sealed = new Set<string>();
}

/** Each map keeps the order in which its entries came, so the oldest entry is found without a search. */
class MemoryStore implements MemoryOperationStore {
  bytes = 0;
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #ttlMs: number;
  readonly #clock: Clock;
  /** Handlers work on these. */
  readonly #live = new Map<string, StoredEntry>();
  /** Admitted, and no handler works on them. */
  readonly #released = new Map<string, StoredEntry>();
  readonly #sealed = new Map<string, StoredEntry>();
  readonly #owners = new Map<string, Owner>();
  readonly #pressures: readonly [entries: Pressure, bytes: Pressure];

  constructor(options: MemoryOperationStoreOptions) {
    checkOptions(options, memoryOperationStoreChecks);
    this.#maxEntries = options.maxEntries ?? 10_000;
    this.#maxBytes = options.maxBytes ?? 16 * 1024 * 1024;
    this.#ttlMs = options.ttlMs ?? 600_000;
    this.#clock = options.clock ?? systemClock;
    const { observer } = options;
    this.#pressures = [
      new Pressure(observer, { store: "operations", unit: "entries", limit: this.#maxEntries }),
      new Pressure(observer, { store: "operations", unit: "bytes", limit: this.#maxBytes }),
    ];
  }

  get size(): number {
    return this.#live.size + this.#released.size + this.#sealed.size;
  }

  admit(key: OperationKey, record: OperationRecord): OperationEntry | undefined {
    const existing = this.lookup(key);
    if (existing !== undefined) return existing;
    this.#makeRoom(entryBytes);
    this.#put(this.#live, key, { ...record, reply: undefined }, entryBytes);
    return undefined;
  }

  lookup(key: OperationKey): OperationEntry | undefined {
    this.#expire();
    const name = nameOf(key);
    return (this.#live.get(name) ?? this.#sealed.get(name) ?? this.#released.get(name))?.entry;
  }

  seal(key: OperationKey, record: OperationRecord, reply: SealedReply): void {
    this.#expire();
    const name = nameOf(key);
    const bytes = entryBytes + reply.payload.length + reply.metadata.length;
    const before = [this.#live, this.#released, this.#sealed].find((map) => map.has(name));
    const kept = before === undefined ? undefined : this.#remove(before, name);
    try {
      this.#makeRoom(bytes);
    } catch (error) {
      // The operation keeps its old entry, so that it never runs again.
      if (before !== undefined && kept !== undefined) this.#put(before, key, kept.entry, kept.bytes);
      throw error;
    }
    this.#put(this.#sealed, key, { ...record, reply }, bytes);
  }

  release(key: OperationKey): void {
    const name = nameOf(key);
    const kept = this.#remove(this.#live, name);
    if (kept !== undefined) this.#put(this.#released, key, kept.entry, kept.bytes);
  }

  remove(key: OperationKey): void {
    const name = nameOf(key);
    if (this.#remove(this.#live, name) === undefined) this.#remove(this.#released, name);
  }

  #put(map: Map<string, StoredEntry>, key: OperationKey, entry: OperationEntry, bytes: number): void {
    const name = nameOf(key);
    const ownerName = key.owner ?? key.sessionId;
    let owner = this.#owners.get(ownerName);
    if (owner === undefined) {
      owner = new Owner();
      this.#owners.set(ownerName, owner);
    }
    map.set(name, { entry, bytes, owner, ownerName, sinceMs: this.#clock.now() });
    owner.entries += 1;
    owner.bytes += bytes;
    if (map === this.#sealed) owner.sealed.add(name);
    else if (map === this.#released && !entry.persist) owner.released.add(name);
    this.bytes += bytes;
    this.#pressures[0].note(this.size);
    this.#pressures[1].note(this.bytes);
  }

  #remove(map: Map<string, StoredEntry>, name: string): StoredEntry | undefined {
    const kept = map.get(name);
    if (kept === undefined) return undefined;
    map.delete(name);
    const { owner, bytes } = kept;
    owner.entries -= 1;
    owner.bytes -= bytes;
    owner.sealed.delete(name);
    owner.released.delete(name);
    if (owner.entries === 0) this.#owners.delete(kept.ownerName);
    this.bytes -= bytes;
    return kept;
  }

  #expire(): void {
    const until = this.#clock.now() - this.#ttlMs;
    for (const map of [this.#sealed, this.#released]) {
      for (const [name, { sinceMs }] of map) {
        if (sinceMs > until) break;
        this.#remove(map, name);
      }
    }
  }

  #hasRoom(bytes: number): boolean {
    return this.size < this.#maxEntries && this.bytes + bytes <= this.#maxBytes;
  }

  /** Forgets the oldest operation of the largest owner that has one to forget. @returns whether there was one */
  #forgetOne(): boolean {
    let most: Owner | undefined;
    let largest = 0;
    for (const owner of this.#owners.values()) {
      const share = Math.max(owner.entries / this.#maxEntries, owner.bytes / this.#maxBytes);
      if (share <= largest || owner.sealed.size + owner.released.size === 0) continue;
      largest = share;
      most = owner;
    }
    if (most === undefined) return false;
    const [sealed] = most.sealed;
    const [released] = most.released;
    if (sealed !== undefined) this.#remove(this.#sealed, sealed);
    else if (released !== undefined) this.#remove(this.#released, released);
    return true;
  }

  /** @throws StoreError `StoreFull` */
  #makeRoom(bytes: number): void {
    if (this.#hasRoom(bytes)) return;
    while (bytes <= this.#maxBytes && this.#forgetOne()) if (this.#hasRoom(bytes)) return;
    throw new StoreError(
      "StoreFull",
      `the operation store has no room: ${this.size} of ${this.#maxEntries} entries, ${this.bytes} of ${this.#maxBytes} bytes`,
    );
  }
}

function nameOf({ sessionId, connectionId, operationId }: OperationKey): string {
  return `${sessionId}/${connectionId}/${operationId}`;
}
