/** What a session asks of the part that opens virtual connections. */
import type { Caller } from "../call/caller.js";
import type { Dispatcher } from "../call/dispatcher.js";
import type { Service } from "../call/service.js";
import type { Metadata } from "../wire/metadata.js";
import type { ConnectionSettings } from "./connection.js";
import type { Parity } from "./parity.js";
import type { RawConnection } from "./raw-connection.js";

/** What `Session.open` may be given. */
export interface OpenOptions {
  /** Sent to the peer's acceptor. Default none. */
  readonly metadata?: Metadata | undefined;
  /** Answers the peer's calls on the new connection. Default: each is answered with `Cancelled`. */
  readonly dispatcher?: Dispatcher | undefined;
  /** Calls that this side takes at once on the connection. Default: as on the root connection. */
  readonly maxConcurrentRequests?: number | undefined;
  /** Items that this side takes on a fresh channel. Default: as on the root connection. */
  readonly initialChannelCredit?: number | undefined;
  /** Which half of the request and channel ids is ours on the connection. Default: as on the root connection. */
  readonly parity?: Parity | undefined;
  /** Gives up when aborted before the connection is there. */
  readonly signal?: AbortSignal | undefined;
}

/** Opens virtual connections, and ends them; see `Session` of the same names. */
export interface ConnectionOpening {
  open<C>(service: Service<C>, options: OpenOptions): Promise<C>;
  openRaw(service: string, options: Omit<OpenOptions, "dispatcher">): Promise<RawConnection>;
  /** {@link open} with everything given. @param metadata the peer refuses one without `vox-service` */
  openCaller(
    settings: ConnectionSettings,
    metadata: Metadata,
    options?: Pick<OpenOptions, "signal" | "dispatcher">,
  ): Promise<Caller>;
  /** @throws SessionError `Protocol` for the root connection and for one that does not exist */
  close(id: number | bigint, metadata: Metadata | undefined): void;
}
