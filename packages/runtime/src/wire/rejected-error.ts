/** A peer that does not want a connection. */

import { SessionError } from "../errors.js";
import { brand } from "../options/brand.js";
import { peerText } from "../options/peer-text.js";
import { Metadata, MetadataFlags } from "./metadata.js";

/** Key of the entry in which a refusal says why. Source: `protocol/wire.md` §7. */
export const errorKey = "error";

/** The peer refused a connection: the root connection in its handshake, or a virtual one. */
export class RejectedError extends SessionError {
  static {
    brand(RejectedError, "RejectedError");
  }

  /** What came with the refusal; the entry `error` is the reason as text. A root connection is refused with that alone. */
  readonly metadata: Metadata;

  /** @param metadata what the peer said, or what it will be told; a text is its entry `error` */
  constructor(metadata: Metadata | string) {
    const said = typeof metadata === "string" ? new Metadata({ [errorKey]: metadata }) : metadata;
    const reason = shownReason(said);
    super("Rejected", `connection rejected${reason === undefined ? "" : `: ${peerText(reason)}`}`);
    this.metadata = said;
  }
}

/** The reason, unless it was marked as not to be shown. */
function shownReason(metadata: Metadata): string | undefined {
  for (const { key, value, flags } of metadata)
    if (key === errorKey && typeof value === "string")
      return (flags & MetadataFlags.sensitive) === 0n ? value : undefined;
  return undefined;
}
