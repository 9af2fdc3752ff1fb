/**
 * Every case of plans.json: the same verdict, the same values, except where `protocol/schemas.md` §6 chooses otherwise.
 */
import { isDeepStrictEqual } from "node:util";
import { Reader } from "@voxrpc/runtime/gen/v1";
import {
  buildPlan,
  type PlanOutcome,
  problemText,
  ReceiveState,
  readSchemaPayload,
  type SchemaLookup,
  type SchemaPayload,
  type TypeRef,
} from "@voxrpc/runtime/internal/schema";
import { describe, test } from "vitest";
import type { Type } from "../../packages/codegen/src/model/model.js";
import { typeSchemas } from "../../packages/codegen/src/schema/index.js";
import { CodecError } from "../../packages/runtime/src/errors.js";
import { defaultLimits } from "../../packages/runtime/src/limits.js";
import { compilePlan } from "../../packages/runtime/src/plan/compile-plan.js";
import { DecodeFault } from "../../packages/runtime/src/postcard/faults.js";
import { compileGolden } from "../support/compile-golden.js";
import { fromHex, type Json, toGolden } from "../support/golden-values.js";
import { interpretedCodec } from "../support/interpreted-codec.js";
import { checkGolden, type GoldenOutcome, readGolden } from "../support/report.js";

interface Sample {
  readonly value: Json;
  readonly bytes: string;
  readonly read?: Json;
  readonly error?: string;
}

interface Case {
  readonly name: string;
  readonly writer_root_cbor: string;
  readonly reader_root_cbor: string;
  readonly reader_vox: string | null;
  readonly reader_root: string | null;
  readonly outcome: "ok" | "error";
  readonly error?: string;
  readonly samples: readonly Sample[];
}

interface SchemaSet {
  readonly name: string;
  readonly reader_vox?: string;
  readonly writer_root_cbor?: string;
  readonly bytes?: string;
  readonly read?: Json;
  readonly error?: string;
}

interface DecoderCache {
  readonly bytes: string;
  readonly reader_vox: string;
  readonly root: string;
  readonly "first peer writes Req { a, b }": Json;
  readonly "second peer writes Req { b, a }": Json;
  readonly "second peer alone, interpreter": Json;
}

interface Plans {
  readonly cases: readonly Case[];
  readonly schema_sets: readonly SchemaSet[];
  readonly decoder_cache: DecoderCache;
}

const plans = readGolden<Plans>("plans.json");

const lengths = "lengths of fixed arrays are compared (§6)";
const nested = "a type inside itself is no recursion: inner types are compared (§6)";
const variants = "fields of struct variants are treated as those of structs (§6)";
const recursion = "recursive types may change: the plan refers back to itself (§6)";
const skipped = "the skipped value is read as the writer wrote it (§3.1, postcard.md §4)";

const listOfBytes = "bytes with an argument are a list (§3.1)";

/** Cases with another verdict than recorded, and why. */
const otherVerdict: Readonly<Record<string, string>> = {
  array_3_to_4: lengths,
  array_4_to_3: lengths,
  array_last_3_to_4: lengths,
  array_last_4_to_3: lengths,
  nest_list_list_changed: nested,
  nest_result_result: nested,
  list_of_list_changed: nested,
  tuple_error_path: nested,
  variant_struct_field_added_required: variants,
  variant_struct_field_added_default: `${variants}; the language has no defaults there`,
  variant_struct_field_type_changed: variants,
  variant_struct_field_misread: variants,
  mix_reordered: listOfBytes,
  mix_bytes_added_before: listOfBytes,
  channel_element_changed: "the elements of channels are compared (§6)",
  rec_field_added_default: recursion,
  rec_reordered: recursion,
  rec_field_removed: recursion,
  rec_enum_variant_added: recursion,
  rec_mutual_changed: recursion,
  rec_node_payload_changed: recursion,
};

