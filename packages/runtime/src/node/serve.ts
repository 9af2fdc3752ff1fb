/** Serving. Source: `protocol/calls.md` §8.3. */

import type { AddressInfo, Server as Listener, Socket } from "node:net";
import type { TlsOptions } from "node:tls";
import { checkServable } from "../acceptor/check-servable.js";
import type { Servable } from "../acceptor/router.js";
import { whenAborted } from "../call/abort-watch.js";
import { asyncDispose } from "../call/dispose.js";
import { checkCloseOptions } from "../call/option-checks.js";
import type { CloseOptions } from "../call/session-handle.js";
import type { SessionSnapshot } from "../call/snapshot.js";
import { systemClock } from "../clock.js";
import { SessionError } from "../errors.js";
import { type AcceptSessionOptions, acceptChecks, acceptSession } from "../establish/accept.js";
import { givenSet } from "../establish/given-options.js";
import { passingRefusals } from "../handshake/refusals.js";
import { completeLimits, type Limits } from "../limits.js";
import type { ServerMiddleware } from "../middleware/server-middleware.js";
import { wrapServable } from "../middleware/with-middleware.js";
import { notify } from "../observer.js";
import {
  anyObject,
  bound,
  callback,
  checkOptions,
  functions,
  type OptionChecks,
  switchable,
} from "../options/checks.js";
import { type ResumableOptions, resumableChecks } from "../resume/resumable-options.js";
import { SessionRegistry } from "../resume/session-registry.js";
import type { Session } from "../session/session.js";
import { type Address, formatAddress, isWebSocket, parseAddress, type SocketAddress } from "./address.js";
import { checkChannelCapacity } from "./channel-capacity.js";
import { connectSession } from "./connect.js";
import { chosenKeepalive, type KeepaliveSetting, keepaliveCheck } from "./keepalive.js";
import { listen } from "./listen.js";
import { listenWebSocket } from "./listen-websocket.js";
import { addressOf, adopt, isListener, type LinkListener, ownedListener, targetOf } from "./own-listener.js";
import { PendingLinks } from "./pending-links.js";
import { printFailure } from "./print-failure.js";
import { RefusedClients } from "./refused-clients.js";
import { socketError } from "./socket-errors.js";
import { SocketLink } from "./socket-link.js";
import { type UpgradeOptions, upgradeChecks } from "./upgrades.js";
import type { WsLink } from "./ws-link.js";

