/** Asks the application about the peer of a link, on behalf of what finds the session for the link. */
import type { Objection, PeerIntroduction } from "../handshake/handshake-core.js";
import type { Link } from "../link/link.js";
import type { FailureReporting } from "../observer.js";
import type { Metadata } from "../wire/metadata.js";
import type { ConnectionRequest } from "./incoming-connection.js";
import type { RootOffer } from "./root-offer.js";
import type { Servable } from "./router.js";

/** The link and its peer, and the acceptor that decides. */
export interface LinkOfferParts {
  readonly root: RootOffer;
  readonly servable: Servable | undefined;
  readonly peer: PeerIntroduction;
  /** Service that the peer requests; undefined when it names none. */
  readonly service: string | undefined;
  readonly link: Link;
  readonly answer: Metadata;
  readonly reporting: FailureReporting;
}

/** Asks the application about the peer of a link. */
export class LinkOffer {
  readonly #parts: LinkOfferParts;

  constructor(parts: LinkOfferParts) {
    this.#parts = parts;
  }

  /** Makes the request for the application. @param isResume whether the peer has the key of a session */
  request(isResume: boolean): ConnectionRequest {
    const { peer, service, link } = this.#parts;
    const { metadata, settings } = peer;
    const { remoteAddress, origin } = link;
    const { transport, peerAddress } = origin ?? {};
    return {
      service,
      metadata,
      peerMetadata: metadata,
      link: remoteAddress,
      origin,
      transport,
      peerAddress,
      isVirtual: false,
      settings,
      isResume,
    };
  }

  /** Asks the application. @returns why there will be no session */
  ask(request: ConnectionRequest): Objection | Promise<Objection> {
    const { root, servable, reporting } = this.#parts;
    return root.decide(servable, request, reporting);
  }

  /** The identity of the peer that the application has given; undefined for none. */
  get principal(): unknown {
    return this.#parts.root.principal;
  }

  /** Metadata of the handshake that this side has not sent yet. */
  get answer(): Metadata {
    return this.#parts.answer;
  }

  get reporting(): FailureReporting {
    return this.#parts.reporting;
  }
}