/** Cases with the same verdict whose samples are read right where the reference misreads them, and why. */
const otherValues: Readonly<Record<string, string>> = {
  nest_list_list_reordered: nested,
  nest_option_option_struct: nested,
  nest_map_map_struct: nested,
  nest_tuple_tuple_struct: nested,
  nest_generic_generic: nested,
  nest_list_option_list: nested,
  nest_struct_between: nested,
  list_list_struct_evolves: nested,
  variant_struct_nested_reordered: variants,
  variant_struct_nested_enum: variants,
  skip_list_after_bytes: skipped,
  skip_channel: skipped,
  mix_element_evolves: listOfBytes,
};

/** Cases that neither side can read, and why. */
const unreadable: Readonly<Record<string, string>> = {
  generic_two_instantiations_second_evolves: "G is described for A alone: nothing says how B lies (§3.1)",
};

/** Cases whose reader the language does not have. Their verdict is compared. */
const inexpressible: Readonly<Record<string, string>> = {
  map_key_struct_evolves: "structs are no keys of maps in the language",
  set_struct_evolves: "structs are no elements of sets in the language",
};

const limits = { ...defaultLimits, maxSchemaDepth: 128 };

function payloadOf(cborHex: string): SchemaPayload {
  return readSchemaPayload(fromHex(cborHex), limits);
}

function lookupIn({ schemas }: SchemaPayload): SchemaLookup {
  const byId = new Map(schemas.map((schema) => [schema.id, schema]));
  return (id) => byId.get(id);
}

function planOf(writer: SchemaPayload, reader: SchemaPayload): PlanOutcome {
  return buildPlan(writer.root, lookupIn(writer), reader.root, lookupIn(reader));
}

/** The type that a root expression names among declarations. */
function typeOf(vox: string | null, root: string): Type {
  const model = compileGolden(`${vox ?? ""}\ntype GoldenRoot = ${root}\n`);
  const alias = model.files[0]?.types.find(({ name }) => name === "GoldenRoot");
  if (alias?.kind !== "alias") throw new Error("no golden root");
  return alias.type;
}

/** A type for a schema of tuple structs, which the language does not have: tuples with the same values. */
function tupleType(ref: TypeRef, lookup: SchemaLookup): Type {
  const kind = ref.tag === "var" ? undefined : lookup(ref.typeId)?.kind;
  if (kind?.tag === "tuple") {
    return { kind: "tuple", elements: kind.elements.map((element) => tupleType(element, lookup)) };
  }
  if (kind?.tag !== "primitive" || kind.primitiveType === "payload") throw new Error("no tuple struct");
  return { kind: "primitive", name: kind.primitiveType, asNumber: false };
}

/** Reads bytes by a plan, as golden notation; a text that starts with `error: ` when they cannot be read. */
function readBy(outcome: PlanOutcome, type: Type, bytes: Uint8Array): Json {
  if (outcome.plan === undefined) throw new Error(outcome.problems.map(problemText).join("; "));
  const r = new Reader();
  r.reset(bytes);
  try {
    return toGolden(type, compilePlan(outcome.plan, interpretedCodec(type).shape)(r));
  } catch (error) {
    if (error instanceof DecodeFault || error instanceof CodecError) return `error: ${error.reason}`;
    throw error;
  }
}

/** Reference texts that are not copied: Rust's debug notation of a type, and names of unrelated parameters. */
function normalise(text: string): string {
  return text.replace(/\(type .*\) missing/, "(type …) missing").replace("(T0, T1)", "(u32, u32)");
}

/** The same with every array in an order of its own: sets of the reference are sorted, ours are as they arrive. */
function sorted(value: Json | undefined): Json {
  if (Array.isArray(value))
    return value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== "object" || value === null) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, sorted(member)]));
}

function isSameRead(expected: Sample, actual: Json): boolean {
  if (expected.error === undefined) return isDeepStrictEqual(actual, expected.read);
  const reason = expected.error.replace(/ at byte \d+$/, "");
  return typeof actual === "string" && actual.startsWith(`error: ${reason}`);
}

