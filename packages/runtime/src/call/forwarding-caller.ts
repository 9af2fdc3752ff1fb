/** What callers around another caller have in common. */
import type { Caller, DrivenCaller } from "./caller.js";
import type { SessionHandle } from "./session-handle.js";

/** Has the session and the connection of another caller. */
export abstract class ForwardingCaller<C extends DrivenCaller = Caller> {
  protected readonly inner: C;

  constructor(inner: C) {
    this.inner = inner;
  }

  get session(): SessionHandle {
    return this.inner.session;
  }

  get connection(): C["connection"] {
    return this.inner.connection;
  }
}
