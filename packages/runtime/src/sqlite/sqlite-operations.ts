/** Operations in a file. Source: `protocol/calls.md` §6.2. */
import type Database from "better-sqlite3";
import { StoreError } from "../errors.js";
import type { Observer } from "../observer.js";
import type {
  OperationEntry,
  OperationKey,
  OperationRecord,
  SealedReply,
} from "../operations/operation-store.js";
import { Pressure } from "../operations/pressure.js";
import { type ForgottenKey, ForgottenOperations, type ForgottenRow } from "./forgotten-operations.js";
import { OwnerQuotas, type QuotaRow } from "./owner-quotas.js";
import type { StoreClock } from "./store-clock.js";
import { entryBytes, states } from "./store-file.js";

/** The most expired entries that one step removes, so that no caller waits while a whole file is emptied. */
const sweptAtOnce = 64;
/** Pause before the next look when no more expired entries were found: expired entries count as gone anyway. */
const betweenSweepsMs = 1000;

/** Bounds of the operations. */
export interface OperationBounds {
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly ttlMs: number;
  readonly observer: Observer | undefined;
}

interface Row extends ForgottenKey {
  readonly id: bigint;
  readonly method: bigint;
  readonly fingerprint: string;
  readonly persist: bigint;
  readonly state: bigint;
  readonly since: bigint;
  readonly bytes: bigint;
  readonly payload: Uint8Array | null;
  readonly metadata: Uint8Array | null;
  readonly owner: string;
}

/** An entry that was removed. Its ids have all 64 bits: as numbers they would be others. */
interface RemovedRow extends ForgottenRow {
  readonly bytes: bigint;
  readonly owner: string;
}

type Key = readonly [session: string, connection: bigint, operation: bigint];

/** The table of operations. Each member is one transaction; it throws errors of the database, or `StoreFull`. */
export class SqliteOperations {
  readonly admit: (key: OperationKey, record: OperationRecord) => OperationEntry | undefined;
  readonly seal: (key: OperationKey, record: OperationRecord, reply: SealedReply) => void;
  readonly #bounds: OperationBounds;
  readonly #clock: StoreClock;
  readonly #quotas = new OwnerQuotas();
  readonly #forgotten: ForgottenOperations;
  readonly #pressures: readonly [entries: Pressure, bytes: Pressure];
  /** When to look for expired entries next. */
  #sweepAtMs = Number.NEGATIVE_INFINITY;
  readonly #find: Database.Statement<[...Key], Row>;
  readonly #insert: Database.Statement<unknown[]>;
  readonly #replace: Database.Statement<unknown[]>;
  readonly #drop: Database.Statement<[bigint]>;
  readonly #becomeReleased: Database.Statement<[number, ...Key]>;
  readonly #revive: Database.Statement<[bigint]>;
  readonly #dropUnsealed: Database.Statement<[...Key], RemovedRow>;
  readonly #sweepOld: Database.Statement<[number, number], RemovedRow>;
  readonly #oldestSealed: Database.Statement<[string], RemovedRow>;
  readonly #oldestVolatile: Database.Statement<[string], RemovedRow>;
  readonly #totals: Database.Statement<[], QuotaRow>;

