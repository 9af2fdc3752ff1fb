/** Services on their clients' side. */
import type { Caller } from "./caller.js";
import { asyncDispose } from "./dispose.js";
import type { Method } from "./method.js";
import type { CloseOptions, SessionHandle } from "./session-handle.js";

/** The service name of a client that requests no service of the peer. Source: `protocol/calls.md` §8.4. */
export const noService = "Noop";

/** The members that every generated client has beside its methods. */
export interface Client extends AsyncDisposable {
  /** What the calls go through. */
  readonly $caller: Caller;
  /** The session that carries the calls. */
  readonly $session: SessionHandle;
  /**
   * Ends the connection gracefully: calls in flight finish first. The root connection, that of `connect`, may have
   * several clients, and ends with the last of them. The session ends, too, when no virtual connection and no open
   * channel still uses it. `timeoutMs` bounds the wait for calls in flight.
   * @throws TypeError, RangeError for an option that is not valid
   */
  $close(options?: CloseOptions): Promise<void>;
}

/** Base class of generated clients. */
export class ClientBase implements Client {
  readonly $caller: Caller;

  constructor(caller: Caller) {
    this.$caller = caller;
  }

  get $session(): SessionHandle {
    return this.$caller.session;
  }

  $close(options?: CloseOptions): Promise<void> {
    return this.$caller.connection.close(options);
  }

  [asyncDispose](): Promise<void> {
    return this.$close();
  }
}

/** A service: its name on the wire, its methods, and the function that makes its clients. Pass it to `connect`. */
export interface Service<C> {
  /** As declared: sent as `vox-service`. */
  readonly name: string;
  /** Methods by their TypeScript names. */
  readonly methods: Readonly<Record<string, Method>>;
  /** Makes a client that calls through `caller`. */
  create(caller: Caller): C;
}

/** Describes a service for its clients. */
export function service<C>(
  name: string,
  create: (caller: Caller) => C,
  methods: Readonly<Record<string, Method>>,
): Service<C> {
  return { name, methods, create };
}
