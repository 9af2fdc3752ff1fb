/** The meaning of a WebSocket's end for a link. Source: RFC 6455 §7.4.1, `protocol/wire.md` §2. */
import { SessionError } from "../errors.js";

/** Bytes of a peer's reason that an error text shows; the standard allows 123. */
const longestReason = 123;

/** Sentences by close code, for ends that are failures. */
const sentences: ReadonlyMap<number, readonly [code: "Io" | "Protocol", text: string]> =
  /*@__PURE__*/ new Map([
    [1006, ["Io", "the connection was cut"]],
    [1002, ["Protocol", "the peer found a WebSocket protocol error"]],
    [1003, ["Protocol", "the peer does not accept this kind of message; is it a Vox server?"]],
    [1007, ["Protocol", "the peer found a message that does not fit its type"]],
    [1008, ["Protocol", "the peer refused the connection by its policy"]],
    [1009, ["Protocol", "a message was larger than the peer's limit"]],
    [1011, ["Io", "the peer failed"]],
    [1012, ["Io", "the peer restarts"]],
    [1013, ["Io", "the peer is overloaded"]],
    [1014, ["Io", "a gateway got no answer from the server behind it"]],
    [1015, ["Io", "the TLS handshake failed"]],
    [3003, ["Protocol", "the peer refused a message"]],
  ]);

/**
 * The error for an end with this code. 1000, 1001 and 1005 are clean ends: the peer has closed gracefully. 1006 is
 * an end without a close message: the connection was lost.
 * @param place where the link leads, like `ws://127.0.0.1:4000`
 */
export function closeError(code: number, reason: string, place: string): SessionError | undefined {
  const found = sentences.get(code);
  if (found === undefined) return undefined;
  const [kind, text] = found;
  const said = reason === "" ? "" : `: ${JSON.stringify(reason.slice(0, longestReason))}`;
  const family = kind === "Io" ? "io error" : "protocol error";
  return new SessionError(kind, `${family}: the WebSocket of ${place} has ended: ${text} (${code})${said}`);
}

/** The error for a text message, with the reference's text. */
export function noTextMessages(): SessionError {
  return new SessionError("Protocol", "protocol error: text frames not allowed on vox websocket link");
}
