/** Code that a small client loads on demand, and that all others have from the start. */
import { askMetadata } from "../call/handshake-metadata.js";
import { type AnswerReader, answerReader } from "../handshake/answer-reader.js";
import { decodeError, encodeError } from "../shape/codec-error.js";
import { type Decisions, decisions } from "./decisions.js";
import type { Explanations } from "./explanations.js";

/** Code that need not be loaded. */
export interface BundledCode {
  /** Says where in a value encoding or decoding has failed. */
  readonly explain: Explanations;
  /** Compares the types of this side with those of a peer. */
  readonly decisions: Decisions;
  /** Reads the answers of a peer that are not the usual ones. */
  readonly answerReader: AnswerReader;
  /** Asks the application for the metadata of a handshake. */
  readonly askMetadata: typeof askMetadata;
}

/** All of this code: for everything but small clients, like all of `@voxrpc/runtime/node`. */
export const allBundled: BundledCode = {
  explain: { encodeError, decodeError },
  decisions,
  answerReader,
  askMetadata,
};
