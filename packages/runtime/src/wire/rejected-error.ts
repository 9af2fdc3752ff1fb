/** The error for a refused connection. */

import { SessionError } from "../errors.js";
import { brand } from "../options/brand.js";
import { having } from "../options/checks.js";
import { peerText } from "../options/peer-text.js";
import { Metadata, MetadataFlags } from "./metadata.js";

/** Key of the entry in which a refusal says why. Source: `protocol/wire.md` §7. */
export const errorKey = "error";

const metadataCheck = /*@__PURE__*/ having("a text or a Metadata", "append", "getString");
const orText = (metadata: unknown, name: string): void => {
  if (typeof metadata !== "string") metadataCheck(metadata, name);
};

/** The peer refused a connection: the root connection in its handshake, or a virtual one. */
export class RejectedError extends SessionError {
  static {
    brand(RejectedError, "RejectedError");
  }

  /**
   * The metadata of the refusal; the entry `error` is the reason as text. For a root connection it is the only entry.
   */
  readonly metadata: Metadata;

  /** @param metadata from the peer, or for the peer; a text becomes the entry `error` */
  constructor(metadata: Metadata | string) {
    orText(metadata, "metadata");
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
