/**
 * Two connections joined: what arrives on one leaves on the other. A proxy needs no service and does not read payloads.
 * Source: `protocol/session.md` §5.5.
 *
 * ```
 *   near peer ──frames──► near side ──same bytes, other connection id──► far's outbox ──► far peer
 *             ◄── near's outbox ◄────────────────────────────────── far side ◄──frames──
 * ```
 *
 * **Ids** of requests and channels pass unchanged, so the parities must differ. **Credit** is between the two peers:
 * both must have received the same windows. **Back pressure**: the proxy keeps no messages. While one link holds more
 * than `maxBufferedBytes`, the proxy does not read the link that feeds it.
 */

import type { CloseReason, SessionEnd } from "../call/session-handle.js";
import { SessionError } from "../errors.js";
import { having } from "../options/checks.js";
import { readSchemaPayload } from "../schema/payload.js";
import { writeForwarded } from "../wire/forward.js";
import { type MessageHead, RequestBody, type WireId } from "../wire/message.js";
import type { Connection, ConnectionSettings, ConnectionSink } from "./connection.js";
import { hasParity } from "./parity.js";
import { consumed, type RawConnection } from "./raw-connection.js";
import { ReceivedSchemas } from "./received-schemas.js";

/** A connection without a driver, also one of another copy of this package. */
export const rawCheck = /*@__PURE__*/ having("a RawConnection", "join", "close");

/** Two connections that are joined. */
export interface ConnectionProxy {
  /** Calls of both sides that have not been answered. */
  readonly inFlight: number;
  /** Resolves, and never rejects, when both connections have ended. The value says how the first of them ended. */
  readonly closed: Promise<SessionEnd>;
  /** Ends both connections at once, and tells both peers. Harmless when they have ended. */
  close(): void;
}

/**
 * Joins two connections, usually of two sessions, for as long as both live: calls, answers, cancels, channels and
 * schemas pass in both directions, of any service. Metadata passes, too, but for entries marked `noPropagate`. When one
 * side ends, so does the other.
 *
 * @throws SessionError `Protocol` when both have the same parity on this side, when the windows that the two peers have
 * received differ, and for a connection that was used already
 */
export function proxyConnections(near: RawConnection, far: RawConnection): ConnectionProxy {
  rawCheck(near, "near");
  rawCheck(far, "far");
  if (near === far || near.isConsumed || far.isConsumed) throw consumed();
  checkSettings(near.local, near.peer, far);
  return new ActiveProxy(near, far);
}

/**
 * Whether a connection with these settings can be joined to `far`.
 * @throws SessionError `Protocol` when it cannot
 */
export function checkSettings(
  local: ConnectionSettings,
  peer: ConnectionSettings,
  far: Pick<RawConnection, "local" | "peer">,
): void {
  if (local.parity === far.local.parity) throw refusal("requires opposite parities");
  const isSame =
    local.initialChannelCredit === far.peer.initialChannelCredit &&
    peer.initialChannelCredit === far.local.initialChannelCredit;
  if (!isSame) throw refusal("requires equal initial channel credits");
}

class ActiveProxy implements ConnectionProxy {
  readonly closed: Promise<SessionEnd>;
  readonly #raws: readonly [near: RawConnection, far: RawConnection];
  readonly #sides: readonly [near: ProxySide, far: ProxySide];
  #resolveClosed: (end: SessionEnd) => void = () => {};
  #hasEnded = false;

  constructor(near: RawConnection, far: RawConnection) {
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.#raws = [near, far];
    const first = new ProxySide(near, far.connection, this);
    const second = new ProxySide(far, near.connection, this);
    this.#sides = [first, second];
    first.opposite = second;
    second.opposite = first;
    near.join(first);
    far.join(second);
    const ended = this.#raws.find((raw) => !raw.isOpen);
    if (ended !== undefined) {
      void ended.closed.then(({ reason, error }) => this.end(reason, error));
      return;
    }
    near.replay();
    far.replay();
  }

  get inFlight(): number {
    return this.#sides[0].inFlight + this.#sides[1].inFlight;
  }

  close(): void {
    this.end("Local", undefined);
  }

  /** Ends both: one connection has ended, or the proxy closes. */
  end(reason: CloseReason, error: SessionError | undefined): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const side of this.#sides) side.stop();
    for (const raw of this.#raws) raw.close();
    this.#resolveClosed({ reason, error });
  }
}

/** What arrives on one connection. */
class ProxySide implements ConnectionSink {
  opposite: ProxySide | undefined = undefined;
  readonly #raw: RawConnection;
  readonly #own: Connection;
  readonly #other: Connection;
  readonly #proxy: ActiveProxy;
  readonly #announced: ReceivedSchemas;
  /** Calls of this side's peer that have not been answered. */
  readonly #requests = new Set<WireId>();
  readonly #maxRequests: number;
  /** Whether this side's link is not read because the other side's is full. */
  #isHolding = false;
  #onIdle: (() => void) | undefined = undefined;

