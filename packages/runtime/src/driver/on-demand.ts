/**
 * The code that a small client loads when it needs it: how unusual answers of a handshake and types of another version
 * are read, how a function for handshake metadata is called, and where in a value encoding has failed. One chunk: each
 * further one costs every client, which then starts with more chunks, too.
 */
import { encodeError } from "../shape/codec-error.js";

export { askMetadata } from "../call/handshake-metadata.js";
export { answerReader } from "../handshake/answer-reader.js";
export { decisions } from "./decisions.js";
export { translate } from "./translate.js";

/**
 * The error for a value that could not be written. A function of its own, because clients with streams have the other
 * from the start, and it would join the code that each client starts with.
 */
export const explainEncode: typeof encodeError = (fault, shape, value, label) =>
  encodeError(fault, shape, value, label);
