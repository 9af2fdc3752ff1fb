/**
 * Virtual connections: opening them, taking those of the peer, closing them. Source: `protocol/session.md` §5.
 *
 * ```
 *  none ──open()──► pending ──Accept──► active ──close(), Close──► none
 *                      └── Reject, timeout, Close, session end ──► none
 *  none ──Open received, admitted──► active
 *
 *  active ──link lost──► active without link ──the peer has the session───► active
 *    │                         ├── it does not, `reopen` ──Open──► pending outbound
 *    └── raw: none             └── it does not ──► none
 *  pending outbound ──another link──Close, Open under a new id──► pending outbound
 * ```
 */
import type { Clock, TimerHandle } from "../clock.js";
import { SessionError } from "../errors.js";
import type { Limits } from "../limits.js";
import { type MessageHead, MessageKind, rootConnectionId, type WireId } from "../wire/message.js";
import { Metadata } from "../wire/metadata.js";
import { errorKey, RejectedError } from "../wire/rejected-error.js";
import {
  writeConnectionAccept,
  writeConnectionClose,
  writeConnectionOpen,
  writeConnectionReject,
} from "../wire/session-messages.js";
import { Connection, type ConnectionHost, type ConnectionSettings, type RestoredLink } from "./connection.js";
import type { ConnectionTable } from "./connection-table.js";
import { hasParity, IdAllocator, oppositeParity, type Parity } from "./parity.js";

/** Texts that the reference uses too. */
const zeroCredit = "initial_channel_credit must be greater than zero";
const missingService = "protocol error: missing required vox-service metadata";

/** Key of the entry that names the wanted service. Source: `protocol/wire.md` §7. */
const serviceKey = "vox-service";
const kindKey = "vox-connection-kind";
const noMetadata: Metadata = /*@__PURE__*/ new Metadata();
/** How many closed ids are kept, to send their Close again on the next link. Past this, the oldest is dropped. */
const rememberedCloses = 1024;

/** Takes the outcome of an attempt to open a connection. */
export interface OpenOutcome {
  /** The connection is open. The callback starts a driver on it. */
  opened(connection: Connection): void;
  failed(error: SessionError): void;
}

/** A connection that the peer requests: see {@link VirtualConnections.accept} and {@link VirtualConnections.refuse}. */
export interface IncomingOpen {
  readonly id: WireId;
  /** Service that the peer requests. */
  readonly service: string;
  /** Metadata that the peer sent, with `vox-connection-kind` added. */
  readonly metadata: Metadata;
  /** Settings that the peer announced. */
  readonly peer: ConnectionSettings;
  /** Default settings of the answer: the peer's own numbers, both bounded. */
  readonly local: ConnectionSettings;
}

/** What virtual connections need of their session. */
export interface VirtualConnectionsOptions {
  readonly host: ConnectionHost;
  readonly connections: ConnectionTable;
  /** The parity of the ids that this side chooses. */
  readonly parity: Parity;
  readonly limits: Limits;
  readonly clock: Clock;
  /** Asks the application about a connection of the peer, which it answers at once or later. */
  readonly admit: (request: IncomingOpen, virtual: VirtualConnections) => void;
  /** Whether there is no link at the moment. */
  readonly isDisconnected: () => boolean;
  readonly onOpened: (connection: Connection) => void;
  /** Ends an active connection, and tells the peer. */
  readonly close: (connection: Connection, metadata: Metadata | undefined) => void;
  /** Ends a connection that was lost with its link. */
  readonly onLost: (connection: Connection, error: SessionError | undefined) => void;
  /** Requests a connection again, under another id if the peer takes it. */
  readonly onReopening: (connection: Connection) => void;
  /** Called when a connection that either side requested has been answered or given up. */
  readonly onPendingOver: () => void;
}

/** A connection that this side has requested. */
export interface PendingOpen {
  /** The id of the last Open that was sent for it. */
  id: WireId;
  readonly local: ConnectionSettings;
  readonly metadata: Metadata;
  readonly outcome: OpenOutcome;
  /** The connection that is opened again; undefined for a new one. */
  readonly connection: Connection | undefined;
  timer: TimerHandle | undefined;
}

