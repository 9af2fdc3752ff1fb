/** A virtual connection of the peer, and the answer to it. Source: `protocol/session.md` §5.2. */
import type { Caller } from "../call/caller.js";
import type { Dispatcher } from "../call/dispatcher.js";
import type { Limits } from "../limits.js";
import type { FailureReporting } from "../observer.js";
import type { Connection, ConnectionSettings } from "../session/connection.js";
import { ConnectionClients } from "../session/connection-clients.js";
import { RawConnection } from "../session/raw-connection.js";
import type { Session } from "../session/session.js";
import type { IncomingOpen, VirtualConnections } from "../session/virtual-connections.js";
import type { Metadata } from "../wire/metadata.js";
import { admit } from "./admission.js";
import type { ConnectionOffer } from "./incoming-connection.js";
import type { Servable } from "./router.js";

/** Asks the application about a virtual connection of the peer. */
export function offerVirtual(
  servable: Servable | undefined,
  open: IncomingOpen,
  session: Session,
  virtual: VirtualConnections,
  reporting: FailureReporting,
): void {
  const { service, metadata, peer: settings } = open;
  // The session may have had other links before: the request describes the link in use.
  const { remoteAddress: link, origin, peerMetadata } = session;
  const request = {
    service,
    metadata,
    peerMetadata,
    link,
    origin,
    transport: origin?.transport,
    peerAddress: origin?.peerAddress,
    isVirtual: true,
    isResume: false,
    settings,
  };
  admit(servable, request, new VirtualOffer(open, session, virtual), reporting);
}

class VirtualOffer implements ConnectionOffer {
  readonly hasFailed = false;
  readonly #open: IncomingOpen;
  readonly #session: Session;
  readonly #virtual: VirtualConnections;
  #connection: Connection | undefined = undefined;

  constructor(open: IncomingOpen, session: Session, virtual: VirtualConnections) {
    this.#open = open;
    this.#session = session;
    this.#virtual = virtual;
  }

  get limits(): Limits {
    return this.#session.core.limits;
  }

  accept(dispatcher: Dispatcher | undefined): () => Caller {
    const driver = this.#accept(undefined, (connection) => this.#session.startDriver(connection, dispatcher));
    return () => new ConnectionClients(driver).hold();
  }

  acceptRaw(local?: Omit<ConnectionSettings, "parity">): RawConnection {
    const session = this.#session;
    return this.#accept(
      local,
      (connection) =>
        new RawConnection(connection, session.core, (own) => session.startDriver(connection, own)),
    );
  }

  identify(): void {
    // The peer of the root connection already owns the session.
  }

  reject(reason: Metadata): void {
    this.#virtual.refuse(this.#open, reason);
  }

  revoke(): boolean {
    if (this.#connection !== undefined) this.#session.core.close(this.#connection, "Local", undefined);
    return false;
  }

  #accept<T>(local: Omit<ConnectionSettings, "parity"> | undefined, start: (connection: Connection) => T): T {
    const open = this.#open;
    const { parity, ...windows } = open.local;
    let started!: T;
    this.#virtual.accept(open, { ...windows, ...local, parity }, (connection) => {
      this.#connection = connection;
      started = start(connection);
    });
    return started;
  }
}
