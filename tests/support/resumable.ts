/** A client that reconnects and an acceptor that remembers, over simulated links that tests cut. */
import {
  type Observer,
  type ReconnectOptions,
  type Servable,
  SessionError,
  type SessionState,
  virtualConnections,
} from "@voxrpc/runtime";
import {
  acceptSession,
  type OpenSessionOptions,
  openSession,
  type ReconnectingOptions,
  type ResumableOptions,
  reconnecting,
  type Session,
  SessionRegistry,
} from "@voxrpc/runtime/link";
import {
  FakeClock,
  type SimulatedPair,
  type SimulatedPairOptions,
  settle,
  simulatedPair,
} from "@voxrpc/runtime/testing";
import type { AcceptSessionOptions } from "../../packages/runtime/src/establish/accept.js";

export interface ResumableOptionsOfTest {
  readonly client?: OpenSessionOptions;
  readonly server?: AcceptSessionOptions;
  readonly reconnect?: ReconnectOptions & Pick<ReconnectingOptions, "onWake">;
  /** Null: the acceptor keeps no sessions. */
  readonly registry?: ResumableOptions | null;
  readonly observer?: Observer;
  /** How the links behave, the first being 0. */
  readonly network?: (index: number) => SimulatedPairOptions;
}

/** Both ends, and all links that were opened. */
export class Resumable {
  readonly clock = new FakeClock();
  /** In order; the last is in use, or was. */
  readonly networks: SimulatedPair[] = [];
  /** What the acceptor made of each link; a session that was resumed is here again. */
  readonly accepted: Session[] = [];
  /** Why links were refused by the acceptor. */
  readonly refusals: unknown[] = [];
  /** All states of the client's session. */
  readonly states: SessionState[] = [];
  registry: SessionRegistry | undefined;
  /** No server listens while this is false. */
  isListening = true;
  /** What the next links are accepted with. */
  server: AcceptSessionOptions;
  /** What the client comes back with, too. */
  options: OpenSessionOptions = {};
  private readonly servable: Servable;
  private readonly network: (index: number) => SimulatedPairOptions;
  private session: Session | undefined = undefined;

  constructor(servable: Servable, options: ResumableOptionsOfTest) {
    this.servable = servable;
    this.network = options.network ?? (() => ({}));
    this.server = { ...options.server };
    this.registry = options.registry === null ? undefined : this.newRegistry(options.registry);
  }

  newRegistry(options: ResumableOptions = {}): SessionRegistry {
    return new SessionRegistry({ ...options, clock: this.clock });
  }

  get client(): Session {
    if (this.session === undefined) throw new Error("not connected");
    return this.session;
  }

  /** The acceptor's latest session. */
  get serving(): Session {
    const session = this.accepted.at(-1);
    if (session === undefined) throw new Error("nobody has connected");
    return session;
  }

  /** Opens a link to the acceptor, for any caller. */
  readonly open = async (): Promise<SimulatedPair["client"]> => {
    if (!this.isListening) throw new SessionError("Io", "io error: nobody listens");
    await settle();
    const network = simulatedPair({ ...this.network(this.networks.length), clock: this.clock });
    this.networks.push(network);
    const { clock, registry } = this;
    acceptSession(network.server, this.servable, { clock, registry, ...this.server }).then(
      (session) => this.accepted.push(session),
      (error) => this.refusals.push(error),
    );
    return network.client;
  };

  async connect({ client, reconnect = {}, observer }: ResumableOptionsOfTest): Promise<void> {
    const { clock, open } = this;
    this.options = {
      clock,
      observer,
      virtualConnections,
      reconnect: reconnecting({ jitter: () => 1, ...reconnect, open }),
      ...client,
    };
    this.session = await openSession(await open(), this.options);
    this.session.onStateChanged((state) => this.states.push(state));
    await settle();
  }

  /** Cuts the link that is in use; both ends learn it. */
  async cut(end?: "end" | "error"): Promise<void> {
    this.networks.at(-1)?.cut(end);
    await settle();
  }

  /** Lets time pass until the client has a link again, or has ended. */
  async recover(stepMs = 100): Promise<void> {
    for (let step = 0; step < 1000 && this.client.state.kind === "recovering"; step++) {
      this.clock.advance(stepMs);
      await settle();
      await settle();
    }
  }

  async close(): Promise<void> {
    this.client.abort();
    for (const session of this.accepted) session.abort();
    // Also those that were silent, and belong to no session.
    for (const network of this.networks) network.cut();
    await settle();
  }
}

/** A connected pair. */
export async function resumable(
  servable: Servable,
  options: ResumableOptionsOfTest = {},
): Promise<Resumable> {
  const pair = new Resumable(servable, options);
  await pair.connect(options);
  return pair;
}

/** A handler that answers when the test says so. */
export class Gate<T> {
  runs = 0;
  readonly signals: AbortSignal[] = [];
  private readonly waiting: ((value: T) => void)[] = [];

  readonly wait = (signal: AbortSignal): Promise<T> => {
    this.runs += 1;
    this.signals.push(signal);
    return new Promise((resolve) => this.waiting.push(resolve));
  };

  open(value: T): void {
    for (const resolve of this.waiting.splice(0)) resolve(value);
  }
}
