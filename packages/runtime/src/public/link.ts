/**
 * Sessions over links of your own: a transport hands its links to `openSession` and `acceptSession`. Subpath
 * `@voxrpc/runtime/link`; the transports of this package are in `./node` and `./web`.
 *
 * ```ts
 * const session = await openSession(link, { service: Catalog.name });
 * const shop = session.client(Catalog);
 * ```
 */

export { type Clock, systemClock, type TimerHandle } from "../clock.js";
export { type AcceptSessionOptions, acceptSession, type ResumableSessions } from "../establish/accept.js";
export { type OpenSessionOptions, openSession, type Reconnect } from "../establish/initiate.js";
export type { SessionOptions } from "../establish/options.js";
export type { ConnectionSettings, Parity } from "../handshake/settings.js";
export type { Framing, Link, LinkOrigin, LinkSink, UpgradeRequest } from "../link/link.js";
export type { LinkAttempt, LinkSource, ReconnectingOptions } from "../resume/reconnect-options.js";
export { reconnecting } from "../resume/reconnector.js";
export type { OnResume, ResumableOptions, ResumeRequest } from "../resume/resumable-options.js";
export { SessionRegistry, type SessionRegistryOptions } from "../resume/session-registry.js";
export type { KeepaliveOptions } from "../session/keepalive.js";
export type { OpenOptions } from "../session/opening.js";
export { Session } from "../session/session.js";
