/** What is done about the lost link of a session. Source: `protocol/session.md` §7. */
import type { SessionEnd } from "../call/session-handle.js";
import type { VoxError } from "../errors.js";

/** What makes calls again whose link was lost, by reference. The driver alone looks inside. */
export interface ResendMachinery {
  readonly feature: "resends";
}

/** Brings another link, or waits until the peer does. */
export interface Recovery {
  /** For the calls of ours that are in flight then. */
  readonly resends: ResendMachinery;
  /** The link is lost. */
  onLost(error: VoxError | undefined): void;
  /** There is a link again. */
  onRestored(): void;
  /** The session has ended; nothing is called after this. */
  onEnded(end: SessionEnd): void;
}
