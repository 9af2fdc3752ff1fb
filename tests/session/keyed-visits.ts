/** A listener that keeps sessions, and peers made by hand that come to it with keys. */
import { Metadata, type Observer, type ObserverEvents, type Servable } from "@voxrpc/runtime";
import {
  acceptSession,
  type Session,
  SessionRegistry,
  type SessionRegistryOptions,
} from "@voxrpc/runtime/link";
import { FakeClock, memoryLinkPair, settle } from "@voxrpc/runtime/testing";
import { encodeHandshakeMessage } from "../../packages/runtime/src/handshake/handshake-messages.js";
import { prologueHello } from "../../packages/runtime/src/handshake/prologue.js";
import { decodeHandshakeMessage } from "../../packages/runtime/src/handshake/read-messages.js";
import { defaultLimits } from "../../packages/runtime/src/limits.js";
import type { LinkOrigin } from "../../packages/runtime/src/link/link.js";
import { messageSchemas } from "../../packages/runtime/src/wire/message-schemas.js";
import { fromHex } from "../support/golden-values.js";
import { RawPeer } from "../support/raw-peer.js";

/** What an observer got. */
export interface Heard {
  readonly refused: ObserverEvents["onResumeRefused"][];
  readonly stores: ObserverEvents["onSessionStoreError"][];
  readonly pressures: ObserverEvents["onStorePressure"][];
  readonly acceptors: unknown[];
}

/** One link of a peer. */
export class Visit {
  /** Undefined before the handshake is over, and when there was none. */
  session: Session | undefined = undefined;
  error: { readonly code: string; readonly message: string; readonly cause?: unknown } | undefined;
  readonly peer: RawPeer;
  private readonly cutLink: () => void;

  constructor(peer: RawPeer, cut: () => void) {
    this.peer = peer;
    this.cutLink = cut;
  }

  /** The answer of the listener's: HelloYourself or Sorry. */
  get answer() {
    const frame = this.peer.received[1];
    return frame === undefined ? undefined : decodeHandshakeMessage(fromHex(frame), defaultLimits);
  }

  /** The key that was offered. @throws Error when none was */
  get key(): Uint8Array {
    const { answer } = this;
    if (answer?.kind !== "HelloYourself" || answer.resumeKey === undefined) throw new Error("no key");
    return answer.resumeKey;
  }

  /** What the listener says about the session: resumed, restored or new; the reason of a refusal. */
  get told(): string | undefined {
    const { answer } = this;
    if (answer?.kind === "Sorry") return answer.reason;
    return answer?.kind === "HelloYourself" ? answer.metadata.getString("vox-resume") : undefined;
  }

  /** Finishes the handshake. */
  async letsGo(): Promise<this> {
    this.peer.send(encodeHandshakeMessage({ kind: "LetsGo" }));
    await settle();
    return this;
  }

  /** Loses the link. */
  async cut(): Promise<void> {
    this.cutLink();
    await settle();
  }
}

export class Listener {
  readonly clock = new FakeClock();
  readonly heard: Heard = { refused: [], stores: [], pressures: [], acceptors: [] };
  readonly observer: Observer = {
    onResumeRefused: (event) => void this.heard.refused.push(event),
    onSessionStoreError: (event) => void this.heard.stores.push(event),
    onStorePressure: (event) => void this.heard.pressures.push(event),
    onAcceptError: ({ error }) => void this.heard.acceptors.push(error),
  };
  registry: SessionRegistry;
  servable: Servable | undefined;
  /** Whether a store of operations outlives the process. */
  private readonly visits: Visit[] = [];
  private readonly options: SessionRegistryOptions;

  constructor(servable: Servable | undefined, options: SessionRegistryOptions = {}) {
    this.servable = servable;
    this.options = options;
    this.registry = this.newRegistry();
  }

  /** Of another process, with the same store. */
  newRegistry(): SessionRegistry {
    return new SessionRegistry({ clock: this.clock, observer: this.observer, ...this.options });
  }

  /** A peer says Hello, and has not finished the handshake. */
  async greet(
    said: ConstructorParameters<typeof Metadata>[0],
    key?: Uint8Array,
    origin?: LinkOrigin,
  ): Promise<Visit> {
    const [near, far] = memoryLinkPair();
    if (origin !== undefined) Object.defineProperty(far, "origin", { value: origin });
    const peer = new RawPeer(near);
    const visit = new Visit(peer, () => near.abort());
    this.visits.push(visit);
    const { clock, registry, observer } = this;
    acceptSession(far, this.servable, { clock, registry, observer }).then(
      (session) => {
        visit.session = session;
      },
      (error) => {
        visit.error = error;
      },
    );
    const settings = { parity: "Odd", maxConcurrentRequests: 64, initialChannelCredit: 16 } as const;
    const metadata = new Metadata(said).append("vox-resume", "tell");
    peer.send(
      prologueHello,
      encodeHandshakeMessage({
        kind: "Hello",
        parity: "Odd",
        settings,
        schemas: messageSchemas(),
        supportsRetry: true,
        resumeKey: key,
        metadata,
      }),
    );
    await settle();
    return visit;
  }

  /** A peer comes, and finishes its handshake if it may. */
  async visit(
    said: ConstructorParameters<typeof Metadata>[0],
    key?: Uint8Array,
    origin?: LinkOrigin,
  ): Promise<Visit> {
    const visit = await this.greet(said, key, origin);
    return visit.answer?.kind === "HelloYourself" ? visit.letsGo() : visit;
  }

  async close(): Promise<void> {
    for (const { session, peer } of this.visits) {
      session?.abort();
      peer.close();
    }
    await settle();
  }
}
