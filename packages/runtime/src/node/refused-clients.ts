/** Connections for which a server has no place. Their clients learn why, and so know that a later attempt may help. */
import type { Socket } from "node:net";
import type { ConnectionAcceptor } from "../acceptor/router.js";
import type { Clock } from "../clock.js";
import { acceptSession } from "../establish/accept.js";
import type { Limits } from "../limits.js";
import type { SocketLink } from "./socket-link.js";

/** Connections that get the reason at the same time. Further ones are cut, so that many connections cost little. */
const maxAtOnce = 64;
/** Milliseconds that a client has for its handshake. */
const graceMs = 1000;

/** Tells clients why there is no place for them. */
export class RefusedClients {
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #links = new Set<SocketLink>();

  constructor(limits: Limits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Refuses a connection, whatever service it requests. @param reason as the client reads it */
  add(link: SocketLink, socket: Socket, reason: string): void {
    if (this.#links.size >= maxAtOnce) {
      link.abort();
      return;
    }
    this.#links.add(link);
    socket.on("close", () => this.#links.delete(link));
    const refusing: ConnectionAcceptor = { accept: (_request, connection) => connection.reject(reason) };
    const limits = this.#limits;
    const clock = this.#clock;
    acceptSession(link, refusing, { limits, clock, timeoutMs: graceMs }).then(
      (session) => session.abort(),
      () => {
        // The server has reported the refusal.
      },
    );
  }

  /** Cuts all. */
  abort(): void {
    for (const link of this.#links) link.abort();
  }
}
