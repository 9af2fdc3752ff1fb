/** What a call was given, for calls that do not leave at once: the application may use its own again. */
import { copyOf } from "../shape/copy-of.js";
import { Metadata } from "../wire/metadata.js";
import type { CallOptions } from "./caller.js";

/** Arguments that nothing outside changes any more; halves of channels stay the same. */
export function givenArguments<A extends readonly unknown[]>(args: A): A {
  return copyOf(args);
}

/** The same of options. */
export function givenOptions<O extends CallOptions | undefined>(options: O): O {
  if (options === undefined) return options;
  const { metadata } = options;
  return { ...options, metadata: metadata === undefined ? undefined : givenMetadata(metadata) };
}

/** A list of the same entries that shares nothing with the given one. */
export function givenMetadata(metadata: Metadata): Metadata {
  return new Metadata(Array.from(metadata, copyOf));
}
