/** Generated codecs: what they read they write, and read again as the same. */
import type { Codec } from "@voxrpc/runtime/gen/v1";
import * as everything from "../../interop/gen/everything.vox.js";
import { mutateBytes } from "../../support/mutate.js";
import { attempt, bytesOf, expectSame, fixture, type Target } from "../target.js";

const codecs: readonly Codec<unknown>[] = Object.entries(everything)
  .filter(([name]) => name.endsWith("Codec"))
  .map(([, codec]) => codec as Codec<unknown>)
  .filter(({ decode }) => typeof decode === "function");

/** The first byte of an input chooses the codec. */
export function decoders(): Target {
  const values = [new Uint8Array(64), ...bytesOf(fixture("golden/postcard.json"))];
  return {
    corpus: [
      ...codecs.map((_, at) => Uint8Array.of(at, ...new Uint8Array(64))),
      ...values.map((bytes, at) => Buffer.concat([Uint8Array.of(at % codecs.length), bytes])),
    ],
    mutate: mutateBytes,
    isQuick: true,
    check(input) {
      const codec = codecs[(input[0] ?? 0) % codecs.length] as Codec<unknown>;
      const value = attempt(() => codec.decode(input.subarray(1)));
      if (value === undefined) return;
      const bytes = codec.encode(value).slice();
      const again = codec.encode(codec.decode(bytes, { strict: true }));
      expectSame("a value written, read and written", bytes, again);
    },
  };
}
