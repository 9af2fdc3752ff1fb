/** How large the next message of a link may be, on transports that keep boundaries. Source: `protocol/wire.md` §2. */
import { SessionError } from "../errors.js";
import { defaultLimits, type Limits } from "../limits.js";
import { oneOf } from "../options/checks.js";

/** Bytes that a peer may send as its prologue, which has 8: enough for an error text about a wrong size. */
const maxPrologueBytes = 1024;

/** The side of the link: it decides how many of the first messages must be small. */
export type LinkRole = "initiator" | "acceptor";

/** Which side opens the session. */
export const roleCheck = /*@__PURE__*/ oneOf("initiator", "acceptor");

/** The limits that a link enforces. */
export type FrameSizeLimits = Pick<Limits, "maxFrameBytes" | "maxHandshakeBytes">;

/** Limits of the first messages: prologue and Hello come in either direction, LetsGo only from the initiator. */
export function openingLimits(role: LinkRole, { maxHandshakeBytes }: FrameSizeLimits): readonly number[] {
  const opening = [maxPrologueBytes, maxHandshakeBytes];
  if (role === "acceptor") opening.push(maxHandshakeBytes);
  return opening;
}

/** Checks the size of each message that arrives. */
export class MessageSizes {
  readonly #opening: readonly number[];
  readonly #maxFrameBytes: number;
  #count = 0;
  #accepted = 0;

  constructor(role: LinkRole, limits: FrameSizeLimits = defaultLimits) {
    this.#opening = openingLimits(role, limits);
    this.#maxFrameBytes = limits.maxFrameBytes;
  }

  /** Bytes that the next message may have. */
  get limit(): number {
    return Math.min(this.#opening[this.#count] ?? this.#maxFrameBytes, this.#maxFrameBytes);
  }

  /** Whether a part of prologue and handshake has not arrived. */
  get isOpening(): boolean {
    return this.#count < this.#opening.length;
  }

  /** Whether a message has been accepted: then the peer speaks Vox. */
  get hasTaken(): boolean {
    return this.#accepted > 0;
  }

  /** Counts one message. @returns why it is refused */
  count(bytes: number): SessionError | undefined {
    const { limit } = this;
    this.#count += 1;
    if (bytes > limit) return tooLarge(bytes, limit);
    this.#accepted += 1;
    return undefined;
  }
}

/** The error for a message above its limit. */
export function tooLarge(bytes: number, limit: number): SessionError {
  return new SessionError(
    "Protocol",
    `protocol error: a message of ${bytes} bytes is larger than the limit of ${limit} bytes`,
  );
}