interface UnansweredOpen {
  readonly open: IncomingOpen;
  readonly timer: TimerHandle;
}

/** Virtual connections of one session. */
export class VirtualConnections {
  readonly #options: VirtualConnectionsOptions;
  readonly #ids: IdAllocator;
  readonly #pending = new Map<WireId, PendingOpen>();
  /** Opens of the peer that the application has not answered. */
  readonly #incoming = new Map<WireId, UnansweredOpen>();
  /** Ids of connections that ended on the link in use, or with the last link. The peer may not know of the end. */
  readonly #closedIds = new Set<WireId>();

  constructor(options: VirtualConnectionsOptions) {
    this.#options = options;
    this.#ids = new IdAllocator(options.parity);
  }

  /** Connections that either side has requested and the other has not answered. */
  get pendingCount(): number {
    return this.#pending.size + this.#incoming.size;
  }

  /** Ids of connections that were requested and not answered. */
  get pendingIds(): WireId[] {
    return [...this.#pending.keys(), ...this.#incoming.keys()];
  }

  /** Whether a connection goes on over another link, or is requested again there. */
  get hasSurvivors(): boolean {
    return this.pendingCount > 0 || this.#others.some(({ sink }) => sink?.outlivesLink === true);
  }

  /** Asks the peer for a connection. Sends nothing when there cannot be one. @returns what {@link cancel} takes */
  open(local: ConnectionSettings, metadata: Metadata, outcome: OpenOutcome): PendingOpen | undefined {
    const { connections, limits } = this.#options;
    if (local.initialChannelCredit === 0) {
      outcome.failed(protocolError(zeroCredit));
      return undefined;
    }
    if (this.#options.isDisconnected()) {
      outcome.failed(protocolError("session is disconnected; resume before opening connections"));
      return undefined;
    }
    if (connections.size + this.pendingCount >= limits.maxConnections) {
      outcome.failed(protocolError(`more than ${limits.maxConnections} connections (limit maxConnections)`));
      return undefined;
    }
    if (this.#pending.size >= limits.maxPendingOpens) {
      const text = `more than ${limits.maxPendingOpens} connections wait for the peer's answer`;
      outcome.failed(protocolError(`${text} (limit maxPendingOpens)`));
      return undefined;
    }
    const slot: PendingOpen = { id: 0, local, metadata, outcome, connection: undefined, timer: undefined };
    return this.#sendOpen(slot) ? slot : undefined;
  }

  /** Sends the Open of a connection, under a new id. @returns whether it could be sent */
  #sendOpen(slot: PendingOpen): boolean {
    const { host, clock, limits } = this.#options;
    const { outbox } = host;
    slot.id = this.#ids.peek();
    try {
      outbox.commit(
        writeConnectionOpen(outbox.writer, outbox.begin(), slot.id, toWire(slot.local), slot.metadata),
      );
    } catch (cause) {
      outbox.discard();
      if (slot.timer !== undefined) clock.clearTimer(slot.timer);
      slot.outcome.failed(
        new SessionError("Protocol", "protocol error: failed to send ConnectionOpen", { cause }),
      );
      return false;
    }
    this.#ids.next();
    slot.timer ??= clock.setTimer(limits.openTimeoutMs, () => this.#onTimeout(slot));
    this.#pending.set(slot.id, slot);
    return true;
  }

  /** Gives up a connection that was requested. @returns whether it was pending */
  cancel({ id }: Pick<PendingOpen, "id">, metadata: Metadata = noMetadata): boolean {
    const slot = this.#removePending(id);
    if (slot === undefined) return false;
    this.sendClose(id, metadata);
    slot.outcome.failed(protocolError("session closed"));
    return true;
  }

  /** Gives up a connection that is being opened again. @returns whether it was being opened again */
  giveUp(connection: Connection, metadata: Metadata | undefined): boolean {
    for (const { id, connection: earlier } of this.#pending.values()) {
      if (earlier !== connection) continue;
      this.#removePending(id);
      this.sendClose(id, metadata);
      return true;
    }
    return false;
  }

  /** A connection that is being opened again, by the id that it had or the one that it is to have. */
  #findReopening(id: WireId): Connection | undefined {
    for (const { id: next, connection } of this.#pending.values())
      if (connection !== undefined && (next === id || connection.id === id)) return connection;
    return undefined;
  }

  /** Tells the peer that a connection has ended. */
  sendClose(id: WireId, metadata: Metadata = noMetadata): void {
    const { outbox } = this.#options.host;
    this.#remember(id);
    // The Close follows everything that was sent on the connection.
    if (!outbox.isEncoding) outbox.flushAll();
    this.#send((w, p) => writeConnectionClose(w, p, id, metadata));
  }

  /** Ends a connection, or gives up one that was requested. @throws SessionError when there is none */
  closeById(id: WireId, metadata?: Metadata): void {
    if (this.#options.isDisconnected())
      throw protocolError("session is disconnected; resume before closing connections");
    const wireId = wireIdOf(id);
    if (wireId === rootConnectionId) throw protocolError("cannot close root connection");
    const connection = this.#options.connections.find(wireId) ?? this.#findReopening(wireId);
    const asked = this.#incoming.get(wireId);
    if (connection !== undefined) this.#options.close(connection, metadata);
    else if (asked !== undefined) this.refuse(asked.open, metadata ?? noMetadata);
    else if (!this.cancel({ id: wireId }, metadata)) throw protocolError("connection not found");
  }

  /** A ConnectionOpen, Accept or Reject. */
  onMessage(head: MessageHead, bytes: Uint8Array): void {
    if (head.kind === MessageKind.ConnectionOpen) this.#onOpen(head, bytes);
    else if (head.kind === MessageKind.ConnectionAccept) this.#onAccept(head);
    else this.#onReject(head, bytes);
  }

  #onOpen(head: MessageHead, bytes: Uint8Array): void {
    const { connections, parity, limits, host } = this.#options;
    const { connectionId: id } = head;
    const isFree = connections.find(id) === undefined && !this.#pending.has(id) && !this.#incoming.has(id);
    if (id === rootConnectionId || !hasParity(id, oppositeParity(parity)) || !isFree) {
      this.#reject(id, noMetadata);
    } else if (head.initialChannelCredit === 0) {
      this.#reject(id, new Metadata({ [errorKey]: zeroCredit }));
    } else if (connections.size + this.#incoming.size + host.lingering >= limits.maxConnections) {
      this.#reject(id, new Metadata({ [errorKey]: "too many connections" }));
    } else {
      this.#admit(head, bytes);
    }
  }

  #onAccept(head: MessageHead): void {
    const { connectionId: id } = head;
    const slot = this.#removePending(id);
    if (slot === undefined) return;
    const peer = settingsOf(head);
    const problem =
      peer.initialChannelCredit === 0
        ? zeroCredit
        : peer.parity === slot.local.parity
          ? "both sides of the connection have the same parity"
          : undefined;
    if (problem !== undefined) {
      this.sendClose(id);
      slot.outcome.failed(protocolError(problem));
      return;
    }
    const connection = this.#activate(id, slot.local, peer, slot.connection);
    slot.outcome.opened(connection);
    // Last: the observer may end the session, and with it what was started on the connection.
    this.#options.onOpened(connection);
  }

