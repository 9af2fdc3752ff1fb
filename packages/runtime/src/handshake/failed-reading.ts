/** Ends of the handshake that follow from reading a whole message: a refusal of the peer, or no message at all. */
import { failed, failedBy, type HandshakeStep } from "./handshake-core.js";
import { textOfFault } from "./read-messages.js";
import { refusalOf } from "./refusals.js";

/** Ends the handshake because the peer has refused the session. */
export function rejectedByPeer(reason: string): HandshakeStep {
  return failedBy(refusalOf(reason));
}

/** Ends the handshake because of a frame that is no handshake message. */
export function undecodable(fault: unknown): HandshakeStep {
  return failed(`handshake decode error: ${textOfFault(fault)}`, [], "Protocol", fault);
}
