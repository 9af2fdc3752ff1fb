/** The short way to a service. Source: `protocol/calls.md` §8.2. */
import type { ConnectionOptions } from "node:tls";
import type { Servable } from "../acceptor/router.js";
import { virtualConnections } from "../acceptor/virtual-connections.js";
import { nameCaller } from "../call/caller-line.js";
import { checkService } from "../call/check-service.js";
import type { Service } from "../call/service.js";
import { systemClock } from "../clock.js";
import { allBundled } from "../driver/bundled-code.js";
import { cancelledBefore, SessionError } from "../errors.js";
import { givenSet } from "../establish/given-options.js";
import { initiateChecks, type OpenSessionOptions, openSessionWith } from "../establish/initiate.js";
import { completeLimits } from "../limits.js";
import type { Link } from "../link/link.js";
import { type ClientOptions, callerFor, clientChecks } from "../middleware/client-options.js";
import { notify } from "../observer.js";
import { shownAddress } from "../options/address-text.js";
import {
  anyObject,
  checkOptions,
  duration,
  nested,
  type OptionChecks,
  switchable,
} from "../options/checks.js";
import { Backoff } from "../resume/backoff.js";
import { reconnectChecks } from "../resume/option-checks.js";
import type { LinkAttempt, ReconnectOptions } from "../resume/reconnect-options.js";
import { reconnecting } from "../resume/reconnector.js";
import { observerCheck } from "../session/observer-check.js";
import type { Session } from "../session/session.js";
import { type Address, formatAddress, parseAddress } from "./address.js";
import { checkChannelCapacity } from "./channel-capacity.js";
import { chosenKeepalive, type KeepaliveSetting, keepaliveCheck } from "./keepalive.js";
import { openLink } from "./open-link.js";
import { type WebSocketOptions, webSocketChecks } from "./open-websocket.js";
import { printFailure } from "./print-failure.js";

/** What {@link connect} may be given: what {@link connectSession} takes, and options of the client's calls. */
export interface ConnectOptions extends Omit<ConnectSessionOptions, "service">, ClientOptions {}

/** What {@link connectSession} may be given. */
export interface ConnectSessionOptions
  extends Omit<
      OpenSessionOptions,
      "keepalive" | "reconnect" | "service" | "timeoutMs" | "virtualConnections"
    >,
    KeepaliveSetting {
  /** Name of the service that the client requests from the peer. Default: no particular service. */
  readonly service?: string | undefined;
  /** Milliseconds for one attempt: name look-up, connection and handshake together. Default 5000. */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * Milliseconds for which failed attempts are repeated, while the service may still start: no server answers (`Io`,
   * `ConnectTimeout`), the peer closes the connection gracefully (`WentAway`), or the server is full (`ServerFull`).
   * The first pause is 100 ms. Each further pause is twice as long, up to 5 s. Other errors end the attempts at once,
   * like a refusal or a peer that does not speak Vox. Default: one attempt.
   */
  readonly connectRetryMs?: number | undefined;
  /**
   * Opens another connection when this one is lost, and goes on with the session: calls in flight and new ones wait for
   * it, as far as they may (see `docs/surviving-reconnects.md`). `true` for the default times. Default: the session
   * ends with its connection.
   */
  readonly reconnect?: boolean | ReconnectOptions | undefined;
  /**
   * Answers the calls that the server makes to this client: a dispatcher, a router or a connection acceptor. Default:
   * each is answered with `Cancelled`.
   */
  readonly serve?: Servable | undefined;
  /** For addresses with `ws` and `wss`: headers and subprotocols of the request that opens the WebSocket. */
  readonly webSocket?: WebSocketOptions | undefined;
  /**
   * TLS options of Node, for `tls` and `wss`: `ca`, `cert`, `key`, `servername` … The server's certificate is checked
   * unless `rejectUnauthorized` is false.
   */
  readonly tls?: ConnectionOptions | undefined;
}

const { timeoutMs: _timeoutMs, virtualConnections: _virtualConnections, ...shared } = initiateChecks;

export const connectSessionChecks: OptionChecks<ConnectSessionOptions> = {
  ...shared,
  observer: observerCheck,
  keepalive: keepaliveCheck,
  reconnect: switchable(reconnectChecks),
  connectTimeoutMs: duration,
  connectRetryMs: duration,
  webSocket: nested(webSocketChecks),
  tls: anyObject,
};

export const connectChecks: OptionChecks<ConnectOptions> = { ...connectSessionChecks, ...clientChecks };

const defaultConnectTimeoutMs = 5000;
const firstBackOffMs = 100;
const longestBackOffMs = 5000;