  /** The file may come from another process: no handler works on the operations that it has admitted. */
  constructor(database: Database.Database, bounds: OperationBounds, clock: StoreClock) {
    this.#bounds = bounds;
    this.#clock = clock;
    this.#forgotten = new ForgottenOperations(database, bounds, clock);
    const { live, released, sealed } = states;
    database
      .prepare(`UPDATE operations SET state = ${released}, since = ? WHERE state = ${live}`)
      .run(clock.now());
    this.#totals = database.prepare<[], QuotaRow>(
      "SELECT owner, count(*) AS entries, coalesce(sum(bytes), 0) AS bytes FROM operations GROUP BY owner",
    );
    this.#quotas.load(this.#totals.all());
    const { observer, maxEntries, maxBytes } = bounds;
    this.#pressures = [
      new Pressure(observer, { store: "operations", unit: "entries", limit: maxEntries }),
      new Pressure(observer, { store: "operations", unit: "bytes", limit: maxBytes }),
    ];
    const ofKey = "session = ? AND connection = ? AND operation = ?";
    // Method ids have all 64 bits.
    this.#find = database.prepare<[...Key], Row>(`SELECT * FROM operations WHERE ${ofKey}`).safeIntegers();
    this.#insert = database.prepare(
      `INSERT INTO operations
        (session, connection, operation, method, fingerprint, persist, state, since, bytes, payload, metadata, owner)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#replace = database.prepare(
      `UPDATE operations SET method = ?, fingerprint = ?, persist = ?, state = ${sealed}, since = ?, bytes = ?,
        payload = ?, metadata = ? WHERE id = ?`,
    );
    this.#drop = database.prepare("DELETE FROM operations WHERE id = ?");
    this.#becomeReleased = database.prepare(
      `UPDATE operations SET state = ${released}, since = ? WHERE ${ofKey} AND state = ${live}`,
    );
    this.#revive = database.prepare(`UPDATE operations SET state = ${live} WHERE id = ?`);
    const removed = "id, bytes, owner, session, connection, operation";
    this.#dropUnsealed = database
      .prepare<[...Key], RemovedRow>(
        `DELETE FROM operations WHERE ${ofKey} AND state <> ${sealed} RETURNING ${removed}`,
      )
      .safeIntegers();
    this.#sweepOld = database
      .prepare<[number, number], RemovedRow>(
        `DELETE FROM operations WHERE id IN
          (SELECT id FROM operations WHERE state = ? AND since <= ? ORDER BY since LIMIT ${sweptAtOnce})
          RETURNING ${removed}`,
      )
      .safeIntegers();
    this.#oldestSealed = database
      .prepare<[string], RemovedRow>(
        `SELECT ${removed} FROM operations WHERE owner = ? AND state = ${sealed} ORDER BY since, id LIMIT 1`,
      )
      .safeIntegers();
    this.#oldestVolatile = database
      .prepare<[string], RemovedRow>(
        `SELECT ${removed} FROM operations WHERE owner = ? AND state = ${released} AND persist = 0
          ORDER BY since, id LIMIT 1`,
      )
      .safeIntegers();
    const admit = database.transaction((key: OperationKey, record: OperationRecord) =>
      this.#claim(key, record),
    );
    const seal = database.transaction((key: OperationKey, record: OperationRecord, reply: SealedReply) =>
      this.#close(key, record, reply),
    );
    this.admit = (key, record) => this.#counted(() => admit(key, record));
    this.seal = (key, record, reply) => this.#counted(() => seal(key, record, reply));
  }

  lookup(key: OperationKey): OperationEntry | undefined {
    const row = this.#find.get(...keyOf(key));
    return row === undefined || this.#isOld(row) ? undefined : entryOf(row);
  }

  release(key: OperationKey): void {
    this.#becomeReleased.run(this.#time, ...keyOf(key));
  }

  remove(key: OperationKey): void {
    this.#forget(this.#dropUnsealed.all(...keyOf(key)));
  }

  get #time(): number {
    return this.#clock.now();
  }

  #isOld({ state, since }: Row): boolean {
    return Number(state) !== states.live && Number(since) <= this.#time - this.#bounds.ttlMs;
  }

  /** Runs a step, and keeps the counts equal to those of the file, also when the step is undone. */
  #counted<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      this.#quotas.load(this.#totals.all());
      throw error;
    }
  }

  #claim(key: OperationKey, record: OperationRecord): OperationEntry | undefined {
    const existing = this.#find.get(...keyOf(key));
    if (existing !== undefined && !this.#isOld(existing)) return entryOf(existing);
    if (existing !== undefined) this.#dropRow(existing);
    const [session, connection, operation] = keyOf(key);
    // The peer may repeat a call in this process that it made in an earlier one.
    if (this.#forgotten.has({ session, connection, operation })) return { ...record, reply: undefined };
    this.#makeRoom(entryBytes);
    this.#put(key, record, states.live, entryBytes, undefined);
    return undefined;
  }

  #close(key: OperationKey, record: OperationRecord, reply: SealedReply): void {
    const bytes = entryBytes + reply.payload.length + reply.metadata.length;
    const existing = this.#find.get(...keyOf(key));
    if (existing === undefined) {
      this.#makeRoom(bytes);
      this.#put(key, record, states.sealed, bytes, reply);
      return;
    }
    // The entry may reuse its own room, and must not be the one that is removed to make room.
    this.#forget([existing]);
    if (Number(existing.state) !== states.live) this.#revive.run(existing.id);
    this.#makeRoom(bytes);
    const { methodId, fingerprint, persist } = record;
    this.#replace.run(
      BigInt.asIntN(64, methodId),
      fingerprint,
      persist ? 1 : 0,
      this.#time,
      bytes,
      reply.payload,
      reply.metadata,
      existing.id,
    );
    this.#count(existing.owner, bytes);
  }

  #put(
    key: OperationKey,
    { methodId, fingerprint, persist }: OperationRecord,
    state: number,
    bytes: number,
    reply: SealedReply | undefined,
  ): void {
    const { payload = null, metadata = null } = reply ?? {};
    const { owner = key.sessionId } = key;
    this.#insert.run(
      ...keyOf(key),
      BigInt.asIntN(64, methodId),
      fingerprint,
      persist ? 1 : 0,
      state,
      this.#time,
      bytes,
      payload,
      metadata,
      owner,
    );
    this.#count(owner, bytes);
  }

  #count(owner: string, bytes: number): void {
    const shares = this.#quotas;
    const pressures = this.#pressures;
    shares.add(owner, 1, bytes);
    pressures[0].note(shares.entries);
    pressures[1].note(shares.bytes);
  }

  #dropRow(row: RemovedRow | Row): void {
    this.#drop.run(row.id);
    this.#forget([row]);
    this.#forgotten.add([row]);
  }

  #forget(gone: readonly Pick<RemovedRow, "owner" | "bytes">[]): void {
    for (const { owner, bytes } of gone) this.#quotas.add(owner, -1, -Number(bytes));
  }

  /** Forgets expired entries: a part of them, or all; after all, the next look comes after a pause. */
  #sweep(time: number): void {
    const { ttlMs } = this.#bounds;
    let isMore = false;
    for (const state of [states.sealed, states.released]) {
      const swept = this.#sweepOld.all(state, time - ttlMs);
      this.#forget(swept);
      this.#forgotten.add(swept);
      isMore ||= swept.length === sweptAtOnce;
    }
    this.#forgotten.sweep();
    this.#sweepAtMs = isMore ? time : time + Math.min(ttlMs, betweenSweepsMs);
  }

  #hasRoom(bytes: number): boolean {
    const { maxEntries, maxBytes } = this.#bounds;
    return this.#quotas.entries < maxEntries && this.#quotas.bytes + bytes <= maxBytes;
  }

  /** @throws StoreError `StoreFull` */
  #makeRoom(bytes: number): void {
    const time = this.#time;
    if (time >= this.#sweepAtMs || !this.#hasRoom(bytes)) this.#sweep(time);
    if (this.#hasRoom(bytes)) return;
    const { maxEntries, maxBytes } = this.#bounds;
    const spared = new Set<string>();
    while (bytes <= maxBytes) {
      const owner = this.#quotas.largest(maxEntries, maxBytes, spared);
      if (owner === undefined) break;
      const row = this.#oldestSealed.get(owner) ?? this.#oldestVolatile.get(owner);
      if (row === undefined) spared.add(owner);
      else this.#dropRow(row);
      if (this.#hasRoom(bytes)) return;
    }
    throw new StoreError(
      "StoreFull",
      `the operation store has no room: ${this.#quotas.entries} of ${maxEntries} entries, ${this.#quotas.bytes} of ${maxBytes} bytes`,
    );
  }
}

/** Ids are unsigned; SQLite's integers have the same bits and a sign. */
function keyOf({ sessionId, connectionId, operationId }: OperationKey): Key {
  return [sessionId, BigInt.asIntN(64, BigInt(connectionId)), BigInt.asIntN(64, BigInt(operationId))];
}

/** @throws StoreError `RecordDamaged` for a row that no store has written */
function entryOf({ method, fingerprint, persist, state, payload, metadata }: Row): OperationEntry {
  const isSealed = payload !== null && metadata !== null;
  if (isSealed !== (Number(state) === states.sealed))
    throw new StoreError("RecordDamaged", "an operation's record is damaged: its state is none");
  return {
    methodId: BigInt.asUintN(64, method),
    fingerprint,
    persist: persist !== 0n,
    reply: isSealed ? { payload, metadata } : undefined,
  };
}
