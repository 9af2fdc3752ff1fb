/**
 * Opens the virtual connections of a session, each for one service, and ends them. Source: `protocol/session.md` §5.1.
 */

import { whenAborted } from "../call/abort-watch.js";
import type { Caller } from "../call/caller.js";
import { rejection } from "../call/caller-line.js";
import { checkService } from "../call/check-service.js";
import { givenMetadata } from "../call/given.js";
import { metadataCheck } from "../call/option-checks.js";
import type { Service } from "../call/service.js";
import type { OpenSettings } from "../call/session-handle.js";
import { cancelledBefore, SessionError, type VoxError } from "../errors.js";
import { abortSignal, checkOptions, flag, type OptionChecks, oneOf, text } from "../options/checks.js";
import { Metadata } from "../wire/metadata.js";
import type { Connection, ConnectionSettings } from "./connection.js";
import { ConnectionClients } from "./connection-clients.js";
import type { ConnectionOpening, OpenOptions } from "./opening.js";
import { concurrencyCheck, creditCheck, dispatcherCheck } from "./option-checks.js";
import { RawConnection } from "./raw-connection.js";
import type { Session } from "./session.js";
import type { VirtualConnections } from "./virtual-connections.js";

export const openChecks: OptionChecks<OpenOptions> = {
  metadata: metadataCheck,
  serve: dispatcherCheck,
  maxConcurrentRequests: concurrencyCheck,
  initialChannelCredit: creditCheck,
  parity: /*@__PURE__*/ oneOf("Odd", "Even"),
  reopen: flag,
  signal: abortSignal,
};

/** Key of the entry that names the wanted service. Source: `protocol/wire.md` §7. */
const serviceKey = "vox-service";

/** Carries out `Session.open`, `openRaw` and `closeConnection`. */
export class ConnectionOpener implements ConnectionOpening {
  readonly #session: Session;
  readonly #virtual: VirtualConnections;
  /** Of the root connection. */
  readonly #local: ConnectionSettings;

  constructor(session: Session, virtual: VirtualConnections, local: ConnectionSettings) {
    this.#session = session;
    this.#virtual = virtual;
    this.#local = local;
  }

  async open<C>(service: Service<C>, options: OpenOptions): Promise<C> {
    checkService(service);
    checkOptions(options, openChecks);
    const metadata = givenMetadata(options.metadata ?? new Metadata());
    metadata.append(serviceKey, service.name);
    return service.create(await this.openCaller(this.#settingsOf(options), metadata, options));
  }

  async openRaw(service: string, options: OpenSettings): Promise<RawConnection> {
    text(service, "service");
    checkOptions<OpenOptions>(options, openChecks);
    const metadata = givenMetadata(options.metadata ?? new Metadata()).append(serviceKey, service);
    const session = this.#session;
    const start = (connection: Connection): RawConnection =>
      new RawConnection(connection, session.core, (own) => session.startDriver(connection, own));
    return this.#openWith(this.#settingsOf(options), metadata, options.signal, start);
  }

  /** As {@link open}, with all settings given. @param metadata must have `vox-service`, or the peer refuses */
  openCaller(
    settings: ConnectionSettings,
    metadata: Metadata,
    { signal, serve, reopen }: Pick<OpenOptions, "signal" | "serve" | "reopen"> = {},
  ): Promise<Caller> {
    return this.#openWith(settings, metadata, signal, (connection) => {
      if (reopen === true) connection.reopen = { local: settings, metadata };
      return new ConnectionClients(this.#session.startDriver(connection, serve)).hold();
    });
  }

  /** @throws SessionError `Protocol` for the root connection and for one that does not exist */
  close(id: number | bigint, metadata: Metadata | undefined): void {
    this.#virtual.closeById(id, metadata);
  }

  #settingsOf(options: OpenOptions): ConnectionSettings {
    return {
      parity: options.parity ?? this.#local.parity,
      maxConcurrentRequests: options.maxConcurrentRequests ?? this.#local.maxConcurrentRequests,
      initialChannelCredit: options.initialChannelCredit ?? this.#local.initialChannelCredit,
    };
  }

  /** @param start called as soon as the connection is open: before anything can arrive on it */
  #openWith<T>(
    settings: ConnectionSettings,
    metadata: Metadata,
    signal: AbortSignal | undefined,
    start: (connection: Connection) => T,
  ): Promise<T> {
    if (!this.#session.isOpen)
      return Promise.reject(new SessionError("Protocol", "protocol error: session closed"));
    if (signal?.aborted === true) return Promise.reject(openCancelled(signal));
    return new Promise((resolve) => {
      let isCancelled = false;
      let unwatch = (): void => {};
      const opening = this.#virtual.open(settings, metadata, {
        opened: (connection) => {
          unwatch();
          resolve(start(connection));
        },
        failed: (error) => {
          unwatch();
          resolve(rejection(isCancelled && signal !== undefined ? openCancelled(signal) : error));
        },
      });
      if (opening === undefined) return;
      unwatch = whenAborted(signal, () => {
        isCancelled = true;
        this.#virtual.cancel(opening);
      });
    });
  }
}

function openCancelled({ reason: cause }: AbortSignal): VoxError {
  return cancelledBefore("the connection was open", cause);
}
