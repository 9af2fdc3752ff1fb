/** How a session gets other links when it loses its own. */
import type { Link } from "../link/link.js";

/** How a session gets another link. */
export interface ReconnectOptions {
  /** Milliseconds of the first pause at most; each pause lasts a random part of its bound. Default 100. */
  readonly minDelayMs?: number | undefined;
  /** Milliseconds of a pause at most: the bound doubles with each attempt up to this. Default 5000. */
  readonly maxDelayMs?: number | undefined;
  /** Milliseconds for one whole recovery; after that the session ends. Default 30 000. */
  readonly maxElapsedMs?: number | undefined;
  /** Attempts of one recovery. Default: as many as the time allows. */
  readonly maxAttempts?: number | undefined;
  /** Returns the part of its bound that a pause lasts, 0 to 1. Default `Math.random`, which spreads clients in time. */
  readonly jitter?: (() => number) | undefined;
  /** Ends the session when aborted while it has no link. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Assumes that the acceptor still knows the session when it does not say so. A 0.8.2 acceptor never says so. Calls in
   * flight are then made again even if they are not idempotent: an acceptor that has forgotten the session runs them
   * twice. Default false: such calls fail with `Indeterminate`.
   */
  readonly assumeResumed?: boolean | undefined;
}

/** Opens another link to the same peer. */
export type LinkSource = (attempt: LinkAttempt) => Promise<Link>;

/** The time and the signal that an attempt to open a link must respect. */
export interface LinkAttempt {
  /** Milliseconds after which the attempt is of no use any more, the handshake included. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Options of {@link reconnecting}. */
export interface ReconnectingOptions extends ReconnectOptions {
  readonly open: LinkSource;
  /**
   * Listens for signs that an attempt may succeed at once, for example that the network is back. It gets a function
   * that makes an attempt at once and gives the recovery its whole time again. It returns a function that stops
   * listening.
   */
  readonly onWake?: ((attemptNow: () => void) => () => void) | undefined;
}
