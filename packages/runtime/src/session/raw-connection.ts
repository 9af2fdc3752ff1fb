/**
 * A connection without a driver: it makes and answers no calls. `proxyConnections` joins it to another one.
 * Source: `protocol/session.md` §5.3, §5.5.
 *
 * ```
 *  kept (messages wait) ──join(), client()──► joined (messages go to the sink)
 *     └────────── end of the connection ──────────┴──► closed
 * ```
 */
import type { DrivenCaller } from "../call/caller.js";
import { checkService } from "../call/check-service.js";
import type { Dispatcher } from "../call/dispatcher.js";
import type { Service } from "../call/service.js";
import type { CloseReason, SessionEnd } from "../call/session-handle.js";
import { SessionError } from "../errors.js";
import { type KeptMessage, keepMessage } from "../wire/forward.js";
import { type MessageHead, MessageKind } from "../wire/message.js";
import type { Metadata } from "../wire/metadata.js";
import type { Connection, ConnectionSettings, ConnectionSink } from "./connection.js";
import { ConnectionClients } from "./connection-clients.js";
import { dispatcherCheck } from "./option-checks.js";
import type { SessionCore } from "./session-core.js";

/** Estimated cost of a kept message beside its bytes. */
const keptOverheadBytes = 256;

/**
 * A virtual connection as its messages. Messages wait until you use the connection: join it with `proxyConnections`, or
 * call {@link client}. The limit `maxQueuedBytes` of the session bounds what waits: past it the connection ends.
 */
export class RawConnection {
  /** As the peer and observers get it. */
  readonly id: number | bigint;
  /** Settings that this side announced for the connection. */
  readonly local: ConnectionSettings;
  /** Settings that the peer announced for the connection. */
  readonly peer: ConnectionSettings;
  /** Resolves, and never rejects, when it has ended. */
  readonly closed: Promise<SessionEnd>;
  /** @internal */
  readonly connection: Connection;
  /** @internal */
  readonly core: SessionCore;
  readonly #startDriver: (dispatcher: Dispatcher | undefined) => DrivenCaller;
  readonly #mailbox: Mailbox;
  #isJoined = false;
  #hasEnded = false;

  /** @internal made by `Session.openRaw` and `IncomingConnection.intoRaw` */
  constructor(
    connection: Connection,
    core: SessionCore,
    startDriver: (dispatcher: Dispatcher | undefined) => DrivenCaller,
  ) {
    this.#startDriver = startDriver;
    this.id = connection.id;
    this.local = connection.local;
    this.peer = connection.peer;
    this.connection = connection;
    this.core = core;
    this.#mailbox = new Mailbox(connection);
    connection.sink = this.#mailbox;
    this.closed = new Promise((resolve) => {
      connection.onEnded = (reason, error) => {
        this.#hasEnded = true;
        resolve({ reason, error });
      };
    });
  }

  /** False once it has ended. */
  get isOpen(): boolean {
    return !this.#hasEnded;
  }

  /** Whether it is used already: joined to another connection, or taken by {@link client}. */
  get isConsumed(): boolean {
    return this.#isJoined;
  }

  /** Ends the connection at once, and tells the peer. Harmless when it has ended. */
  close(metadata?: Metadata): void {
    this.core.close(this.connection, "Local", undefined, metadata);
  }

  /**
   * Makes a client of a service of the peer, and answers the peer's calls. Calls that have waited are answered at once.
   * @param dispatcher undefined: each call of the peer is answered with `Cancelled`
   * @throws SessionError `Protocol` when the connection was used already, or has ended
   */
  client<C>(service: Service<C>, dispatcher?: Dispatcher): C {
    checkService(service);
    if (dispatcher !== undefined) dispatcherCheck(dispatcher, "dispatcher");
    if (this.#isJoined) throw consumed();
    if (this.#hasEnded) throw new SessionError("Protocol", "protocol error: the connection has ended");
    this.#isJoined = true;
    const { connection } = this;
    const { onEnded } = connection;
    const driver = this.#startDriver(dispatcher);
    const { onEnded: shellEnded } = connection;
    connection.onEnded = (reason, error) => {
      shellEnded?.(reason, error);
      onEnded?.(reason, error);
    };
    this.replay();
    return service.create(new ConnectionClients(driver).hold());
  }

  /**
   * Gives later messages to a sink.
   * @throws SessionError `Protocol` when the connection was used already
   * @internal
   */
  join(sink: ConnectionSink): void {
    if (this.#isJoined) throw consumed();
    this.#isJoined = true;
    this.connection.sink = sink;
  }

  /** Gives the sink the messages that have waited. @internal */
  replay(): void {
    const { sink } = this.connection;
    for (const { head, bytes } of this.#mailbox.drain()) {
      if (this.#hasEnded || sink === undefined) return;
      deliver(sink, head, bytes);
    }
  }
}

/** The error for a caller that uses a connection a second time. */
export function consumed(): SessionError {
  return new SessionError("Protocol", "protocol error: the connection has been used already");
}

/** Keeps the messages of a connection that is not used yet. */
class Mailbox implements ConnectionSink {
  readonly #connection: Connection;
  #messages: KeptMessage[] = [];
  #bytes = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get isInUse(): boolean {
    return this.#messages.length !== 0;
  }

  onRequest(head: MessageHead, bytes: Uint8Array): void {
    this.#keep(head, bytes);
  }

  onChannel(head: MessageHead, bytes: Uint8Array): void {
    this.#keep(head, bytes);
  }

  onSchemas(head: MessageHead, bytes: Uint8Array): void {
    this.#keep(head, bytes);
  }

  onDrain(): void {
    // Nothing is sent.
  }

  onDraining(onIdle: () => void): void {
    onIdle();
  }

  onLinkLost(): void {
    // The connection ends with its link.
  }

  onLinkRestored(): void {
    // Not called: the connection has ended with its link.
  }

  onClosed(_reason: CloseReason, _error: SessionError | undefined): void {
    this.drain();
  }

  /** Gives out all messages that wait. They do not count any more. */
  drain(): KeptMessage[] {
    const messages = this.#messages;
    this.#messages = [];
    this.#connection.host.countQueued(-this.#bytes);
    this.#bytes = 0;
    return messages;
  }

  #keep(head: MessageHead, bytes: Uint8Array): void {
    const cost = head.bodyEnd - head.bodyStart + keptOverheadBytes;
    if (!this.#connection.host.countQueued(cost)) {
      this.#connection.fail(
        `more than ${this.#messages.length} messages wait for a connection that is not used`,
      );
      return;
    }
    this.#bytes += cost;
    this.#messages.push(keepMessage(head, bytes));
  }
}

function deliver(sink: ConnectionSink, head: MessageHead, bytes: Uint8Array): void {
  if (head.kind === MessageKind.Request) sink.onRequest(head, bytes);
  else if (head.kind === MessageKind.Channel) sink.onChannel(head, bytes);
  else sink.onSchemas(head, bytes);
}
