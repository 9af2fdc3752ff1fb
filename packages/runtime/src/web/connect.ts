/** Connects a page or a worker to a service. */

import { checkService } from "../call/check-service.js";
import type { Service } from "../call/service.js";
import { type Clock, systemClock } from "../clock.js";
import { givenSet } from "../establish/given-options.js";
import {
  initiateChecks,
  type OpenSessionOptions,
  openSession,
  type Reconnect,
} from "../establish/initiate.js";
import { completeLimits } from "../limits.js";
import { type ClientOptions, callerFor, clientChecks } from "../middleware/client-options.js";
import { shownAddress } from "../options/address-text.js";
import { callback, checkOptions, duration, type OptionChecks, texts } from "../options/checks.js";
import type { LinkAttempt, LinkSource } from "../resume/reconnect-options.js";
import type { Session } from "../session/session.js";
import { openWebSocket } from "./open-websocket.js";
import type { WebSocketLink } from "./websocket-link.js";

/** What {@link connect} may be given. */
export interface WebConnectOptions
  extends Omit<OpenSessionOptions, "reconnect" | "service" | "timeoutMs">,
    ClientOptions {
  /** Milliseconds for one attempt: connection, upgrade and handshake together. Default 5000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Subprotocols to offer; `bearerProtocols(token)` carries a token. Default none. */
  readonly protocols?: readonly string[] | undefined;
  /**
   * Opens another connection when this one is lost: `reconnecting()`. Default: the session ends with its connection.
   */
  readonly reconnect?: WebReconnect | undefined;
}

/** How a page gets another connection; made by `reconnecting`. @param open opens a connection to the same server */
export type WebReconnect = (open: LinkSource) => Reconnect;

const { reconnect: _reconnect, service: _service, timeoutMs: _timeoutMs, ...shared } = initiateChecks;

export const webConnectChecks: OptionChecks<WebConnectOptions> = {
  ...shared,
  ...clientChecks,
  connectTimeoutMs: duration,
  protocols: texts,
  reconnect: callback,
};

/** Path on the page's own origin, for a call without an address. */
const defaultPath = "/vox";

const defaultConnectTimeoutMs = 5000;

/**
 * Connects to a service over a WebSocket, at `/vox` on the page's own origin.
 *
 * ```ts
 * const shop = await connect(Catalog, { reconnect: reconnecting() });
 * const product = await shop.get(1n);
 * ```
 *
 * @param service from the generated file
 * @returns the client; `await using` or `$close()` of the client ends the session
 * @throws SessionError `Io` when the WebSocket cannot be opened, `ConnectTimeout` when it takes too long, `Protocol`
 * when the peer does not speak Vox, `Rejected` when the peer refuses
 * @throws VoxError `Cancelled` when `signal` is aborted
 */
export function connect<C>(service: Service<C>, options?: WebConnectOptions): Promise<C>;
/**
 * Connects to a service over a WebSocket, at another address.
 *
 * ```ts
 * const shop = await connect("wss://shop.example/vox", Catalog, { reconnect: reconnecting() });
 * const product = await shop.get(1n);
 * ```
 *
 * @param address `/path` on the page's own origin, `ws://…`, `wss://…`, or a `URL`
 * @param service from the generated file
 * @returns the client; `await using` or `$close()` of the client ends the session
 * @throws SessionError `Io` when the WebSocket cannot be opened, `ConnectTimeout` when it takes too long, `Protocol`
 * when the peer does not speak Vox, `Rejected` when the peer refuses
 * @throws VoxError `Cancelled` when `signal` is aborted
 * @throws TypeError for an address that is not the address of a WebSocket
 */
export function connect<C>(
  address: string | URL,
  service: Service<C>,
  options?: WebConnectOptions,
): Promise<C>;
export async function connect<C>(
  first: string | URL | Service<C>,
  second?: Service<C> | WebConnectOptions,
  third?: WebConnectOptions,
): Promise<C> {
  const isAddressed = typeof first === "string" || first instanceof URL;
  const service = (isAddressed ? second : first) as Service<C>;
  const said = isAddressed ? third : second;
  const given = (said === undefined ? {} : said) as WebConnectOptions;
  checkOptions(given, webConnectChecks);
  const options = givenSet(given);
  checkService(service);
  const session = await connectService(isAddressed ? first : defaultPath, service.name, options);
  const client = service.create(callerFor(session.holdCaller(), options));
  // The client is the only way to the session, so the session ends with it.
  void session.closeWhenIdle();
  return client;
}

async function connectService(
  address: string | URL,
  service: string,
  options: WebConnectOptions,
): Promise<Session> {
  const { connectTimeoutMs = defaultConnectTimeoutMs, protocols = [], reconnect, ...others } = options;
  const { middleware: _middleware, callTimeoutMs: _callTimeoutMs, ...rest } = others;
  const url = webSocketUrl(address);
  const clock: Clock = options.clock ?? systemClock;
  const limits = completeLimits(options.limits);
  const open = (timeoutMs: number, signal: AbortSignal | undefined): Promise<WebSocketLink> =>
    openWebSocket(url, { protocols, timeoutMs, clock, signal, limits });
  const deadline = clock.now() + connectTimeoutMs;
  const link = await open(connectTimeoutMs, options.signal);
  return openSession(link, {
    ...rest,
    service,
    reconnect: reconnect?.(({ timeoutMs, signal }: LinkAttempt) =>
      open(Math.min(connectTimeoutMs, timeoutMs), signal),
    ),
    timeoutMs: Math.max(0, deadline - clock.now()),
  });
}

/** The address in the form that the platform's WebSocket takes. */
function webSocketUrl(address: string | URL): string {
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  const base = location?.href;
  if (typeof address === "string" && address.startsWith("/") && base === undefined)
    throw new TypeError(
      `"${shownAddress(address)}" is a path, and there is no page here whose origin it could be on: give ws: or wss:`,
    );
  if (typeof address === "string" && !URL.canParse(address, base))
    throw new TypeError(
      `${JSON.stringify(shownAddress(address))} is no address: expected /path, ws://host/path or wss://host/path`,
    );
  const url = new URL(address, base);
  if (url.protocol === "http:") url.protocol = "ws:";
  if (url.protocol === "https:") url.protocol = "wss:";
  if (url.protocol !== "ws:" && url.protocol !== "wss:")
    throw new TypeError(`"${shownAddress(url.href)}" is no address of a WebSocket: expected ws: or wss:`);
  url.hash = "";
  return url.href;
}
