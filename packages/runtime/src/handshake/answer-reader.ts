/**
 * Reads what an acceptor answers in any form, and says what is wrong with it. A small client loads this code when an
 * answer is not the usual one: a refusal, a peer of another kind, or the same greeting in other words.
 */
import type { Limits } from "../limits.js";
import { messageSchemas } from "../wire/message-schemas.js";
import { rejectedByPeer, undecodable } from "./failed-reading.js";
import { type Answer, failed, type HandshakeStep, violated } from "./handshake-core.js";
import type { HandshakeMessage } from "./handshake-messages.js";
import { compareMessageSchemas } from "./message-type.js";
import { checkPrologueAnswer } from "./prologue-faults.js";
import { decodeHandshakeMessage } from "./read-messages.js";

/** Reads the two answers of an acceptor. */
export interface AnswerReader {
  /** The schemas of `Message` as CBOR. A side that has no reader yet lists none. */
  messageSchemas(): Uint8Array;
  /** The answer to the prologue. @param goOn called when it accepts */
  readPrologue(frame: Uint8Array, goOn: () => HandshakeStep): HandshakeStep;
  /** The answer to the greeting. @param goOn called when it is one */
  readGreeting(frame: Uint8Array, limits: Limits, goOn: (answer: Answer) => HandshakeStep): HandshakeStep;
}

export const answerReader: AnswerReader = {
  messageSchemas,

  readPrologue(frame, goOn) {
    const fault = checkPrologueAnswer(frame);
    return fault === undefined ? goOn() : failed(fault);
  },

  readGreeting(frame, limits, goOn) {
    let message: HandshakeMessage;
    try {
      message = decodeHandshakeMessage(frame, limits);
    } catch (fault) {
      return undecodable(fault);
    }
    if (message.kind === "Sorry") return rejectedByPeer(message.reason);
    if (message.kind !== "HelloYourself") return violated("expected HelloYourself or Sorry");
    const { schemas } = message;
    return goOn({ ...message, schemaCount: schemas.length, mismatch: compareMessageSchemas(schemas) });
  },
};
