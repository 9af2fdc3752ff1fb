/** From what a writer or reader throws to the error that applications see, without the place in the value. */
import type { Reader } from "../bytes/reader.js";
import { CodecError } from "../errors.js";
import { shown } from "../options/checks.js";
import { DecodeFault, EncodeFault } from "../postcard/faults.js";

/**
 * The error for bytes that could not be read: it has no path, but for the label. Never throws.
 * @param fault what the reader threw
 * @param r the reader, where it stopped
 * @param label the path, such as `item`
 */
export function unlocatedDecodeError(fault: unknown, r: Reader, label = ""): CodecError {
  if (fault instanceof CodecError) return fault;
  if (fault instanceof DecodeFault)
    return new CodecError("DecodeFailed", fault.reason, { path: label, offset: fault.offset });
  const offset = r.position - r.start;
  return new CodecError("DecodeFailed", messageOf(fault), { path: label, offset }, { cause: fault });
}

/**
 * The error for a value that could not be written. Never throws.
 * @param fault what the writer threw
 * @param label the path, such as `item`
 */
export function unlocatedEncodeError(fault: unknown, label: string): CodecError {
  if (fault instanceof CodecError) return fault;
  const reason = fault instanceof EncodeFault ? fault.reason : messageOf(fault);
  return new CodecError("EncodeFailed", reason, { path: label }, { cause: fault });
}

function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : shown(thrown);
  } catch {
    return "unknown error";
  }
}
