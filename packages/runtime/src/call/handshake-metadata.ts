/** Metadata that an initiator sends with its handshakes: given once, or requested each time, because tokens expire. */

import { isVoxError, SessionError } from "../errors.js";
import { Metadata } from "../wire/metadata.js";
import type { Awaitable } from "./result.js";

/** The attempt for which metadata is wanted. */
export interface MetadataRequest {
  /** Aborted when the attempt is over: its time, or the `signal` of the options. */
  readonly signal: AbortSignal;
}

/** Metadata, or a function that returns it for each attempt to connect. */
export type HandshakeMetadata = Metadata | MetadataSource;

type MetadataSource = (request: MetadataRequest) => Awaitable<Metadata | undefined>;

/**
 * Asks for the metadata of one attempt.
 * @returns the metadata; undefined for none
 * @throws VoxError the error of the application, if it is one: a `RejectedError` ends the attempts of `reconnect`
 * @throws SessionError `Io` for any other error of the application: another attempt may succeed
 */
export async function askMetadata(
  source: MetadataSource,
  signal: AbortSignal,
): Promise<Metadata | undefined> {
  // The attempt may be over before this code is loaded.
  signal.throwIfAborted();
  try {
    const metadata = await source({ signal });
    if (metadata !== undefined && !(metadata instanceof Metadata))
      throw new TypeError("the function gave no Metadata");
    return metadata;
  } catch (cause) {
    if (isVoxError(cause)) throw cause;
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new SessionError("Io", `io error: the option metadata has failed: ${text}`, { cause });
  }
}