/** What {@link serve} may be given. */
export interface ServeOptions
  extends Omit<AcceptSessionOptions, "keepalive" | "registry" | "timeoutMs">,
    KeepaliveSetting,
    UpgradeOptions {
  /**
   * Certificate and key of a server on `tls` or `wss`, as Node's `tls` takes them. `requestCert` with `ca` asks clients
   * for certificates.
   */
  readonly tls?: TlsOptions | undefined;
  /**
   * Connections at once, those in their handshake included. Further ones are refused: their clients get `ServerFull`.
   * Default 10 000.
   */
  readonly maxConnections?: number | undefined;
  /**
   * Connections in their handshake at once. A further connection replaces the oldest one, if that has been silent for a
   * second. Otherwise the further connection is closed. Default 1024.
   */
  readonly maxPendingHandshakes?: number | undefined;
  /**
   * Keeps sessions for a while when their connections are lost, so that clients with `reconnect` find them as they
   * were. `true` for the default bounds. Default: a session ends with its connection.
   */
  readonly resumable?: boolean | ResumableOptions | undefined;
  /**
   * Called with each new session, before any handler of it runs: to call the peer (`session.client`), or to keep a
   * list. When the callback throws or rejects, the server ends the session, and the observer's
   * `onSessionCallbackError` gets the error.
   */
  readonly onSession?: ((session: Session) => void | Promise<void>) | undefined;
  /**
   * Middleware around each call that the server answers, the first outermost. It needs a dispatcher or a router. An
   * connection acceptor wraps its dispatchers itself: `withMiddleware(dispatcher, …)`. Default none.
   */
  readonly middleware?: readonly ServerMiddleware[] | undefined;
  /** Closes the server when aborted, gracefully; before it listens, `serve` rejects with code `Cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

type SharedOptions = Pick<ServeOptions, keyof ServeOptions & keyof AcceptSessionOptions>;

const { registry: _registry, timeoutMs: _timeoutMs, ...shared } = acceptChecks;

export const serveChecks: OptionChecks<ServeOptions> = {
  ...shared,
  keepalive: keepaliveCheck,
  maxConnections: bound,
  maxPendingHandshakes: bound,
  resumable: switchable(resumableChecks),
  onSession: callback,
  middleware: functions,
  ...upgradeChecks,
  tls: anyObject,
};

/** The part of a server's options that each session gets. */
function sessionOptionsOf(options: ServeOptions): SharedOptions {
  const names = Object.keys(shared).filter((name) => name in options) as (keyof SharedOptions)[];
  return Object.fromEntries(names.map((name) => [name, options[name]]));
}

/** What is served, with the middleware around it. @throws TypeError for a value that `serve` does not take */
export function answeringWith(servable: Servable, { middleware }: ServeOptions): Servable {
  checkServable(servable, "servable");
  return middleware === undefined ? servable : wrapServable(servable, middleware);
}

const defaultMaxConnections = 10_000;
const defaultMaxPendingHandshakes = 1024;
/** Milliseconds that another server has to show that it serves. Source: `protocol/wire.md` §2. */
const answerTimeoutMs = 5000;

/**
 * Serves on an address. A connection that fails, before or after its handshake, does not disturb the others. The server
 * calls the observer's `onHandshakeFailed` for a connection that never became a session.
 *
 * ```ts
 * await using server = await serve("tcp://127.0.0.1:4000", catalogDispatcher(new CatalogHandler()));
 * console.log(`serving on ${server.url}`);
 * await server.closed;
 * ```
 *
 * @param where `tcp://host:port` or `host:port`, where port 0 takes any free port; `tls://host:port` with the option
 * `tls`; `local://path` for a Unix socket; `ws://host:port/path` for WebSockets, `wss://` with the option `tls`. The
 * server replaces a socket file whose server is gone, and removes its own when it closes. Or a server of `node:net`,
 * `node:tls`, `node:http` or `node:https` that your application has made, listening or not: from then on it belongs to
 * the returned server, and closes with it. To share a port with an HTTP server, use {@link attach}
 * @param servable a `router`, or the dispatcher of one service; a dispatcher answers for every service name that
 * clients request
 * @throws SessionError `Io` when the server cannot listen on the address, `Protocol` for an unknown scheme or an
 * invalid address
 * @throws VoxError `Cancelled` when `signal` is aborted
 * @throws TypeError, RangeError for an option that is wrong, with its name
 */
export async function serve(
  where: string | Listener,
  servable: Servable,
  options: ServeOptions = {},
): Promise<Server> {
  checkOptions(options, serveChecks);
  const answering = answeringWith(servable, options);
  checkChannelCapacity(options);
  const given = givenSet(options);
  // Node hands out sockets in a later task, and the server is made by then.
  let server: Server | undefined;
  const { signal, maxConnections = defaultMaxConnections } = given;
  const { maxPendingHandshakes = defaultMaxPendingHandshakes } = given;
  const limits = completeLimits(given.limits);
  const taking = {
    limits,
    origins: given.origins,
    tls: given.tls,
    maxSockets: maxConnections + maxPendingHandshakes,
    handshakeTimeoutMs: limits.handshakeTimeoutMs,
    signal,
    objection: () => server?.objection() ?? undefined,
    onSocket: (socket: Socket) => server?.onSocket(socket),
    onLink: (link: WsLink, socket: Socket) => server?.takeLink(link, socket),
    onRefused: (link: string, error: SessionError) => server?.refuse(link, error),
  };
  if (typeof where !== "string") {
    isListener(where, "address");
    const target = targetOf(where);
    server = new Server(adopt(where, taking), () => addressOf(where, target), answering, given);
    return server;
  }
  const wanted = parseAddress(where, "unsupported transport scheme");
  if (isWebSocket(wanted)) {
    const listening = await listenWebSocket(wanted, taking);
    server = new Server(ownedListener(listening.server), () => listening.address, answering, given);
    return server;
  }
  const isAnswering = (): Promise<boolean> => answers(wanted, signal);
  const { listener, lock } = await listen(wanted, { ...taking, isAnswering });
  const bound = "path" in wanted ? wanted : { ...wanted, port: (listener.address() as AddressInfo).port };
  server = new Server(ownedListener(listener, lock), () => bound, answering, given);
  return server;
}

/** Whether a Vox server answers there. */
async function answers(address: SocketAddress, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    const options = { connectTimeoutMs: answerTimeoutMs, signal };
    const session = await connectSession(formatAddress(address), options);
    session.abort();
    return true;
  } catch {
    return false;
  }
}

