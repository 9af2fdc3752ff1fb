/** From what a reader throws to the error that applications see, where the layout of the bytes is not known. */
import type { Reader } from "../bytes/reader.js";
import { CodecError } from "../errors.js";
import { DecodeFault } from "../postcard/faults.js";
import { describeThrown } from "./describe-thrown.js";

/**
 * The error for bytes that could not be read, which lie as the peer's type says: it has no path. Never throws.
 * @param fault what the reader threw
 * @param r the reader, where it stopped
 */
export function unlocatedDecodeError(fault: unknown, r: Reader): CodecError {
  if (fault instanceof CodecError) return fault;
  if (fault instanceof DecodeFault)
    return new CodecError("DecodeFailed", fault.reason, { path: "", offset: fault.offset });
  const offset = r.position - r.start;
  return new CodecError("DecodeFailed", describeThrown(fault), { path: "", offset }, { cause: fault });
}