describe("plans.json", () => {
  test("each pair of types has the recorded verdict and values", (context) => {
    checkGolden(
      context,
      "plans.json cases",
      plans.cases,
      ({ name }) => name,
      (entry) => checkCase(entry),
    );
  });

  function checkCase(entry: Case): GoldenOutcome {
    const writer = payloadOf(entry.writer_root_cbor);
    const reader = payloadOf(entry.reader_root_cbor);
    const outcome = planOf(writer, reader);
    const verdict = outcome.plan === undefined ? "error" : "ok";
    const reason = otherVerdict[entry.name];
    if (reason !== undefined) {
      if (verdict === entry.outcome) return { differs: `the same verdict as recorded: ${verdict}` };
      return verdict === "ok" ? checkRight(entry, outcome, reason) : { excepted: reason };
    }
    if (verdict !== entry.outcome) {
      return { differs: `${verdict}: ${outcome.problems.map(problemText).join("; ")}` };
    }
    if (outcome.plan === undefined) {
      const [first] = outcome.problems.map(problemText);
      const expected = normalise(entry.error ?? "");
      return normalise(first ?? "") === expected ? "equal" : { differs: `${first}, not ${expected}` };
    }
    const missing = inexpressible[entry.name];
    if (missing !== undefined) return { excepted: missing };
    const neither = unreadable[entry.name];
    if (neither !== undefined) return checkUnreadable(entry, outcome, neither);
    const right = otherValues[entry.name];
    if (right !== undefined) return checkRight(entry, outcome, right);
    for (const sample of entry.samples) {
      const type = readerType(entry, reader);
      const actual = readBy(outcome, type, fromHex(sample.bytes));
      const isSet = /set</.test(`${entry.reader_vox} ${entry.reader_root}`);
      if (
        !isSameRead(
          isSet ? { ...sample, read: sorted(sample.read) } : sample,
          isSet ? sorted(actual) : actual,
        )
      ) {
        return { differs: `${JSON.stringify(actual)}, not ${JSON.stringify(sample.read ?? sample.error)}` };
      }
    }
    return "equal";
  }

  function checkUnreadable(entry: Case, outcome: PlanOutcome, reason: string): GoldenOutcome {
    const type = readerType(entry, payloadOf(entry.reader_root_cbor));
    for (const sample of entry.samples) {
      const actual = readBy(outcome, type, fromHex(sample.bytes));
      const isError = typeof actual === "string" && actual.startsWith("error: our schema describes");
      if (!isError || sample.error === undefined) return { differs: JSON.stringify(actual) };
    }
    return { excepted: reason };
  }

  /** Where the reference misreads, what was written has to be what is read. */
  function checkRight(entry: Case, outcome: PlanOutcome, reason: string): GoldenOutcome {
    const type = readerType(entry, payloadOf(entry.reader_root_cbor));
    for (const sample of entry.samples) {
      const actual = readBy(outcome, type, fromHex(sample.bytes));
      if (!covers(sample.value, actual)) {
        return { differs: `${JSON.stringify(actual)} of ${JSON.stringify(sample.value)}` };
      }
    }
    return { excepted: reason };
  }

  function readerType(entry: Case, reader: SchemaPayload): Type {
    if (entry.reader_root === null) return tupleType(reader.root, lookupIn(reader));
    return typeOf(entry.reader_vox, entry.reader_root);
  }

  test("each set of schemas is accepted or refused as recorded", (context) => {
    checkGolden(
      context,
      "plans.json schema_sets",
      plans.schema_sets,
      ({ name }) => name,
      (entry) => checkSet(entry),
    );
  });

  test("each peer has a plan of its own for the same id", (context) => {
    const { decoder_cache: cache } = plans;
    checkGolden(
      context,
      "plans.json decoder_cache",
      ["first peer", "second peer"] as const,
      (peer) => peer,
      (peer) => {
        const fields = peer === "first peer" ? "a: u8, b: u8" : "b: u8, a: u8";
        const writer = typeSchemas(typeOf(`struct Req { ${fields} }`, cache.root));
        const type = typeOf(cache.reader_vox, cache.root);
        const outcome = planOf(plain(writer), plain(typeSchemas(type)));
        const actual = readBy(outcome, type, fromHex(cache.bytes));
        const expected =
          peer === "first peer"
            ? cache["first peer writes Req { a, b }"]
            : cache["second peer alone, interpreter"];
        return isDeepStrictEqual(actual, expected) ? "equal" : { differs: JSON.stringify(actual) };
      },
    );
  });
});

