/** What callers around another caller have in common. */
import type { Caller } from "./caller.js";
import type { ConnectionHandle, SessionHandle } from "./session-handle.js";

/** Has the session and the connection of another caller. */
export abstract class ForwardingCaller {
  protected readonly inner: Caller;

  constructor(inner: Caller) {
    this.inner = inner;
  }

  get session(): SessionHandle {
    return this.inner.session;
  }

  get connection(): ConnectionHandle {
    return this.inner.connection;
  }
}
