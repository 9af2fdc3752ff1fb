/** How a session gets other links when it loses its own. */
import type { Link } from "../link/link.js";

/** How a session gets another link. */
export interface ReconnectOptions {
  /** Milliseconds of the first pause at most; each pause lasts a random part of its bound. Default 100. */
  readonly minDelayMs?: number | undefined;
  /** Milliseconds of a pause at most: the bound doubles with each attempt up to this. Default 5000. */
  readonly maxDelayMs?: number | undefined;
  /** Milliseconds for one recovery in all; then the session ends. Default 30 000. */
  readonly maxElapsedMs?: number | undefined;
  /** Attempts of one recovery. Default: as many as the time allows. */
  readonly maxAttempts?: number | undefined;
  /** Part of the bound that a pause lasts, 0 to 1. Default `Math.random`, so that clients do not come back all at once. */
  readonly jitter?: (() => number) | undefined;
  /** Gives the session up when aborted while it has no link. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Takes an acceptor for one that still knows the session when it does not say so, which those of 0.8.2 never do. Calls
   * in flight are then made again even if they are not idempotent: one that has forgotten the session runs them twice.
   * Default false: they fail with `Indeterminate`.
   */
  readonly assumeResumed?: boolean | undefined;
}

/** Opens another link to the same peer. */
export type LinkSource = (attempt: LinkAttempt) => Promise<Link>;

/** What an attempt to open a link has to heed. */
export interface LinkAttempt {
  /** Milliseconds until it is of no use any more, the handshake included. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What {@link reconnecting} is given. */
export interface ReconnectingOptions extends ReconnectOptions {
  readonly open: LinkSource;
  /**
   * Says when an attempt may succeed at once, for example because the network is back. Called with a function that begins
   * one, with the whole time of a recovery before it; returns a function that stops listening.
   */
  readonly onWake?: ((attemptNow: () => void) => () => void) | undefined;
}
