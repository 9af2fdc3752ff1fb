/** A client that is connected when it is first needed, for as long as the page lives. */
import type { Client, SessionState } from "@voxrpc/runtime";

/** The state of a {@link Connection}: that of its session, or `failed` when no session could be opened. */
export type ConnectionState =
  | SessionState
  | {
      readonly kind: "failed";
      /** What `open` has rejected with. */
      readonly error: unknown;
    };

const notOpenYet: ConnectionState = { kind: "connecting", attempt: 0 };

/** One opening, with the client that came of it. */
interface Opened<C> {
  readonly ready: Promise<C>;
  client?: C;
  stopListening?: () => void;
}

/**
 * A client that components share. It is opened by the first component or function that needs it, and stays open
 * when components unmount. Make one outside of components, with {@link connection}.
 */
export class Connection<C extends Client> {
  readonly #open: () => Promise<C>;
  readonly #listeners = new Set<() => void>();
  #state: ConnectionState = notOpenYet;
  #current: Opened<C> | undefined = undefined;

  /** @throws TypeError when `open` is no function */
  constructor(open: () => Promise<C>) {
    if (typeof open !== "function") throw new TypeError("connection takes a function that connects");
    this.#open = open;
  }

  /** The current state, the same object until it changes. `connecting` before the first use. */
  readonly read = (): ConnectionState => this.#state;

  /** Calls back with every change, and connects when needed. @returns a function that ends the subscription */
  readonly subscribe = (listener: () => void): (() => void) => {
    const own = (): void => listener();
    this.#listeners.add(own);
    this.#opened();
    return () => void this.#listeners.delete(own);
  };

  /** The client when it is connected; undefined before, and after a failure to connect. */
  get connected(): C | undefined {
    return this.#current?.client;
  }

  /**
   * The client, which is connected when needed.
   * @throws what the function of {@link connection} has rejected with, until {@link retry} is called
   */
  client(): Promise<C> {
    return this.#opened().ready;
  }

  /** Connects again, where connecting has failed or the session has ended. Otherwise it does nothing. */
  retry(): void {
    const { kind } = this.#state;
    if (kind !== "failed" && kind !== "closed") return;
    this.#forget();
    this.#opened();
  }

  /** Closes the client, if there is one. The next use connects again. Never rejects. */
  async close(): Promise<void> {
    const opened = this.#current;
    this.#forget();
    const client = await opened?.ready.catch(() => undefined);
    await client?.$close();
  }

  #forget(): void {
    this.#current?.stopListening?.();
    this.#current = undefined;
    this.#change(notOpenYet);
  }

  #opened(): Opened<C> {
    if (this.#current !== undefined) return this.#current;
    const opened: Opened<C> = { ready: this.#connect() };
    this.#current = opened;
    opened.ready.then(
      (client) => {
        if (this.#current !== opened) return;
        opened.client = client;
        opened.stopListening = client.$session.onStateChanged((state) => this.#change(state));
        this.#change(client.$session.state);
      },
      (error: unknown) => {
        if (this.#current === opened) this.#change({ kind: "failed", error });
      },
    );
    return opened;
  }

  async #connect(): Promise<C> {
    return this.#open();
  }

  #change(state: ConnectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}

/**
 * A client for components: connected when it is first needed, and shared.
 *
 * ```ts
 * export const shop = connection(() => connect(Catalog, { reconnect: reconnecting() }));
 * ```
 *
 * @param open connects; called once, and again after `retry` or `close`
 * @throws TypeError when `open` is no function
 */
export function connection<C extends Client>(open: () => Promise<C>): Connection<C> {
  return new Connection(open);
}
