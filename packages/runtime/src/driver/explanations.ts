/**
 * The code that finds where in a value encoding has failed. It is a chunk of its own, which is loaded when the first
 * call fails to encode, unless the application has it from the start.
 */

import { CodecError } from "../errors.js";
import { EncodeFault } from "../postcard/faults.js";
import type * as Explanations from "../shape/codec-error.js";
import { describeThrown } from "../shape/describe-thrown.js";
import type { Shape } from "../shape/shape.js";
import type { AnyMethod } from "./outgoing-request.js";

/** Makes the error for a value that could not be written. */
export type ExplainEncode = typeof Explanations.encodeError;

/** The error for a value that could not be written. It has no place in the value when the code cannot be loaded. */
async function explainLater(
  fault: unknown,
  shape: Shape,
  value: unknown,
  label: string,
): Promise<CodecError> {
  try {
    const { explainEncode } = await import("./on-demand.js");
    return explainEncode(fault, shape, value, label);
  } catch {
    const reason = fault instanceof EncodeFault ? fault.reason : describeThrown(fault);
    return new CodecError("EncodeFailed", reason, { path: label }, { cause: fault });
  }
}

/** The error for arguments that could not be written; a promise when the code that finds the place must be loaded. */
export function explained(
  fault: unknown,
  { service, name, args }: AnyMethod,
  values: readonly unknown[],
  explain: ExplainEncode | undefined,
): CodecError | Promise<CodecError> {
  if (fault instanceof CodecError) return fault;
  return (explain ?? explainLater)(fault, args.shape, values, `${service}.${name}`);
}
