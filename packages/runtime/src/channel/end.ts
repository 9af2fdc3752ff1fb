/** How channels end. Source: `protocol/calls.md` §5.3. */
import type { CloseReason } from "../call/session-handle.js";
import { ChannelError } from "../errors.js";
import type { ChannelEnding } from "./watch.js";

/** Nothing more comes or goes: in good order when `error` is undefined. */
export interface ChannelEnd {
  readonly error: ChannelError | undefined;
}

/** What an observer is told of an end that came from outside. @param ordinary who has closed when there is no error */
export function endingOf({ error }: ChannelEnd, ordinary: "Local" | "Remote"): ChannelEnding {
  if (error === undefined) return { kind: "closed", reason: ordinary };
  if (error.code === "ConnectionClosed") return { kind: "closed", reason: "ConnectionClosed" };
  return { kind: "reset", reason: error.code === "ChannelReset" ? "Remote" : "Protocol" };
}

/** The sender has closed the channel. */
export const endOfItems: ChannelEnd = { error: undefined };

/** The other end has given up. */
export function resetByPeer(): ChannelEnd {
  return { error: new ChannelError("ChannelReset", "channel reset by peer") };
}

/** The connection has ended below the channel. */
export function connectionEnded(reason: CloseReason, cause: unknown): ChannelEnd {
  const text = `connection closed while receiving channel: ${reason}`;
  return { error: new ChannelError("ConnectionClosed", text, { cause, retryable: true }) };
}

/** The link below the channel is lost; its session may go on over another. */
export function linkLost(cause: unknown): ChannelEnd {
  const text = "the session has lost its link, and channels do not survive that";
  return { error: new ChannelError("ConnectionClosed", text, { cause, retryable: true }) };
}

/** This end was closed, cancelled, or given to a call that ended. */
export function closedHere(): ChannelError {
  return new ChannelError("ChannelClosed", "channel closed");
}

/** A handle that no call binds: one that was not made by `channel()`. */
export function notBound(): ChannelError {
  return new ChannelError("ChannelUnbound", "channel is not bound");
}
