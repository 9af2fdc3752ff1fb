/** How channels end. Source: `protocol/calls.md` §5.3. */
import type { CloseReason } from "../call/session-handle.js";
import { CallError, ChannelError, DeclaredError } from "../errors.js";
import type { ChannelEnding } from "./watch.js";

/** UTF-16 units of a reason that is sent to the peer. */
const longestReason = 512;

/** The end of a channel: graceful when `error` is undefined. */
export interface ChannelEnd {
  readonly error: ChannelError | undefined;
}

/** The end of a channel as an observer gets it. @param ordinary the side that has closed when there is no error */
export function endingOf({ error }: ChannelEnd, ordinary: "Local" | "Remote"): ChannelEnding {
  if (error === undefined) return { kind: "closed", reason: ordinary };
  if (error.code === "ConnectionClosed") return { kind: "closed", reason: "ConnectionClosed" };
  if (error.code === "ChannelClosed") return { kind: "reset", reason: "Local" };
  return { kind: "reset", reason: error.code === "ChannelReset" ? "Remote" : "Protocol" };
}

/** The sender has closed the channel. */
export const endOfItems: ChannelEnd = { error: undefined };

/** The other end has given up. @param reason the one that it sent */
export function resetByPeer(reason?: string): ChannelEnd {
  const said = reason === undefined ? "" : `: ${reason.slice(0, longestReason)}`;
  return { error: new ChannelError("ChannelReset", `channel reset by peer${said}`) };
}

/** An item that the receiver cannot read. */
export function itemUnreadable(what: string, cause: Error): ChannelError {
  return new ChannelError("ItemUnreadable", `${what}: ${cause.message}`, { cause });
}

/** The reason that a Reset carries. The application's own reasons are not sent. */
export function reasonOf({ code, message }: ChannelError): string | undefined {
  if (code !== "ItemUnreadable") return undefined;
  // A name that was cut may end inside a character, which cannot be sent.
  return message.slice(0, longestReason).replace(/[\ud800-\udfff]/gu, "\ufffd");
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

/** This end was closed. */
export function closedHere(): ChannelError {
  return new ChannelError("ChannelClosed", "channel closed");
}

/** The application has given up its own stream. @param reason as it was given to `abort` */
export function abortedHere(reason: unknown): ChannelError {
  return new ChannelError("ChannelClosed", "channel aborted", { cause: reason });
}

/** This side has ended the call of the channel: it was cancelled, or its handler has answered. */
export function callOverHere(text: string, cause?: unknown): ChannelError {
  return new ChannelError("ChannelClosed", `channel closed: ${text}`, { cause });
}

/** The other side has ended the call of the channel before the channel had ended. */
export function callOverThere(text: string, cause?: unknown): ChannelError {
  return new ChannelError("ChannelReset", `channel reset: ${text}`, { cause });
}

/** Whether a sender may take it for an ordinary end: the receiver has left, or the call gives its caller the error. */
export function hasReceiverLeft({ code, cause }: ChannelError): boolean {
  return code === "ChannelReset" || cause instanceof CallError || cause instanceof DeclaredError;
}

/** Whether the other side has left, or the connection has ended, so that this side did nothing wrong. */
export function isLeaving({ code }: ChannelError): boolean {
  return code === "ChannelReset" || code === "ConnectionClosed";
}

/** The error for a handle that no call binds: it was not made by `channel()`. */
export function notBound(): ChannelError {
  return new ChannelError("ChannelUnbound", "channel is not bound");
}
