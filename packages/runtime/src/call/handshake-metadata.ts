/** Metadata that an initiator sends with its handshakes: given once, or asked for each time, because tokens expire. */

import { type Clock, systemClock, type TimerHandle } from "../clock.js";
import { cancelledBefore, isVoxError, SessionError } from "../errors.js";
import { Metadata } from "../wire/metadata.js";
import { type Awaitable, isPromise } from "./result.js";

/** The attempt for which metadata is wanted. */
export interface MetadataRequest {
  /** Aborted when the attempt is over: its time, or the `signal` of the options. */
  readonly signal: AbortSignal;
}

/** Metadata, or a function that returns it for each attempt to connect. */
export type HandshakeMetadata = Metadata | ((request: MetadataRequest) => Awaitable<Metadata | undefined>);

/** The bounds of the wait. */
interface Attempt {
  readonly timeoutMs: number;
  readonly clock: Clock | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Asks for the metadata of one attempt.
 * @returns the metadata; undefined for none
 * @throws VoxError the error of the application, if it is one: a `RejectedError` ends the attempts of `reconnect`
 * @throws SessionError `Io` for any other error of the application, `ConnectTimeout` when it takes too long: another
 * attempt may succeed
 * @throws VoxError `Cancelled` when the signal is aborted
 */
export async function askMetadata(
  source: HandshakeMetadata | undefined,
  { timeoutMs, clock = systemClock, signal }: Attempt,
): Promise<Metadata | undefined> {
  if (typeof source !== "function") return source;
  const controller = new AbortController();
  let timer: TimerHandle | undefined;
  let onAbort: (() => void) | undefined;
  const given = new Promise<never>((_resolve, reject) => {
    timer = clock.setTimer(timeoutMs, () =>
      reject(
        new SessionError(
          "ConnectTimeout",
          `connect timeout: the option metadata has given nothing within ${timeoutMs} ms`,
        ),
      ),
    );
    onAbort = () => reject(cancelledBefore("the session was established", signal?.reason));
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted === true) onAbort();
  });
  try {
    const asked = source({ signal: controller.signal });
    const metadata = isPromise(asked) ? await Promise.race([Promise.resolve(asked), given]) : asked;
    if (metadata !== undefined && !(metadata instanceof Metadata))
      throw new TypeError("the function gave no Metadata");
    return metadata;
  } catch (cause) {
    if (isVoxError(cause)) throw cause;
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new SessionError("Io", `io error: the option metadata has failed: ${text}`, { cause });
  } finally {
    given.catch(() => {});
    if (timer !== undefined) clock.clearTimer(timer);
    if (onAbort !== undefined) signal?.removeEventListener("abort", onAbort);
    controller.abort();
  }
}
