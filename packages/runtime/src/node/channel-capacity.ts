/** The check of a channel's capacity that comes before any input or output. Source: `protocol/calls.md` §8.2, §8.3. */
import { SessionError } from "../errors.js";

/** @throws SessionError `Protocol` for channels that could carry nothing */
export function checkChannelCapacity(options: { readonly initialChannelCredit?: number | undefined }): void {
  if (options.initialChannelCredit === 0)
    throw new SessionError("Protocol", "protocol error: initialChannelCredit must be greater than zero");
}
