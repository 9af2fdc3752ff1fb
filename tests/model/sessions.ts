/** The two sessions of a model, and the network between them: the first one, or one that replaces each that is lost. */
import { type Servable, type SessionState, virtualConnections } from "@voxrpc/runtime";
import {
  acceptSession,
  openSession,
  reconnecting,
  type Session,
  SessionRegistry,
} from "@voxrpc/runtime/link";
import { type FakeClock, type SimulatedPair, simulatedPair } from "@voxrpc/runtime/testing";
import type { AcceptSessionOptions } from "../../packages/runtime/src/establish/accept.js";
import { microtasks } from "../../packages/runtime/src/testing/settle.js";
import type { Side } from "./line.js";

/** What both sides are set up with. */
export interface SessionsOptions {
  readonly clock: FakeClock;
  readonly servable: Servable;
  /** The service that each side requests from the other. */
  readonly service: string;
  readonly client: AcceptSessionOptions;
  readonly server: AcceptSessionOptions;
  /** Whether sessions go on over another link when they lose theirs. */
  readonly isResumable: boolean;
}

/** Two sessions. */
export class Sessions implements Readonly<Record<Side, Session>> {
  readonly client: Session;
  readonly server: Session;
  private readonly networks: readonly SimulatedPair[];

  private constructor(client: Session, server: Session, networks: readonly SimulatedPair[]) {
    this.client = client;
    this.server = server;
    this.networks = networks;
  }

  static async connect(options: SessionsOptions): Promise<Sessions> {
    const { clock, servable, service, isResumable } = options;
    const networks: SimulatedPair[] = [];
    const served: Promise<Session | undefined>[] = [];
    const registry = isResumable ? new SessionRegistry({ clock }) : undefined;
    const open = async (): Promise<SimulatedPair["client"]> => {
      await microtasks();
      const network = simulatedPair({ clock });
      networks.push(network);
      const accepting = acceptSession(network.server, servable, { clock, registry, ...options.server });
      // A link that is cut before its handshake has finished is no session.
      served.push(accepting.catch(() => undefined));
      return network.client;
    };
    const reconnect = isResumable
      ? reconnecting({ open, jitter: () => 1, maxElapsedMs: 300_000 })
      : undefined;
    const connecting = openSession(await open(), {
      clock,
      serve: servable,
      service,
      reconnect,
      virtualConnections,
      ...options.client,
    });
    const [client, server] = await clock.until(Promise.all([connecting, served[0]]));
    if (server === undefined) throw new Error("the first link has failed");
    return new Sessions(client, server, networks);
  }

  /** The network that is in use, or was. */
  get network(): SimulatedPair {
    return this.networks.at(-1) as SimulatedPair;
  }

  /** Whether both have a link. */
  get areConnected(): boolean {
    return this.client.state.kind === "open" && this.server.state.kind === "open";
  }

  /** Tells when a side has lost its link, and when it has got another. */
  watch(lost: (side: Side) => void, found: (side: Side, state: SessionState) => void): void {
    for (const side of ["client", "server"] as const) {
      let isLost = false;
      this[side].onStateChanged((state) => {
        const wasLost = isLost;
        isLost = state.kind === "recovering";
        if (isLost && !wasLost) lost(side);
        else if (wasLost && state.kind === "open") found(side, state);
      });
    }
  }
}
