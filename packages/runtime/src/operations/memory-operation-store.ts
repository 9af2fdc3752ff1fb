/** Operations in memory: they last as long as the process. Source: `protocol/calls.md` §6.2. */
import { type Clock, systemClock } from "../clock.js";
import { StoreError } from "../errors.js";
import { bound, checkOptions, clock, duration, type OptionChecks } from "../options/checks.js";
import type {
  OperationEntry,
  OperationKey,
  OperationRecord,
  OperationStore,
  SealedReply,
} from "./operation-store.js";

/** What {@link memoryOperationStore} may be given. */
export interface MemoryOperationStoreOptions {
  /** Operations that are kept. Default 10 000. */
  readonly maxEntries?: number | undefined;
  /** Bytes that they may take, keys and bookkeeping included. Default 16 MiB. */
  readonly maxBytes?: number | undefined;
  /**
   * Milliseconds after which an operation is forgotten that is sealed or that no handler works on: longer than a client
   * may be away. Default 600 000.
   */
  readonly ttlMs?: number | undefined;
  /** Default: the platform's. */
  readonly clock?: Clock | undefined;
}

export const memoryOperationStoreChecks: OptionChecks<MemoryOperationStoreOptions> = {
  maxEntries: bound,
  maxBytes: bound,
  ttlMs: duration,
  clock,
};

/** What {@link memoryOperationStore} gives: a store that answers at once. */
export interface MemoryOperationStore extends OperationStore {
  /** Operations that are kept at this moment, expired ones that nobody has asked for included. */
  readonly size: number;
  /** Bytes that they take. */
  readonly bytes: number;
  admit(key: OperationKey, record: OperationRecord): OperationEntry | undefined;
  lookup(key: OperationKey): OperationEntry | undefined;
  seal(key: OperationKey, record: OperationRecord, reply: SealedReply): void;
  release(key: OperationKey): void;
  remove(key: OperationKey): void;
}

/** What an entry costs beside its reply, roughly: its key, its record, its place in a map. */
const entryBytes = 256;

/**
 * A store that lasts as long as the process. When it is full it forgets sealed operations, the oldest first, then volatile
 * ones whose handler has ended without a reply; it refuses new ones when that makes no room.
 */
export function memoryOperationStore(options: MemoryOperationStoreOptions = {}): MemoryOperationStore {
  return new MemoryStore(options);
}

interface Kept {
  readonly entry: OperationEntry;
  readonly bytes: number;
  /** When it came into its map. */
  readonly sinceMs: number;
}

/** Each map is in the order in which its entries came, so that the oldest are found without a search. */
class MemoryStore implements MemoryOperationStore {
  bytes = 0;
  private readonly maxEntries: number;
  private readonly maxBytes: number;
  private readonly ttlMs: number;
  private readonly clock: Clock;
  /** Handlers work on these. */
  private readonly live = new Map<string, Kept>();
  /** Admitted, and no handler works on them. */
  private readonly released = new Map<string, Kept>();
  private readonly sealed = new Map<string, Kept>();

  constructor(options: MemoryOperationStoreOptions) {
    checkOptions(options, memoryOperationStoreChecks);
    this.maxEntries = options.maxEntries ?? 10_000;
    this.maxBytes = options.maxBytes ?? 16 * 1024 * 1024;
    this.ttlMs = options.ttlMs ?? 600_000;
    this.clock = options.clock ?? systemClock;
  }

  get size(): number {
    return this.live.size + this.released.size + this.sealed.size;
  }

  admit(key: OperationKey, record: OperationRecord): OperationEntry | undefined {
    const existing = this.lookup(key);
    if (existing !== undefined) return existing;
    this.makeRoom(entryBytes);
    this.put(this.live, nameOf(key), { ...record, reply: undefined }, entryBytes);
    return undefined;
  }

  lookup(key: OperationKey): OperationEntry | undefined {
    this.expire();
    const name = nameOf(key);
    return (this.live.get(name) ?? this.sealed.get(name) ?? this.released.get(name))?.entry;
  }

  seal(key: OperationKey, record: OperationRecord, reply: SealedReply): void {
    this.expire();
    const name = nameOf(key);
    const bytes = entryBytes + reply.payload.length + reply.metadata.length;
    const before = [this.live, this.released, this.sealed].find((map) => map.has(name));
    const kept = before === undefined ? undefined : this.take(before, name);
    try {
      this.makeRoom(bytes);
    } catch (error) {
      // It stays what it was, so that it is never run again.
      if (before !== undefined && kept !== undefined) this.put(before, name, kept.entry, kept.bytes);
      throw error;
    }
    this.put(this.sealed, name, { ...record, reply }, bytes);
  }

  release(key: OperationKey): void {
    const name = nameOf(key);
    const kept = this.take(this.live, name);
    if (kept !== undefined) this.put(this.released, name, kept.entry, kept.bytes);
  }

  remove(key: OperationKey): void {
    const name = nameOf(key);
    if (this.take(this.live, name) === undefined) this.take(this.released, name);
  }

  private put(map: Map<string, Kept>, name: string, entry: OperationEntry, bytes: number): void {
    map.set(name, { entry, bytes, sinceMs: this.clock.now() });
    this.bytes += bytes;
  }

  private take(map: Map<string, Kept>, name: string): Kept | undefined {
    const kept = map.get(name);
    if (kept === undefined) return undefined;
    map.delete(name);
    this.bytes -= kept.bytes;
    return kept;
  }

  private expire(): void {
    const until = this.clock.now() - this.ttlMs;
    for (const map of [this.sealed, this.released]) {
      for (const [name, { sinceMs }] of map) {
        if (sinceMs > until) break;
        this.take(map, name);
      }
    }
  }

  private hasRoom(bytes: number): boolean {
    return this.size < this.maxEntries && this.bytes + bytes <= this.maxBytes;
  }

  /** @throws StoreError `StoreFull` */
  private makeRoom(bytes: number): void {
    if (this.hasRoom(bytes)) return;
    if (bytes <= this.maxBytes) {
      for (const name of this.sealed.keys()) {
        this.take(this.sealed, name);
        if (this.hasRoom(bytes)) return;
      }
      for (const [name, { entry }] of this.released) {
        if (entry.persist) continue;
        this.take(this.released, name);
        if (this.hasRoom(bytes)) return;
      }
    }
    throw new StoreError(
      "StoreFull",
      `the operation store has no room: ${this.size} of ${this.maxEntries} entries, ${this.bytes} of ${this.maxBytes} bytes`,
    );
  }
}

function nameOf({ sessionId, connectionId, operationId }: OperationKey): string {
  return `${sessionId}/${connectionId}/${operationId}`;
}
