/**
 * The code that finds where in a value encoding has failed. It is a chunk of its own, which is loaded when the first
 * call fails to encode, unless the application has it from the start.
 */

import type { ItemExplanations } from "../channel/item-faults.js";
import { CodecError } from "../errors.js";
import type * as CodecErrors from "../shape/codec-error.js";
import type { Shape } from "../shape/shape.js";
import { unlocatedDecodeError, unlocatedEncodeError } from "../shape/unlocated.js";
import type { AnyMethod } from "./outgoing-request.js";

/** Makes the errors for values that could not be written or read. */
export type Explanations = Pick<typeof CodecErrors, "encodeError" | "decodeError">;

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
    return unlocatedEncodeError(fault, label);
  }
}

/** The error for arguments that could not be written; a promise when the code that finds the place must be loaded. */
export function explained(
  fault: unknown,
  { service, name, args }: AnyMethod,
  values: readonly unknown[],
  bundled: Explanations | undefined,
): CodecError | Promise<CodecError> {
  return encodeErrorOf(bundled)(fault, args.shape, values, `${service}.${name}`);
}

/** As {@link explained}, at once: the error has no place in the arguments. */
export function unexplained(fault: unknown, { service, name }: AnyMethod): CodecError {
  return unlocatedEncodeError(fault, `${service}.${name}`);
}

/**
 * Makes the error for a value that could not be written; a promise when the code that finds the place must be loaded.
 */
export function encodeErrorOf(bundled: Explanations | undefined): ItemExplanations["encode"] {
  if (bundled !== undefined) return bundled.encodeError;
  return (fault, ...rest) => (fault instanceof CodecError ? fault : explainLater(fault, ...rest));
}

/** Passes an error on, as soon as it names the place. */
export function whenLocated(error: CodecError | Promise<CodecError>, to: (error: CodecError) => void): void {
  if (error instanceof CodecError) to(error);
  else void error.then(to);
}

/**
 * The errors for items of channels. A small client names the byte of what it cannot read, but no place in the value.
 */
export function itemExplanations(bundled: Explanations | undefined): ItemExplanations {
  return {
    encode: encodeErrorOf(bundled),
    decode:
      bundled?.decodeError ?? ((fault, reader, _shape, label) => unlocatedDecodeError(fault, reader, label)),
  };
}
