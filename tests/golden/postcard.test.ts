/** fixtures/golden/postcard.json through the primitives of the runtime. Generated code has a test of its own. */

import * as native from "@voxrpc/runtime/gen/v1";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { fromGolden, fromHex, type Json, toGolden, toHex } from "../support/golden-values.js";
import { interpretedCodec } from "../support/interpreted-codec.js";
import { checkGolden, type GoldenOutcome, readGolden } from "../support/report.js";
import { GoldenTypes } from "./golden-types.js";

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
  readonly error?: string;
  readonly ok?: Json;
  readonly panic?: string;
  readonly undefined?: string;
}

const golden = readGolden<{ declarations: string[]; vectors: Vector[]; errors: Malformed[] }>(
  "postcard.json",
);
const types = new GoldenTypes(golden.declarations);

/** Inputs that the reference accepts with a wrong value, and what is chosen instead. Source: protocol/postcard.md. */
const refused: Readonly<Record<string, string>> = {
  u16_too_big: "§1 value larger than the target: rejected, not truncated",
  u16_65536: "§1 value larger than the target: rejected, not truncated",
  u32_too_big: "§1 value larger than the target: rejected, not truncated",
  u32_2pow32: "§1 value larger than the target: rejected, not truncated",
  i16_too_big: "§1 value larger than the target: rejected, not truncated",
  i16_32768: "§1 value larger than the target: rejected, not truncated",
  i32_too_big: "§1 value larger than the target: rejected, not truncated",
  u64_bits_above_63: "§1 tenth byte with bits above bit 63: rejected, not dropped",
  u64_10th_byte_02: "§1 tenth byte with bits above bit 63: rejected, not dropped",
  i64_bits_above: "§1 tenth byte with bits above bit 63: rejected, not dropped",
  u128_bits_above: "§1 19th byte with bits above bit 127: rejected, not dropped",
  char_two_scalars: "§5 char text with two scalars: rejected, the first is not taken",
};

describe.each(["with Buffer", "without Buffer"])("postcard.json %s", (platform) => {
  let abi: typeof native = native;

  beforeAll(async () => {
    if (platform === "with Buffer") return;
    vi.stubGlobal("Buffer", undefined);
    vi.resetModules();
    abi = await import("@voxrpc/runtime/gen/v1");
    expect(abi.writeString).not.toBe(native.writeString);
  });

  afterAll(() => {
    vi.unstubAllGlobals();
  });

  it("encodes and decodes every vector", (context) => {
    const list =
      platform === "with Buffer" ? "postcard.json vectors" : "postcard.json vectors, without Buffer";
    checkGolden(
      context,
      list,
      golden.vectors,
      (v) => v.name,
      (v) => checkVector(v, abi),
    );
  });

  it("refuses or accepts every malformed input as chosen", (context) => {
    const list = platform === "with Buffer" ? "postcard.json errors" : "postcard.json errors, without Buffer";
    checkGolden(
      context,
      list,
      golden.errors,
      (v) => v.name,
      (v) => checkMalformed(v, abi),
    );
  });
});

function checkVector(vector: Vector, abi: typeof native): GoldenOutcome {
  // A tuple struct is a struct whose fields are named by position: on the wire it is the tuple.
  const type = types.type(vector.type ?? "(u32,)");
  const codec = interpretedCodec(type, abi);
  const value = fromGolden(type, vector.value);
  const encoded = toHex(codec.encode(value));
  if (encoded !== vector.bytes) return { differs: `encoded as ${encoded}, recorded ${vector.bytes}` };
  const decoded = codec.decode(fromHex(vector.bytes), { strict: true });
  expect(decoded).toStrictEqual(value);
  const again = toHex(codec.encode(decoded));
  return again === vector.bytes ? "equal" : { differs: `decoded and encoded again as ${again}` };
}

function checkMalformed(input: Malformed, abi: typeof native): GoldenOutcome {
  const type = types.type(input.type);
  const outcome = decodeOutcome(interpretedCodec(type, abi), fromHex(input.bytes), abi);
  if ("value" in outcome) {
    if (input.ok === undefined) return { differs: `accepted as ${String(outcome.value)}` };
    if (input.name.startsWith("unit"))
      return outcome.value === undefined ? "equal" : { differs: "not undefined" };
    return sameValue(toGolden(type, outcome.value), input.ok);
  }
  if (input.undefined !== undefined) return "equal";
  if (input.panic !== undefined) {
    return outcome.text === "unexpected EOF at byte 10" ? "equal" : { differs: outcome.text };
  }
  const reason = refused[input.name];
  if (reason !== undefined && input.ok !== undefined) return { excepted: reason };
  if (input.error === undefined) return { differs: `refused: ${outcome.text}` };
  const [text] = input.error.includes(" at byte ") ? [outcome.text] : [outcome.reason];
  return text === input.error ? "equal" : { differs: `${text}, recorded ${input.error}` };
}

type Outcome = { readonly value: unknown } | { readonly text: string; readonly reason: string };

function decodeOutcome(codec: native.Codec<unknown>, bytes: Uint8Array, abi: typeof native): Outcome {
  try {
    return { value: codec.decode(bytes) };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "CodecError" || abi === undefined) throw error;
    const { reason, offset } = error as Error & { reason: string; offset: number | undefined };
    return { text: `${reason} at byte ${offset}`, reason };
  }
}

/** Sets and maps are recorded sorted where the input is not. */
function sameValue(actual: Json, expected: Json): GoldenOutcome {
  const sorted = (value: Json): string =>
    JSON.stringify(Array.isArray(value) ? value.map((item) => JSON.stringify(item)).sort() : value);
  return sorted(actual) === sorted(expected)
    ? "equal"
    : { differs: `${JSON.stringify(actual)}, recorded ${JSON.stringify(expected)}` };
}
