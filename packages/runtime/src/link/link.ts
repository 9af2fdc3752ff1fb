/**
 * The Link contract: an ordered, reliable transport of whole frames. Everything above this file is the same for TCP,
 * Unix sockets, WebSockets, message ports and memory.
 *
 * **Frames.** One frame carries exactly one prologue, handshake message or {@link Message}. An empty frame is legal
 * here; the session refuses it. Boundaries and order are kept; nothing is duplicated.
 *
 * **Outbound.** The session encodes frames one after the other into one buffer (the batch). It leaves
 * `framing.headerBytes` free in front of each body, and `framing` fills them in. `send` gets the batch and the end
 * offset of each frame in it. It sends the whole batch with one write if the transport can. `send` returns whether the
 * batch's memory is free again. `true`: the bytes were taken or copied. `false`: the link keeps the memory until it is
 * written, and the caller must not write to it again. `send` never throws and never waits; a failure is reported
 * through `onClosed`. Sending on a closed link does nothing.
 *
 * **Pressure.** `bufferedBytes` is the number of accepted bytes that the transport has not passed on. When it returns
 * to zero, the link calls `onDrain`.
 *
 * **Inbound.** After `start`, each frame is given to `onFrame(bytes, start, end)`: the frame is
 * `bytes[start … end)`, usually inside a larger chunk. The memory is never written to again by the link, so views
 * of it stay valid; they keep the chunk alive. `onIdle` follows the last frame of each arrival, so that answers
 * to one arrival can leave in one write. A link checks the length that a frame announces against its limit before
 * it allocates or waits for the body.
 *
 * **Signs of life.** `receivedBytes` counts bytes as they arrive, before their frame is whole: a peer that sends a
 * large frame slowly is alive. Only differences count. A transport that gives out whole messages leaves it out.
 *
 * **Waiting.** `setReading(false)` stops delivery, so that the peer's `bufferedBytes` grows instead of the memory of
 * this side. At most the current arrival is still delivered. `setReading(true)` goes on; nothing is lost. While
 * delivery is stopped, the link may report its end late, but it reports a failure to send at once, and it still calls
 * `onDrain`. A transport that cannot wait, like a browser's WebSocket, leaves the method out.
 *
 * **End.** `onClosed` is called exactly once, after the last frame. Without an error it means a clean end: one of the
 * sides closed the link between two frames. With an error: the transport failed (`Io`) or broke the framing
 * (`Protocol`). A side that closes the link itself also gets `onClosed()`, without an error. Nothing is called after
 * it.
 *
 * **Refusal.** After a frame that is too large, a link over a byte stream gives out no further frame. If the peer has
 * shown that it speaks Vox, the link calls `onRefused` of its sink. The sink may send a last message, and then calls
 * `close` or `abort`.
 *
 * **close.** `close()` sends the frames that wait, then closes; `abort()` drops everything at once. Both are
 * idempotent. A link never starts timers of its own.
 */
import type { SessionError } from "../errors.js";

/** How a transport marks the length of a frame. */
export interface Framing {
  /** Bytes in front of each body: 4 for byte streams, 8 for Unix sockets, 0 where the transport keeps boundaries. */
  readonly headerBytes: number;
  /** Writes the header for a body of `bodyBytes` at `offset`. Not called when `headerBytes` is 0. */
  writeHeader(buffer: Uint8Array, offset: number, bodyBytes: number): void;
}

/** The receiver of a link's events. See the contract above for order and ownership. */
export interface LinkSink {
  onFrame(bytes: Uint8Array, start: number, end: number): void;
  onIdle(): void;
  onDrain(): void;
  onClosed(error: SessionError | undefined): void;
  /** A frame was refused; see the contract. A sink without it gets the end at once. */
  onRefused?(error: SessionError): void;
}

/** The HTTP request that became a WebSocket. */
export interface UpgradeRequest {
  /** Path with its query, like `/vox?room=7`. */
  readonly url: string;
  /** By lower-case name; several headers with one name are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** By name, decoded. */
  readonly cookies: Readonly<Record<string, string>>;
  /** From `authorization: Bearer …`, or else from the subprotocol `vox.bearer.…`, which browsers use. */
  readonly bearerToken: string | undefined;
}

/** The certificate with which a peer has authenticated, from an authority that this side trusts. */
export interface PeerCertificate {
  /** Common name of its subject; undefined when it has none. */
  readonly commonName: string | undefined;
  /** Names and addresses for which it is valid, as Node writes them: `DNS:shop.example, IP Address:192.0.2.1`. */
  readonly subjectAltName: string | undefined;
  /** SHA-256 of the certificate: hexadecimal bytes with colons between them. */
  readonly fingerprint256: string;
}

/** Facts about the other end of a link, from its transport. */
export interface LinkOrigin {
  /** Kind of the transport: `tcp`, `tls`, `local`, `ws`, or `stream` for another stream of Node. */
  readonly transport: string;
  /** Address of the peer's machine, like `192.0.2.1`; undefined where the transport has none. */
  readonly peerAddress?: string | undefined;
  readonly upgrade?: UpgradeRequest | undefined;
  /** On a server with TLS: the client's certificate. Undefined when it sent none, or one that is not trusted. */
  readonly peerCertificate?: PeerCertificate | undefined;
}

/** A transport of frames. */
export interface Link {
  readonly framing: Framing;
  /** The address of the peer as text, for errors and observers, like `tcp://127.0.0.1:4000`. */
  readonly remoteAddress: string;
  /** Absent where the transport has no facts. */
  readonly origin?: LinkOrigin | undefined;
  readonly bufferedBytes: number;
  /** Bytes that have arrived so far, those of unfinished frames included; absent where messages arrive whole. */
  readonly receivedBytes?: number | undefined;
  /**
   * Starts delivery; called once. Nothing that arrived before is lost.
   * @throws TypeError when it is called twice
   */
  start(sink: LinkSink): void;
  /**
   * @param batch the memory that holds the frames
   * @param start offset of the first frame's header
   * @param ends end offset of each frame, ascending; `count` of them are valid
   * @returns whether the batch's memory may be reused at once
   */
  send(batch: Uint8Array, start: number, ends: readonly number[], count: number): boolean;
  /** Stops delivery, or goes on with it; absent where the transport cannot wait. */
  setReading?(isReading: boolean): void;
  close(): void;
  abort(): void;
}
