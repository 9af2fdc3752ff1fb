/**
 * The largest frame that a side takes, announced in the metadata of the handshake. Then only a call that is too large
 * for the peer fails, on this side, and the session goes on. Peers of 0.8.2 ignore the entry, send none, and take
 * frames of any size. A side with the default limit sends the entry only to a peer that has sent one, so that nothing
 * changes for 0.8.2.
 */
import { defaultLimits } from "../limits.js";
import type { Metadata } from "../wire/metadata.js";

/** Key of the entry: the largest body of a frame that its sender takes, bytes. Both sides keep it from applications. */
const frameLimitEntry = "vox-max-frame-bytes";
/** The largest size that a header can hold. */
const largest = 0xffff_ffff;
/** A smaller limit of a peer counts as this one: messages of fixed size must always pass. */
const smallest = 4096;

/** Announces the limit of this side. @param isAsked whether the peer has announced its own */
export function announceFrameLimit(metadata: Metadata, maxFrameBytes: number, isAsked: boolean): void {
  if (!isAsked && maxFrameBytes === defaultLimits.maxFrameBytes) return;
  metadata.set(frameLimitEntry, Math.floor(Math.min(maxFrameBytes, largest)));
}

/** Takes the peer's limit out of its metadata. @returns bytes; undefined when there is none */
export function takeFrameLimit(metadata: Metadata): number | undefined {
  const said = metadata.getU64(frameLimitEntry);
  metadata.delete(frameLimitEntry);
  return said === undefined ? undefined : Math.max(smallest, Number(said));
}
