/** Properties of generated codecs, on every type of `schemas/everything.vox` and on random ones. */
import { readFileSync } from "node:fs";
import { CodecError } from "@voxrpc/runtime";
import type { Codec } from "@voxrpc/runtime/gen/v1";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Model, Type, TypeDeclaration } from "../../packages/codegen/src/model/model.js";
import { valuesOf } from "../support/arbitrary.js";
import { codecOf, loadModel, modelOf } from "../support/generated.js";
import { toHex } from "../support/golden-values.js";
import { interpretedCodec } from "../support/interpreted-codec.js";
import { randomSchema } from "../support/random-types.js";

const everything = readFileSync(new URL("../../schemas/everything.vox", import.meta.url), "utf8");

interface Subject {
  readonly name: string;
  readonly type: Type;
  readonly isAlias: boolean;
  readonly codec: Codec<unknown>;
}

function subjectsOf(model: Model): readonly Subject[] {
  const exports = loadModel(model);
  const declarations = model.files.flatMap((file) => file.types);
  return declarations
    .filter((declaration) => declaration.parameters.length === 0)
    .map((declaration) => ({
      name: declaration.name,
      type: typeOf(declaration),
      isAlias: declaration.kind === "alias",
      codec: codecOf(exports, declaration.name),
    }));
}

function typeOf(declaration: TypeDeclaration): Type {
  return declaration.kind === "alias" ? declaration.type : { kind: "named", declaration, args: [] };
}

const sources: readonly (readonly [string, string, number])[] = [
  ["schemas/everything.vox", everything, 40],
  ["random types", randomSchema(90, 20_811), 15],
];

describe.each(sources)("generated codecs of %s", (_name, text, numRuns) => {
  const subjects = subjectsOf(modelOf({ "/test.vox": text }));

  it("write the bytes of the interpreted codec and read what they wrote", () => {
    for (const { name, type, codec } of subjects) {
      const reference = interpretedCodec(type);
      fc.assert(
        fc.property(valuesOf(type), (value) => {
          const bytes = codec.encode(value);
          expect(toHex(bytes), name).toBe(toHex(reference.encode(value)));
          expect(codec.decode(bytes, { strict: true }), name).toStrictEqual(value);
        }),
        { numRuns },
      );
    }
  });

  it("refuse every proper prefix with a CodecError", () => {
    for (const { name, type, codec } of subjects) {
      fc.assert(
        fc.property(valuesOf(type), (value) => {
          const bytes = codec.encode(value);
          for (let length = 0; length < bytes.length; length += 1 + (bytes.length >> 6)) {
            expect(attempt(codec, bytes.subarray(0, length)), name).toMatchObject({
              reason: "unexpected EOF",
            });
          }
        }),
        { numRuns: Math.ceil(numRuns / 3) },
      );
    }
  });

  it("decode mutated bytes as the interpreted codec does, or fail at the same place", () => {
    for (const { name, type, isAlias, codec } of subjects) {
      const reference = interpretedCodec(type);
      fc.assert(
        fc.property(valuesOf(type), fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, change) => {
          const bytes = codec.encode(value).slice();
          if (bytes.length === 0) return;
          const place = at % bytes.length;
          bytes[place] = (bytes[place] ?? 0) ^ change;
          const expected = attempt(reference, bytes);
          // A codec of an alias begins its paths with the name of the alias; the interpreted one knows none.
          if (isAlias && "path" in expected) expected["path"] = expect.stringContaining(name);
          expect(attempt(codec, bytes), name).toStrictEqual(expected);
        }),
        { numRuns },
      );
    }
  });
});

function attempt(codec: Codec<unknown>, bytes: Uint8Array): Record<string, unknown> {
  try {
    return { value: codec.decode(bytes) };
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    const { code, reason, offset, path } = error;
    return { code, reason, offset, path };
  }
}
