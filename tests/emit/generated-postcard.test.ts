/** fixtures/golden/postcard.json against generated codecs: every vector both ways, every malformed input. */
import { CodecError } from "@voxrpc/runtime";
import { describe, expect, it } from "vitest";
import type { AliasDeclaration, Model } from "../../packages/codegen/src/model/model.js";
import { compileGolden } from "../support/compile-golden.js";
import { codecOf, loadModel } from "../support/generated.js";
import { fromGolden, fromHex, type Json, toHex } from "../support/golden-values.js";
import { interpretedCodec } from "../support/interpreted-codec.js";
import { checkGolden, type GoldenOutcome, readGolden } from "../support/report.js";

interface Vector {
  readonly name: string;
  readonly type: string | null;
  readonly value: Json;
  readonly bytes: string;
}

interface Malformed {
  readonly name: string;
  readonly type: string;
  readonly bytes: string;
}

const golden = readGolden<{ declarations: string[]; vectors: Vector[]; errors: Malformed[] }>(
  "postcard.json",
);

/** A tuple struct is on the wire what the tuple is. */
const typeText = (text: string | null): string => text ?? "(u32,)";

const texts = [
  ...new Set([...golden.vectors.map(({ type }) => typeText(type)), ...golden.errors.map(({ type }) => type)]),
];
/** Types of the reference that the language does not have: JavaScript compares these keys by identity. */
const inexpressible: Readonly<Record<string, string>> = {
  "map<(u8, u8), u8>": "VOX3008: no tuples as keys",
  "set<(u8, bool)>": "VOX3008: no tuples in sets",
  "set<u8?>": "VOX3008: no options in sets",
};
const name = (text: string | null): string => `Golden${texts.indexOf(typeText(text))}`;

const aliases = texts
  .filter((text) => inexpressible[text] === undefined)
  .map((text) => `type ${name(text)} = ${text}`);
const model: Model = compileGolden([...golden.declarations, ...aliases].join("\n"));
const generated = loadModel(model);

function declared(text: string | null): AliasDeclaration {
  const found = model.files[0]?.types.find((type) => type.name === name(text));
  if (found?.kind !== "alias") throw new Error(`${text} was not declared`);
  return found;
}

describe("postcard.json in generated code", () => {
  it("encodes and decodes every vector", (context) => {
    checkGolden(context, "postcard.json vectors, generated code", golden.vectors, (v) => v.name, checkVector);
  });

  it("answers every malformed input as the interpreted codec, which is held against the record", (context) => {
    checkGolden(
      context,
      "postcard.json errors, generated code",
      golden.errors,
      (v) => v.name,
      checkMalformed,
    );
  });
});

function checkVector(vector: Vector): GoldenOutcome {
  const reason = inexpressible[typeText(vector.type)];
  if (reason !== undefined) return { excepted: reason };
  const codec = codecOf(generated, name(vector.type));
  const value = fromGolden(declared(vector.type).type, vector.value);
  const encoded = toHex(codec.encode(value));
  if (encoded !== vector.bytes) return { differs: `encoded as ${encoded}, recorded ${vector.bytes}` };
  const decoded = codec.decode(fromHex(vector.bytes), { strict: true });
  expect(decoded).toStrictEqual(value);
  return "equal";
}

function checkMalformed(input: Malformed): GoldenOutcome {
  const reason = inexpressible[input.type];
  if (reason !== undefined) return { excepted: reason };
  const bytes = fromHex(input.bytes);
  const expected = outcome(() => interpretedCodec(declared(input.type).type).decode(bytes));
  const actual = outcome(() => codecOf(generated, name(input.type)).decode(bytes));
  expect(actual).toStrictEqual(expected);
  return "equal";
}

function outcome(decode: () => unknown): Record<string, unknown> {
  try {
    return { value: decode() };
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    const { code, reason, offset } = error;
    return { code, reason, offset };
  }
}