  constructor(raw: RawConnection, other: Connection, proxy: ActiveProxy) {
    const { limits } = raw.core;
    this.#raw = raw;
    this.#own = raw.connection;
    this.#other = other;
    this.#proxy = proxy;
    this.#announced = new ReceivedSchemas(this.#own, limits, readSchemaPayload);
    const announcedLimit = Math.max(1, raw.local.maxConcurrentRequests);
    this.#maxRequests = announcedLimit + Math.max(limits.maxQueuedRequests, 16 * announcedLimit);
  }

  get inFlight(): number {
    return this.#requests.size;
  }

  get isInUse(): boolean {
    return this.inFlight !== 0 || (this.opposite?.inFlight ?? 0) !== 0;
  }

  onRequest(head: MessageHead, bytes: Uint8Array): void {
    switch (head.body) {
      case RequestBody.Call:
        if (this.#admit(head.id)) this.#forward(head, bytes);
        break;
      case RequestBody.Response:
        this.#passAnswer(head, bytes);
        break;
      case RequestBody.Cancel:
        if (this.#requests.has(head.id)) this.#forward(head, bytes);
        break;
    }
  }

  onChannel(head: MessageHead, bytes: Uint8Array): void {
    this.#forward(head, bytes);
  }

  onSchemas(head: MessageHead, bytes: Uint8Array): void {
    const methodId = (BigInt(head.methodHigh >>> 0) << 32n) | BigInt(head.methodLow >>> 0);
    const payload = bytes.subarray(head.schemasStart, head.schemasEnd);
    // The other peer would end its connection without a reason. The peer at fault gets the error here.
    const messageName = "standalone schema message";
    if (
      this.#announced.receive({ methodId, direction: head.direction, payload, messageName, own: undefined })
    )
      this.#forward(head, bytes);
  }

  onDrain(): void {
    const { opposite } = this;
    if (opposite !== undefined) opposite.#resume();
  }

  /** Calls pass until all of them are answered. The caller bounds this wait by a timeout. */
  onDraining(onIdle: () => void): void {
    this.#onIdle = onIdle;
    this.#settle();
  }

  onLinkLost(): void {
    // The connection ends with its link: messages that were passed on cannot be sent again.
  }

  onLinkRestored(): void {
    // Not called: the connection has ended with its link.
  }

  onClosed(reason: CloseReason, error: SessionError | undefined): void {
    this.#onIdle = undefined;
    this.#proxy.end(reason, error);
  }

  /** The proxy has ended. */
  stop(): void {
    this.#requests.clear();
    this.#announced.end();
    this.#resume();
  }

  /** A second answer, or one without a call, is dropped. */
  #passAnswer(head: MessageHead, bytes: Uint8Array): void {
    const { opposite } = this;
    if (opposite === undefined || !opposite.#requests.delete(head.id)) return;
    this.#forward(head, bytes);
    this.#settle();
    opposite.#settle();
  }

  #admit(id: WireId): boolean {
    const { parity } = this.#own.peer;
    const problem = !hasParity(id, parity)
      ? `request id ${id} is not ${parity.toLowerCase()}`
      : this.#requests.has(id)
        ? `request id ${id} is in flight already`
        : this.#requests.size >= this.#maxRequests
          ? `more than ${this.#maxRequests} requests wait for an answer`
          : undefined;
    if (problem === undefined) this.#requests.add(id);
    else this.#own.fail(problem);
    return problem === undefined;
  }

  #forward(head: MessageHead, bytes: Uint8Array): void {
    const { host, id } = this.#other;
    const { outbox } = host;
    try {
      outbox.commit(writeForwarded(outbox.writer, outbox.begin(), id, head, bytes));
    } catch (cause) {
      outbox.discard();
      const text = `protocol error: a message cannot be passed on: ${cause instanceof Error ? cause.message : String(cause)}`;
      this.#proxy.end("Protocol", new SessionError("Protocol", text, { cause }));
      return;
    }
    if (!this.#isHolding && host.isCongested) this.#hold();
  }

  /** The other side's link is full: no more is read on this side until it has drained. */
  #hold(): void {
    this.#isHolding = true;
    if (!this.#raw.core.holdReading()) {
      const text =
        "protocol error: the peer of a proxy reads too slowly, and the link that feeds it cannot wait";
      this.#proxy.end("Protocol", new SessionError("Protocol", text));
    }
  }

  #resume(): void {
    if (!this.#isHolding) return;
    this.#isHolding = false;
    this.#raw.core.releaseReading();
  }

  #settle(): void {
    const onIdle = this.#onIdle;
    if (onIdle === undefined || this.isInUse) return;
    this.#onIdle = undefined;
    onIdle();
  }
}

function refusal(text: string): SessionError {
  return new SessionError("Protocol", `protocol error: proxyConnections ${text}`);
}
