/** The interface of the part of a session that opens virtual connections. */
import type { Caller } from "../call/caller.js";
import type { Dispatcher } from "../call/dispatcher.js";
import type { Service } from "../call/service.js";
import type { OpenSettings } from "../call/session-handle.js";
import type { Metadata } from "../wire/metadata.js";
import type { ConnectionSettings } from "./connection.js";
import type { RawConnection } from "./raw-connection.js";

/** Options of `Session.open`. */
export interface OpenOptions extends OpenSettings {
  /** Answers the peer's calls on the new connection. Default: each is answered with `Cancelled`. */
  readonly serve?: Dispatcher | undefined;
  /**
   * Opens the connection again, with the same metadata, when the peer has lost the session. Calls that you make
   * meanwhile wait. Calls in flight are treated as on the root connection. The connection ends when the peer refuses.
   * Default: it ends with the session of the peer.
   */
  readonly reopen?: boolean | undefined;
}

/** Opens virtual connections, and ends them; see the methods of `Session` with the same names. */
export interface ConnectionOpening {
  open<C>(service: Service<C>, options: OpenOptions): Promise<C>;
  openRaw(service: string, options: OpenSettings): Promise<RawConnection>;
  /** As {@link open}, with all settings given. @param metadata must have `vox-service`, or the peer refuses */
  openCaller(
    settings: ConnectionSettings,
    metadata: Metadata,
    options?: Pick<OpenOptions, "signal" | "serve">,
  ): Promise<Caller>;
  /** @throws SessionError `Protocol` for the root connection and for one that does not exist */
  close(id: number | bigint, metadata: Metadata | undefined): void;
}
