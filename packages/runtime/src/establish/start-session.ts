/**
 * Puts a session together. Only this module decides about the parts of a session:
 *
 * ```
 *  LinkPump ──frames──► SessionCore ──heads──► Driver (one a connection)
 *     ▲                     │  ▲                  │
 *     └──── Outbox ◄────────┘  └── Session ◄──────┘ handle of the session, shell of the connection
 * ```
 */

import type { Servable } from "../acceptor/router.js";
import type { VirtualConnectionsFeature } from "../acceptor/virtual-connections.js";
import type { Dispatcher } from "../call/dispatcher.js";
import type { Clock } from "../clock.js";
import type { BundledCode } from "../driver/bundled-code.js";
import { Driver } from "../driver/driver.js";
import type { HandshakeResult } from "../handshake/handshake-core.js";
import { settingsPair } from "../handshake/settings.js";
import type { Limits } from "../limits.js";
import { ConnectionShell } from "../session/connection-shell.js";
import type { LinkPump } from "../session/link-pump.js";
import { Session, type StartDriver } from "../session/session.js";
import { SessionCore } from "../session/session-core.js";
import { makeSessionId } from "../session/session-id.js";
import type { SessionOptions } from "./options.js";
import type { SessionRecord } from "./resume-target.js";

/** The parts of a session, and its options. */
export interface SessionStart {
  /** The pump of the link whose handshake has finished. */
  readonly pump: LinkPump;
  readonly result: HandshakeResult;
  readonly options: SessionOptions;
  readonly limits: Limits;
  readonly clock: Clock;
  /** Answers the peer's calls on the root connection. */
  readonly dispatcher: Dispatcher | undefined;
  /** Decides about virtual connections of the peer. */
  readonly servable: Servable | undefined;
  /** Brings virtual connections; undefined without the option. */
  readonly feature: VirtualConnectionsFeature | undefined;
  /** Code that is present already; undefined: it is loaded when it is needed. */
  readonly bundled: BundledCode | undefined;
  /** Whether it can go on over another link. */
  readonly isResumable: boolean;
  /** Record of the session of an earlier process that this one restores. */
  readonly record: SessionRecord | undefined;
}

/**
 * Makes a session and gives it the link. The application does not have the session yet: see `SessionCore.open` and
 * `Session.onOpened`.
 */
export function startSession(start: SessionStart): Session {
  const { pump, result, options, limits, clock, servable, isResumable, feature } = start;
  const { observer, onUnhandledError, operationStore, keepalive } = options;
  const { peerSupportsRetry, peerMetadata, local } = result;
  const startDriver: StartDriver = (owner, connection, dispatcher) => {
    const retry = {
      peerSupportsRetry: core.peerSupportsRetry,
      operationStore,
      isResumable,
      bundled: start.bundled,
    };
    const given = { dispatcher, limits, clock, observer, onUnhandledError, ...retry };
    const shell = new ConnectionShell(connection, core, clock, (close) => owner.close(close));
    return new Driver(connection, given, owner, shell);
  };
  const core: SessionCore = new SessionCore({
    sessionId: start.record?.sessionId ?? makeSessionId(),
    outbox: pump.outbox,
    description: pump.link.remoteAddress,
    ...settingsPair(result),
    peerSupportsRetry,
    limits,
    clock,
    observer,
    keepalive,
    virtual: feature && ((given) => new feature.Connections(given)),
    admit: (open, virtual) => feature?.offer(servable, open, session, virtual, options),
    onDisconnected: (error) => session.onDisconnected(error),
    onEnded: (end) => session.onEnded(end),
  });
  const session: Session = new Session({
    core,
    pump,
    clock,
    observer,
    peerMetadata,
    dispatcher: start.dispatcher,
    startDriver,
    opener: (owner) => feature && core.virtual && new feature.Opener(owner, core.virtual, local),
  });
  pump.attachSession(core);
  return session;
}
