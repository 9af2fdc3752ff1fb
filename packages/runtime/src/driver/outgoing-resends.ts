/**
 * Calls of ours whose link is lost: those that can be made again wait for the next link, the others fail. Source:
 * `protocol/calls.md` §6.3.
 */
import { linkLost } from "../channel/end.js";
import type { CallFailureCode } from "../errors.js";
import type { RestoredLink } from "../session/connection.js";
import type { OutgoingRequest } from "./outgoing-request.js";

/** What resends need of the calls of a connection. */
export interface ResendHost {
  /** Writes the Call of a request again. @throws what its arguments throw; nothing has left then */
  sendAgain(request: OutgoingRequest): void;
  /** A call in flight ends without an answer. */
  giveUp(request: OutgoingRequest, code: CallFailureCode, cause: unknown, detail?: string): void;
}

/** The calls of one connection that have to be sent again. */
export class Resends {
  private readonly host: ResendHost;
  private readonly due = new Set<OutgoingRequest>();

  constructor(host: ResendHost) {
    this.host = host;
  }

  get size(): number {
    return this.due.size;
  }

  /** A request has ended. @returns whether it had to be sent again */
  delete(request: OutgoingRequest): boolean {
    return this.due.delete(request);
  }

  /**
   * The link is lost.
   * @param open the calls in flight
   * @param peerSupportsRetry what the peer has announced on that link
   */
  onLinkLost(open: readonly OutgoingRequest[], peerSupportsRetry: boolean, cause: unknown): void {
    this.due.clear();
    for (const request of open) this.keepOrFail(request, peerSupportsRetry, cause);
  }

  /** There is a link again: calls that may have run on a peer that knows nothing of them fail. */
  onLinkRestored({ peer, peerSupportsRetry }: RestoredLink): void {
    for (const request of this.due) {
      // A peer can tell that the call has run only if it knows the operations of the session.
      if (request.method.idempotent || (peer !== "new" && peerSupportsRetry)) continue;
      this.host.giveUp(request, "Indeterminate", undefined);
    }
  }

  /** Sends the calls again: same request id, same operation, same metadata. @param mayCall whether the link takes one */
  pump(mayCall: () => boolean): void {
    for (const request of this.due) {
      if (!mayCall()) return;
      this.resend(request);
    }
  }

  private keepOrFail(request: OutgoingRequest, peerSupportsRetry: boolean, cause: unknown): void {
    const { channels, method } = request;
    if (!peerSupportsRetry) {
      this.host.giveUp(request, "ConnectionClosed", cause);
    } else if (channels === undefined) {
      this.due.add(request);
    } else if (!method.idempotent) {
      this.host.giveUp(request, "Indeterminate", cause);
    } else if (!channels.isRepeatable) {
      this.host.giveUp(request, "ConnectionClosed", cause, "what was sent on its channels is lost");
    } else {
      channels.suspend();
      this.due.add(request);
    }
  }

  private resend(request: OutgoingRequest): void {
    try {
      this.host.sendAgain(request);
      this.due.delete(request);
      request.channels?.bind();
    } catch (fault) {
      // The arguments were changed since: it is not known what became of the call as it was.
      request.channels?.endReceivers(linkLost(fault));
      this.host.giveUp(request, "Indeterminate", fault);
    }
  }
}
