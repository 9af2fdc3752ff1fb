/** Copies of a call's arguments and options, for calls that are not sent at once: the application may reuse its own. */
import { copyOf } from "../shape/copy-of.js";
import { Metadata } from "../wire/metadata.js";
import type { CallOptions } from "./caller.js";

/** A copy of the arguments, so that the application cannot change them; halves of channels stay the same. */
export function givenArguments<A extends readonly unknown[]>(args: A): A {
  return copyOf(args);
}

/** A copy of the options. */
export function givenOptions<O extends CallOptions | undefined>(options: O): O {
  if (options === undefined) return options;
  const { metadata } = options;
  return { ...options, metadata: metadata === undefined ? undefined : givenMetadata(metadata) };
}

/** A list of the same entries that shares nothing with the given one. */
export function givenMetadata(metadata: Metadata): Metadata {
  return new Metadata(Array.from(metadata, copyOf));
}
