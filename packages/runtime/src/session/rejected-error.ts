/** A peer that does not want a connection. */
import { SessionError } from "../errors.js";
import type { Metadata } from "../wire/metadata.js";

/** Key of the entry in which a refusal says why. Source: `protocol/wire.md` §7. */
export const errorKey = "error";

/** The peer refused a virtual connection. `metadata` is what it said about it. */
export class RejectedError extends SessionError {
  /** What came with the refusal; the entry `error` is the reason in words. */
  readonly metadata: Metadata;

  constructor(metadata: Metadata) {
    const reason = metadata.getString(errorKey);
    super("Rejected", `connection rejected${reason === undefined ? "" : `: ${reason.slice(0, 512)}`}`);
    this.metadata = metadata;
  }
}
