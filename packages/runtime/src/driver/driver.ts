/** The shell of a driver: what generated clients call. */
import type { Caller, CallOptions } from "../call/caller.js";
import type { Method } from "../call/method.js";
import { checkCallOptions } from "../call/option-checks.js";
import { quietWhenEnded } from "../call/quiet.js";
import type { Result } from "../call/result.js";
import type { ConnectionHandle, SessionHandle } from "../call/session-handle.js";
import { newsOf } from "../channel/call-channels.js";
import type { CallError } from "../errors.js";
import type { DriverCore } from "./driver-core.js";
import type { AnyMethod } from "./outgoing-request.js";

/** Makes promises of the calls of one connection. */
export class Driver implements Caller {
  readonly session: SessionHandle;
  readonly connection: ConnectionHandle;
  /** @internal */
  readonly core: DriverCore;

  constructor(core: DriverCore, session: SessionHandle, connection: ConnectionHandle) {
    this.core = core;
    this.session = session;
    this.connection = connection;
    core.caller = this;
  }

  call<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options?: CallOptions,
  ): Promise<T> {
    const outcome = new Promise<T>((resolve, reject) => {
      if (options !== undefined) checkCallOptions(options);
      this.core.start(method as unknown as AnyMethod, args, options, false, resolve as Settle, reject);
    });
    return method.hasChannels ? quietWhenEnded(outcome, () => newsOf(method.args.shape, args)) : outcome;
  }

  tryCall<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options?: CallOptions,
  ): Promise<Result<T, CallError<E>>> {
    return new Promise((resolve, reject) => {
      if (options !== undefined) checkCallOptions(options);
      this.core.start(method as unknown as AnyMethod, args, options, true, resolve as Settle, reject);
    });
  }
}

/** The method's types are known to the caller and forgotten below. */
type Settle = (value: unknown) => void;