function plain({ root, schemas }: ReturnType<typeof typeSchemas>): SchemaPayload {
  return { root, schemas: schemas.map(({ schema }) => schema) };
}

/** Whether a value that was read is the written one as far as both types have it. */
function covers(written: Json, read: Json): boolean {
  if (Array.isArray(written) && Array.isArray(read)) {
    return written.length === read.length && written.every((item, i) => covers(item, read[i] as Json));
  }
  if (typeof written !== "object" || typeof read !== "object" || written === null || read === null) {
    return isDeepStrictEqual(written, read);
  }
  const theirs = written as Readonly<Record<string, Json>>;
  const ours = read as Readonly<Record<string, Json>>;
  return Object.keys(theirs).every(
    (name) => !(name in ours) || covers(theirs[name] as Json, ours[name] as Json),
  );
}

/** Sets with another outcome than recorded, and why. */
const otherSets: Readonly<Record<string, string>> = {
  var_inside_args: "variables are replaced at every depth (§3.1)",
};

function checkSet(entry: SchemaSet): GoldenOutcome {
  const actual = readSet(entry);
  const reason = otherSets[entry.name];
  if (reason !== undefined) {
    const isRead = typeof actual !== "string" || !actual.startsWith("error: ");
    return isRead ? { excepted: reason } : { differs: String(actual) };
  }
  if (entry.error === undefined) {
    return isDeepStrictEqual(actual, entry.read) ? "equal" : { differs: JSON.stringify(actual) };
  }
  const expected = entry.error.replace("protocol error: translation plan failed: ", "");
  const isSame = typeof actual === "string" && actual.startsWith("error: ") && actual.endsWith(expected);
  return isSame ? "equal" : { differs: `${JSON.stringify(actual)}, not ${expected}` };
}

const methodId = 4660n;

const control = fromHex(
  plans.schema_sets.find(({ name }) => name === "primitive_root")?.writer_root_cbor ?? "",
);

/** The tracker's input in the cases that are recorded without bytes. */
const tracked: Readonly<Record<string, readonly Uint8Array[]>> = {
  duplicate_across_messages: [control, control],
  payload_cut: [control.subarray(0, control.length - 3)],
  payload_empty: [new Uint8Array(0)],
};

function readSet(entry: SchemaSet): Json {
  const received = new ReceiveState(limits, readSchemaPayload);
  try {
    if (entry.writer_root_cbor !== undefined) {
      received.record(methodId, "args", fromHex(entry.writer_root_cbor));
    }
    for (const bytes of tracked[entry.name] ?? []) received.record(methodId, "args", bytes);
    const direction = entry.name === "no_binding_response" ? "response" : "args";
    const root = received.requireRoot(methodId, direction);
    const [declarations, expression] = (entry.reader_vox ?? "root: unit").split(/ ?root: /);
    const type = typeOf(declarations ?? "", expression ?? "unit");
    const own = plain(typeSchemas(type));
    const outcome = buildPlan(root, (id) => received.schema(id), own.root, lookupIn(own));
    const [problem] = outcome.problems;
    if (problem !== undefined) return `error: ${problemText(problem)}`;
    return readBy(outcome, type, fromHex(entry.bytes ?? ""));
  } catch (error) {
    if (error instanceof CodecError) return `error: ${error.reason}`;
    throw error;
  }
}
