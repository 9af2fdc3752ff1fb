/**
 * What `explanations.ts` loads when it needs it. A module of its own, because clients with streams have the module
 * behind it from the start, and bundlers warn of a dynamic import that makes no chunk.
 */
import { encodeError } from "../shape/codec-error.js";

/** The error for a value that could not be written. It is code of its own: a chunk that only exports has no source map. */
export const explainEncode: typeof encodeError = (fault, shape, value, label) =>
  encodeError(fault, shape, value, label);