  #onReject(head: MessageHead, bytes: Uint8Array): void {
    this.#removePending(head.connectionId)?.outcome.failed(new RejectedError(metadataOf(head, bytes)));
  }

  /** The peer has closed a connection that was not open yet. */
  onClose(id: WireId): void {
    this.#forget(id);
    this.#removePending(id)?.outcome.failed(protocolError("session closed"));
  }

  /**
   * The session has ended: nothing is answered any more.
   * @returns connections that were being opened again, which end with the session
   */
  end(error: SessionError | undefined): Connection[] {
    for (const id of [...this.#incoming.keys()]) this.#forget(id);
    return [...this.#pending.keys()].flatMap((id) => {
      const slot = this.#removePending(id);
      if (slot?.connection !== undefined) return slot.connection;
      slot?.outcome.failed(error ?? protocolError("session closed"));
      return [];
    });
  }

  /** The link is lost, and with it connections whose messages cannot be sent again. */
  onLinkLost(error: SessionError | undefined): void {
    for (const connection of this.#others) {
      if (connection.sink?.outlivesLink === true) continue;
      this.#remember(connection.id);
      this.#options.onLost(connection, error);
    }
  }

  /** There is a link again. Connections that the peer has go on. Opens without an answer are sent again. */
  onLinkRestored(restored: RestoredLink): void {
    const { peer, isReference } = restored;
    const isKnown = peer === "resumed";
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    const closed = [...this.#closedIds];
    this.#closedIds.clear();
    // The peer may have accepted one, and the Accept was lost. A 0.8.2 peer may have more than this side assumes.
    if (isKnown || isReference)
      for (const id of [...closed, ...waiting.map((slot) => slot.id)]) this.sendClose(id);
    if (!isKnown) {
      for (const id of [...this.#incoming.keys()]) this.#forget(id);
      for (const connection of this.#others) this.#reopenOrEnd(connection, restored);
    }
    for (const slot of waiting) this.#sendOpen(slot);
  }

  get #others(): Connection[] {
    return this.#options.connections.all().filter(({ id }) => id !== rootConnectionId);
  }

  /** The peer does not have a connection any more. Requests it again, or ends it. */
  #reopenOrEnd(connection: Connection, { peerSupportsRetry, isReference }: RestoredLink): void {
    const { connections, onLost, onReopening } = this.#options;
    const { reopen } = connection;
    const failed = (error: SessionError): void => onLost(connection, error);
    if (isReference) this.sendClose(connection.id);
    if (reopen === undefined) {
      failed(new SessionError("Io", "io error: the peer has lost the session, and this connection with it"));
      return;
    }
    connections.remove(connection);
    onReopening(connection);
    const opened = (): void =>
      connection.sink?.onLinkRestored({ peer: "new", peerSupportsRetry, isReference: false });
    this.#sendOpen({ id: 0, ...reopen, outcome: { opened, failed }, connection, timer: undefined });
  }

  #remember(id: WireId): void {
    const closedIds = this.#closedIds;
    if (closedIds.size >= rememberedCloses)
      for (const oldest of closedIds.keys()) {
        closedIds.delete(oldest);
        break;
      }
    closedIds.add(id);
  }

  #admit(head: MessageHead, bytes: Uint8Array): void {
    const { connectionId: id } = head;
    const { limits } = this.#options;
    const peer = settingsOf(head);
    const received = metadataOf(head, bytes);
    const service = received.getString(serviceKey);
    if (service === undefined) {
      this.#reject(id, new Metadata({ [errorKey]: missingService }));
      return;
    }
    // The peer may have sent the entry, but does not decide what kind of connection this is.
    received.delete(kindKey);
    received.append(kindKey, "virtual");
    const local: ConnectionSettings = {
      parity: oppositeParity(peer.parity),
      // The peer must not choose how much this side runs at once, nor how much it buffers.
      maxConcurrentRequests: Math.min(peer.maxConcurrentRequests, limits.maxQueuedRequests),
      initialChannelCredit: Math.min(peer.initialChannelCredit, limits.maxInitialCredit),
    };
    const open: IncomingOpen = { id, service, metadata: received, peer, local };
    const { openTimeoutMs } = limits;
    // Bounds the time that the application takes to answer.
    const timer = this.#options.clock.setTimer(openTimeoutMs, () =>
      this.refuse(open, new Metadata({ [errorKey]: `not answered within ${openTimeoutMs} ms` })),
    );
    this.#incoming.set(id, { open, timer });
    this.#options.admit(open, this);
  }

  /**
   * Takes a connection of the peer. The Accept is sent first, and messages on the connection follow it.
   * @param start starts what runs on the connection, before an observer learns of it
   * @throws SessionError `Protocol` when the peer has given the connection up, or has waited too long
   */
  accept(
    open: IncomingOpen,
    local: ConnectionSettings = open.local,
    start?: (connection: Connection) => void,
  ): Connection {
    if (!this.#isWaiting(open)) throw protocolError("the connection that was requested is given up");
    const { id } = open;
    const connection = this.#activate(id, local, open.peer);
    this.#send((w, p) => writeConnectionAccept(w, p, id, toWire(local), noMetadata));
    this.#forget(id);
    start?.(connection);
    this.#options.onOpened(connection);
    return connection;
  }

  /** Refuses a connection of the peer; does nothing when it waits no more. */
  refuse(open: IncomingOpen, metadata: Metadata): void {
    if (!this.#isWaiting(open)) return;
    this.#forget(open.id);
    this.#reject(open.id, metadata);
  }

  /** Another connection may have the same id meanwhile. */
  #isWaiting(open: IncomingOpen): boolean {
    return this.#incoming.get(open.id)?.open === open;
  }

  /** Forgets an Open of the peer: it was answered, or the peer does not wait any more. */
  #forget(id: WireId): void {
    const asked = this.#incoming.get(id);
    if (asked === undefined) return;
    this.#incoming.delete(id);
    this.#options.clock.clearTimer(asked.timer);
    this.#options.onPendingOver();
  }

  /** @param earlier the connection that was opened again; undefined: a new one */
  #activate(
    id: WireId,
    local: ConnectionSettings,
    announced: ConnectionSettings,
    earlier?: Connection,
  ): Connection {
    const { connections, host } = this.#options;
    const peer = { ...announced, parity: oppositeParity(local.parity) };
    const connection = earlier ?? new Connection(id, local, peer, host);
    connection.id = id;
    connection.peer = peer;
    connections.add(connection);
    return connection;
  }

  #reject(id: WireId, metadata: Metadata): void {
    this.#send((w, p) => writeConnectionReject(w, p, id, metadata));
  }

  #onTimeout({ id }: PendingOpen): void {
    const slot = this.#removePending(id);
    if (slot === undefined) return;
    this.sendClose(id);
    const { openTimeoutMs } = this.#options.limits;
    slot.outcome.failed(
      new SessionError(
        "ConnectTimeout",
        `connect timeout: the peer has not answered within ${openTimeoutMs} ms`,
      ),
    );
  }

  #removePending(id: WireId): PendingOpen | undefined {
    const slot = this.#pending.get(id);
    if (slot === undefined) return undefined;
    this.#pending.delete(id);
    if (slot.timer !== undefined) this.#options.clock.clearTimer(slot.timer);
    this.#options.onPendingOver();
    return slot;
  }

  /** Sends now, or as soon as the message that is being encoded has finished. */
  #send(write: (w: ConnectionHost["outbox"]["writer"], p: number) => number): void {
    const { outbox } = this.#options.host;
    if (outbox.isEncoding) queueMicrotask(() => this.#send(write));
    else outbox.commit(write(outbox.writer, outbox.begin()));
  }
}

/** An id as a number where a number is exact, also when the application has a bigint. */
function wireIdOf(id: WireId): WireId {
  return typeof id === "bigint" && id <= Number.MAX_SAFE_INTEGER ? Number(id) : id;
}

function settingsOf(head: MessageHead): ConnectionSettings {
  return {
    parity: head.isEven ? "Even" : "Odd",
    maxConcurrentRequests: head.maxConcurrentRequests,
    initialChannelCredit: head.initialChannelCredit,
  };
}

function toWire(settings: ConnectionSettings) {
  const { parity, maxConcurrentRequests, initialChannelCredit } = settings;
  return { isEven: parity === "Even", maxConcurrentRequests, initialChannelCredit };
}

function metadataOf(head: MessageHead, bytes: Uint8Array): Metadata {
  return Metadata.decode(bytes, head.metadataStart, head.metadataEnd);
}

function protocolError(text: string): SessionError {
  return new SessionError("Protocol", `protocol error: ${text}`);
}
