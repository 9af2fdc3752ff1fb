/** From what primitives throw to the error that applications see. */
import type { Reader } from "../bytes/reader.js";
import { CodecError } from "../errors.js";
import { DecodeFault, EncodeFault, Misfit } from "../postcard/faults.js";
import { describeThrown } from "./describe-thrown.js";
import { explainDecode } from "./explain-decode.js";
import { explainEncode, misfitReason } from "./explain-encode.js";
import { labelled } from "./path.js";
import type { Shape } from "./shape.js";

/**
 * The error for a value that could not be written. Never throws.
 * @param fault what the writer threw: an EncodeFault, or what the value itself threw (kept as `cause`)
 * @param shape the value's shape: the value is walked a second time to find the place
 * @param label in front of the path, such as `Catalog.get args`
 */
export function encodeError(fault: unknown, shape: Shape, value: unknown, label = ""): CodecError {
  if (fault instanceof CodecError) return fault;
  const violation = explainEncode(shape, value);
  const path = labelled(label, violation?.path ?? "");
  const reason = violation?.reason ?? reasonOf(fault);
  const options = fault instanceof EncodeFault ? {} : { cause: fault };
  return new CodecError("EncodeFailed", reason, { path }, options);
}

/** Why a value was refused that has looked right when it was walked again. */
function reasonOf(fault: unknown): string {
  if (fault instanceof Misfit) return misfitReason(fault.type, fault.value);
  return fault instanceof EncodeFault ? fault.reason : describeThrown(fault);
}

/**
 * The error for bytes that could not be read. Never throws. Moves the reader.
 * @param fault what the reader threw
 * @param r the reader, as `reset` placed it for this payload: the payload is walked a second time to find the place
 * @param shape the value's shape
 * @param label in front of the path, such as `Catalog.get args`
 */
export function decodeError(fault: unknown, r: Reader, shape: Shape, label = ""): CodecError {
  if (fault instanceof CodecError) return fault;
  const stopped = r.position - r.start;
  r.reset(r.buffer, r.start, r.end);
  const located = explainDecode(shape, r);
  if (!(fault instanceof DecodeFault)) {
    const reason = located?.fault.reason ?? describeThrown(fault);
    const offset = located?.fault.offset ?? stopped;
    return new CodecError(
      "DecodeFailed",
      reason,
      { path: labelled(label, located?.path ?? ""), offset },
      { cause: fault },
    );
  }
  // Where the two readings disagree, the first one is what happened.
  const isSame = located !== undefined && located.fault.reason === fault.reason;
  const path = labelled(label, isSame ? located.path : "");
  return new CodecError("DecodeFailed", fault.reason, {
    path,
    offset: isSame ? located.fault.offset : fault.offset,
  });
}
