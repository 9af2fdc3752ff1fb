/** How a session recovers from a lost link. Source: `protocol/session.md` §7. */
import type { SessionEnd } from "../call/session-handle.js";
import type { VoxError } from "../errors.js";

/** Makes calls again whose link was lost. It is passed by reference; only the driver looks inside. */
export interface ResendFeature {
  readonly feature: "resends";
}

/** Brings another link, or waits until the peer does. */
export interface Recovery {
  /** For calls of this side that are in flight when the link is lost. */
  readonly resends: ResendFeature;
  /** The link is lost. */
  onLost(error: VoxError | undefined): void;
  /** There is a link again. */
  onRestored(): void;
  /** The session has ended; nothing is called after this. */
  onEnded(end: SessionEnd): void;
}
