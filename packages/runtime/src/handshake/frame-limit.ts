/**
 * How large frames may be, said beside the handshake. A call that is too large for the peer then fails here, alone, instead
 * of ending the session there. Peers of 0.8.2 ignore the entry, send none, and take frames of any size. So that nothing
 * changes for them without need, a side with the default limit speaks only to a peer that has spoken.
 */
import { defaultLimits } from "../limits.js";
import type { Metadata } from "../wire/metadata.js";

/** Key of the entry: the largest body of a frame that its sender takes, bytes. Both sides keep it from applications. */
const frameLimitEntry = "vox-max-frame-bytes";
/** The largest that a header can say. */
const largest = 0xffff_ffff;
/** What a peer says below this is not believed: messages of fixed size must always pass. */
const smallest = 4096;

/** Says what we take. @param isAsked whether the peer has said what it takes */
export function announceFrameLimit(metadata: Metadata, maxFrameBytes: number, isAsked: boolean): void {
  if (!isAsked && maxFrameBytes === defaultLimits.maxFrameBytes) return;
  metadata.set(frameLimitEntry, Math.floor(Math.min(maxFrameBytes, largest)));
}

/** Takes what the peer says out of its metadata. @returns bytes; undefined when it says nothing */
export function takeFrameLimit(metadata: Metadata): number | undefined {
  const said = metadata.getU64(frameLimitEntry);
  metadata.delete(frameLimitEntry);
  return said === undefined ? undefined : Math.max(smallest, Number(said));
}