/** A server at one moment; plain data. */
export interface ServerSnapshot {
  readonly address: string;
  /** Whether the server has stopped taking connections. */
  readonly isClosing: boolean;
  /** Connections that are not yet a session, or no longer one. */
  readonly pendingLinks: number;
  readonly sessions: readonly SessionSnapshot[];
}

/** A listening server; made by {@link serve}. */
export class Server implements AsyncDisposable {
  /** Resolves, and never rejects, when the server has stopped and all its sessions have ended. */
  readonly closed: Promise<void>;
  readonly #listener: LinkListener;
  readonly #addressOf: () => Address;
  readonly #servable: Servable;
  readonly #options: ServeOptions;
  readonly #limits: Limits;
  readonly #maxConnections: number;
  readonly #links = new Set<SocketLink | WsLink>();
  readonly #pending: PendingLinks;
  readonly #refusedClients: RefusedClients;
  readonly #registry: SessionRegistry | undefined = undefined;
  readonly #active = new Set<Session>();
  #isClosing = false;
  /** Set when the listener holds no connection any more. */
  #isStopped = false;
  #resolveClosed: () => void = () => {};

  /** @internal use {@link serve} or {@link attach} */
  constructor(listener: LinkListener, addressOf: () => Address, servable: Servable, options: ServeOptions) {
    this.#addressOf = addressOf;
    this.#listener = listener;
    this.#servable = servable;
    this.#options = options;
    this.#limits = completeLimits(options.limits);
    this.#maxConnections = options.maxConnections ?? defaultMaxConnections;
    this.#pending = new PendingLinks(
      options.maxPendingHandshakes ?? defaultMaxPendingHandshakes,
      options.clock ?? systemClock,
    );
    this.#refusedClients = new RefusedClients(this.#limits, options.clock ?? systemClock);
    const { resumable = false, clock, observer } = options;
    if (resumable !== false)
      this.#registry = new SessionRegistry({
        ...(resumable === true ? undefined : resumable),
        clock,
        observer,
        onUnhandledError: options.onUnhandledError ?? printFailure,
      });
    const onAbort = (): void => void this.close();
    const unwatch = whenAborted(options.signal, onAbort);
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = () => {
        unwatch();
        resolve();
      };
    });
    // The server could not take one connection, for example because too many files are open. The next one may succeed.
    listener.onError((fault) => this.refuse(this.url, socketError(fault, this.url)));
    if (options.signal?.aborted === true) onAbort();
  }

  /** Where it listens, with the real port. */
  get address(): Address {
    return this.#addressOf();
  }

  /** The address as text, for `connect`. */
  get url(): string {
    return formatAddress(this.address);
  }

  /** Sessions at this moment, those without a connection included. */
  get sessionCount(): number {
    return this.#active.size;
  }

  /** The sessions at this moment. */
  get sessions(): readonly Session[] {
    return [...this.#active];
  }

  /** What its sessions hold at this moment. */
  snapshot(): ServerSnapshot {
    return {
      address: this.url,
      isClosing: this.#isClosing,
      pendingLinks: this.#links.size - this.#active.size,
      sessions: this.sessions.map((session) => session.snapshot()),
    };
  }

  /**
   * Stops gracefully: the server takes no further connection, lets calls in flight finish, bounded by a timeout,
   * then closes all sessions. Resolves when all sessions have ended. Closing twice is harmless.
   * @throws TypeError, RangeError for an option that is not valid
   */
  async close(options: CloseOptions = {}): Promise<void> {
    checkCloseOptions(options);
    if (!this.#isClosing) {
      this.#stop();
      await Promise.all(this.sessions.map((session) => session.close(options)));
      // The links that are left send their last message to a peer that was refused.
      for (const link of this.#links) link.abort();
      this.#refusedClients.abort();
    }
    await this.closed;
  }

  /** Stops at once: calls in flight fail, here and at the peers. */
  abort(): void {
    this.#stop();
    for (const session of this.#active) session.abort();
    for (const link of this.#links) link.abort();
    this.#refusedClients.abort();
  }

  [asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A new connection. @internal */
  onSocket(socket: Socket): void {
    const { maxHandshakeBytes, maxFrameBytes } = this.#limits;
    const { address } = this;
    const link = new SocketLink(socket, {
      role: "acceptor",
      // Clients over TCP have addresses of their own.
      address: "path" in address ? address : undefined,
      limits: { maxFrameBytes, maxHandshakeBytes },
    });
    const objection = this.objection();
    if (objection !== undefined) {
      this.refuse(link.remoteAddress, new SessionError("Rejected", `connection rejected: ${objection}`));
      if (this.#isClosing) link.abort();
      else this.#refusedClients.add(link, socket, `${passingRefusals.full}: ${objection}`);
      return;
    }
    this.takeLink(link, socket);
  }

  /** A new link, for which there is room. @param socket below it @internal */
  takeLink(link: SocketLink | WsLink, socket: Socket): void {
    this.#links.add(link);
    socket.on("close", () => {
      this.#links.delete(link);
      this.#settle();
    });
    void this.#establish(link);
  }

  /** Why there is no place for one more connection; undefined when there is a place. @internal */
  objection(): string | undefined {
    if (this.#isClosing) return "the server is closing";
    if (this.#links.size >= this.#maxConnections)
      return `the server has ${this.#maxConnections} connections (option maxConnections)`;
    return this.#pending.makeRoom();
  }

  async #establish(link: SocketLink | WsLink): Promise<void> {
    const { onSession } = this.#options;
    const options = sessionOptionsOf(this.#options);
    const controller = this.#pending.add();
    try {
      await acceptSession(link, this.#servable, {
        ...options,
        onUnhandledError: options.onUnhandledError ?? printFailure,
        keepalive: chosenKeepalive(options),
        registry: this.#registry,
        signal: controller.signal,
        onSession: (session) => {
          this.#active.add(session);
          void session.closed.then(() => this.#active.delete(session));
          if (!this.#isClosing) return onSession?.(session);
          session.abort();
          return undefined;
        },
      });
    } catch {
      // The observer has the error, and the link is closed.
    } finally {
      this.#pending.delete(controller);
    }
  }

  /** Reports a connection that does not become a session. @internal */
  refuse(link: string, error: SessionError): void {
    notify(this.#options.observer, "onHandshakeFailed", { link, error });
  }

  #stop(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#registry?.close();
    this.#pending.cancelAll("the server is closing");
    void this.#listener.stop().then(() => {
      this.#isStopped = true;
      this.#settle();
    });
  }

  /** Resolves `closed` when no link is left. */
  #settle(): void {
    // By then, clients in this process have seen the end of their sessions.
    if (this.#isStopped && this.#links.size === 0) setImmediate(this.#resolveClosed);
  }
}
