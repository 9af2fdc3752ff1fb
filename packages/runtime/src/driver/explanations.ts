/**
 * The code that says where in a value encoding has failed: a chunk of its own, which is loaded when the first call fails so,
 * unless the application has it at hand.
 */

import { CodecError } from "../errors.js";
import { EncodeFault } from "../postcard/faults.js";
import type * as Explanations from "../shape/codec-error.js";
import { describeThrown } from "../shape/describe-thrown.js";
import type { Shape } from "../shape/shape.js";
import type { AnyMethod } from "./outgoing-request.js";

/** Makes the error for a value that could not be written. */
export type ExplainEncode = typeof Explanations.encodeError;

/** The error for a value that could not be written, without its place where the code for that cannot be loaded. */
async function explainLater(
  fault: unknown,
  shape: Shape,
  value: unknown,
  label: string,
): Promise<CodecError> {
  try {
    const { encodeError } = await import("../shape/codec-error.js");
    return encodeError(fault, shape, value, label);
  } catch {
    const reason = fault instanceof EncodeFault ? fault.reason : describeThrown(fault);
    return new CodecError("EncodeFailed", reason, { path: label }, { cause: fault });
  }
}

/** The error for arguments that could not be written; later where the code for its place has to be loaded. */
export function explained(
  fault: unknown,
  { service, name, args }: AnyMethod,
  values: readonly unknown[],
  explain: ExplainEncode | undefined,
): CodecError | Promise<CodecError> {
  if (fault instanceof CodecError) return fault;
  return (explain ?? explainLater)(fault, args.shape, values, `${service}.${name}`);
}