/**
 * Connects to a service.
 *
 * ```ts
 * await using shop = await connect("tcp://127.0.0.1:4000", Catalog);
 * const product = await shop.get(1n);
 * ```
 *
 * @param address `tcp://host:port` or `host:port`, with an IPv6 host in brackets; `tls://host:port`; `local://path`
 * for a Unix socket or a named pipe; `ws://host:port/path` or `wss://…` for a WebSocket
 * @param service from the generated file
 * @returns the client. `await using` or `$close()` of the client ends the session; channels and virtual connections
 * that are still in use keep the session open until they end
 * @throws SessionError `Io` when no server listens there, `ConnectTimeout` when the attempt takes too long, `WentAway`
 * when the peer closes the connection, `ServerFull` when the server has no place, `Protocol` when the peer does not
 * speak Vox, when its certificate is not trusted, or when the address is invalid
 * @throws RejectedError when the peer refuses: its `metadata` says why
 * @throws VoxError `Cancelled` when `signal` is aborted
 * @throws TypeError, RangeError for an option that is wrong, with its name
 */
export async function connect<C>(
  address: string,
  service: Service<C>,
  options: ConnectOptions = {},
): Promise<C> {
  checkService(service);
  checkOptions(options, connectChecks);
  const { middleware, callTimeoutMs, ...rest } = givenSet(options);
  const session = await connectSession(address, { ...rest, service: service.name });
  const client = service.create(callerFor(session.holdCaller(), { middleware, callTimeoutMs }));
  // The client is the only way to the session, so the session ends with it.
  void session.closeWhenIdle();
  return client;
}

/**
 * Connects without a client: for several services over one session (`session.client`), or virtual connections.
 * Options are those of {@link connect}.
 * @throws what {@link connect} throws
 */
export async function connectSession(address: string, options: ConnectSessionOptions = {}): Promise<Session> {
  try {
    return await tryToConnect(address, options);
  } catch (error) {
    nameCaller(error);
    throw error;
  }
}

async function tryToConnect(address: string, given: ConnectSessionOptions): Promise<Session> {
  checkOptions(given, connectSessionChecks);
  checkChannelCapacity(given);
  const options = givenSet(given);
  const target = parseAddress(address);
  const { connectRetryMs, connectTimeoutMs = defaultConnectTimeoutMs, clock = systemClock } = options;
  const report = (count: number): void => {
    notify(options.observer, "onStateChanged", {
      link: shownAddress(formatAddress(target)),
      sessionId: undefined,
      state: { kind: "connecting", attempt: count },
    });
  };
  if (connectRetryMs === undefined) {
    report(1);
    return attempt(target, connectTimeoutMs, options);
  }
  const deadline = clock.now() + connectRetryMs;
  let lastError: unknown = new SessionError(
    "ConnectTimeout",
    `connect timeout: ${connectRetryMs} ms leave no time for an attempt`,
  );
  const backoff = new Backoff({ minDelayMs: firstBackOffMs, maxDelayMs: longestBackOffMs }, clock);
  for (let count = 1; ; count++) {
    const left = deadline - clock.now();
    if (left <= 0) throw lastError;
    report(count);
    try {
      return await attempt(target, Math.min(connectTimeoutMs, left), options);
    } catch (error) {
      if (!isWorthWaiting(error)) throw error;
      lastError = error;
    }
    await backoff.pause(options.signal, Math.max(0, deadline - clock.now()));
    if (options.signal?.aborted === true)
      throw cancelledBefore("the session was established", options.signal.reason);
  }
}

/** One attempt, from the name to the session. */
async function attempt(target: Address, timeoutMs: number, options: ConnectSessionOptions): Promise<Session> {
  const { signal, clock = systemClock, reconnect, webSocket, tls, ...others } = options;
  const { connectTimeoutMs = defaultConnectTimeoutMs, connectRetryMs: _connectRetryMs, ...rest } = others;
  const limits = completeLimits(options.limits);
  const deadline = clock.now() + timeoutMs;
  const reopen = async (again: LinkAttempt): Promise<Link> => {
    const limit = Math.min(connectTimeoutMs, again.timeoutMs);
    const opened = await openLink(target, {
      timeoutMs: limit,
      clock,
      signal: again.signal,
      limits,
      webSocket,
      tls,
    });
    return opened.link;
  };
  const { link, hasHeard } = await openLink(target, { timeoutMs, clock, signal, limits, webSocket, tls });
  try {
    return await openSessionWith(
      link,
      {
        ...rest,
        onUnhandledError: options.onUnhandledError ?? printFailure,
        keepalive: chosenKeepalive(options),
        signal,
        clock,
        virtualConnections,
        reconnect:
          reconnect === undefined || reconnect === false
            ? undefined
            : reconnecting({ ...(reconnect === true ? undefined : reconnect), open: reopen }),
        timeoutMs: Math.min(limits.handshakeTimeoutMs, Math.max(0, Math.round(deadline - clock.now()))),
      },
      allBundled,
    );
  } catch (error) {
    if (error instanceof SessionError && error.code === "WentAway" && !hasHeard()) {
      const text = `${link.remoteAddress} accepted the connection and closed it before the handshake`;
      const hint = "it may be starting, stopping or full, or not be a Vox server";
      throw new SessionError("WentAway", `went away: ${text} (${hint})`, { cause: error });
    }
    throw error;
  }
}

/** Whether a later attempt may succeed: the service may be starting, or may soon have room. */
function isWorthWaiting(error: unknown): boolean {
  return error instanceof SessionError && error.retryable;
}
