/**
 * The warnings about vox 0.8.2 against what it was recorded doing: for every recorded pair of types, a misreading is
 * foretold exactly where its compiled decoder read something else than was written. And the words of a comparison
 * against the plan: a difference that breaks is found exactly where there is no plan.
 */
import { isDeepStrictEqual } from "node:util";
import { Reader } from "@voxrpc/runtime/gen/v1";
import { buildPlan, type PlanOutcome, readSchemaPayload } from "@voxrpc/runtime/internal/schema";
import { describe, expect, test } from "vitest";
import type { TypeChange } from "../../packages/codegen/src/diff/change.js";
import { isRefusedAnyway, riskOf } from "../../packages/codegen/src/diff/peer.js";
import { TypeWalk } from "../../packages/codegen/src/diff/walk.js";
import { startAt } from "../../packages/codegen/src/diff/walk-place.js";
import type { Type } from "../../packages/codegen/src/model/model.js";
import { ConcreteTypes } from "../../packages/codegen/src/schema/concrete-type.js";
import { CodecError } from "../../packages/runtime/src/errors.js";
import { defaultLimits } from "../../packages/runtime/src/limits.js";
import { compilePlan } from "../../packages/runtime/src/plan/compile-plan.js";
import { DecodeFault } from "../../packages/runtime/src/postcard/faults.js";
import { compileGolden } from "../support/compile-golden.js";
import { fromHex, type Json, toGolden } from "../support/golden-values.js";
import { interpretedCodec } from "../support/interpreted-codec.js";
import { readGolden } from "../support/report.js";

interface Reading {
  readonly read?: Json;
  readonly error?: string;
}

interface Case {
  readonly name: string;
  readonly writer_vox: string | null;
  readonly writer_root: string | null;
  readonly reader_vox: string | null;
  readonly reader_root: string | null;
  readonly writer_root_cbor: string;
  readonly reader_root_cbor: string;
  readonly outcome: "ok" | "error";
  readonly samples: readonly (Reading & {
    readonly bytes: string;
    readonly value: Json;
    readonly jit?: Reading;
  })[];
}

const { cases } = readGolden<{ readonly cases: readonly Case[] }>("plans.json");

interface Opened {
  readonly one: Case;
  readonly writer: Type;
  readonly reader: Type;
  readonly plan: PlanOutcome;
  readonly changes: readonly TypeChange[];
}

function typeOf(vox: string | null, root: string | null): Type | undefined {
  if (vox === null || root === null) return undefined;
  try {
    const model = compileGolden(`${vox}\ntype GoldenRoot = ${root}\n`);
    const alias = model.files[0]?.types.find(({ name }) => name === "GoldenRoot");
    return alias?.kind === "alias" ? alias.type : undefined;
  } catch {
    // What the language cannot say: structs as keys, channels outside of arguments.
    return undefined;
  }
}

const opened: readonly Opened[] = cases.flatMap((one) => {
  const writer = typeOf(one.writer_vox, one.writer_root);
  const reader = typeOf(one.reader_vox, one.reader_root);
  if (writer === undefined || reader === undefined) return [];
  const [written, read] = [one.writer_root_cbor, one.reader_root_cbor].map((hex) => {
    const payload = readSchemaPayload(fromHex(hex), { ...defaultLimits, maxSchemaDepth: 128 });
    const byId = new Map(payload.schemas.map((schema) => [schema.id, schema]));
    return { root: payload.root, lookup: (id: bigint) => byId.get(id) };
  });
  if (written === undefined || read === undefined) return [];
  const plan = buildPlan(written.root, written.lookup, read.root, read.lookup);
  // The reader is the old side: what it makes of what a new peer writes.
  const [oldTypes, newTypes] = [new ConcreteTypes(), new ConcreteTypes()];
  const walk = new TypeWalk(oldTypes, newTypes);
  walk.pair(oldTypes.resolve(reader), newTypes.resolve(writer), startAt("", undefined, undefined, undefined));
  return [{ one, writer, reader, plan, changes: walk.changes }];
});

/** What our reader makes of bytes; undefined when it refuses. */
function readOurs({ plan, reader }: Opened, bytes: string): Json | undefined {
  if (plan.plan === undefined) return undefined;
  const r = new Reader();
  r.reset(fromHex(bytes));
  try {
    return toGolden(reader, compilePlan(plan.plan, interpretedCodec(reader).shape)(r));
  } catch (error) {
    if (error instanceof DecodeFault || error instanceof CodecError) return undefined;
    throw error;
  }
}

function sorted(value: Json | undefined): Json {
  if (Array.isArray(value))
    return value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== "object" || value === null) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, sorted(member)]));
}

/** Whether the recorded decoder read anything else than ours, or took what ours refuses. */
function isMisread(entry: Opened): boolean {
  const { one, plan } = entry;
  if (one.outcome === "error") return false;
  if (one.samples.length === 0) return plan.plan === undefined;
  return one.samples.some((sample) => {
    const theirs = sample.jit ?? sample;
    const ours = readOurs(entry, sample.bytes);
    if (ours === undefined) return theirs.error === undefined || plan.plan === undefined;
    return theirs.error !== undefined || !isDeepStrictEqual(sorted(theirs.read), sorted(ours));
  });
}

/** Cases in which something else than a change is misread, and why. */
const others: Readonly<Record<string, string>> = {
  skip_list_after_bytes: "what the new version skips is described wrongly by the old one's first list",
  skip_channel: "a channel is skipped without its bytes",
  mix_element_evolves: "lists are described as bytes: the change is in no schema",
  generic_two_instantiations_second_evolves: "one schema describes two instances",
};

describe("changes that a peer of vox 0.8.2 misreads", () => {
  test("there are recorded pairs to compare with", () => {
    expect(opened.length).toBeGreaterThan(230);
    expect(opened.filter(isMisread).length).toBeGreaterThan(30);
  });

  test.each(opened.map((entry) => [entry.one.name, entry] as const))("%s", (name, entry) => {
    const { changes } = entry;
    const isForetold =
      !isRefusedAnyway(changes, "oldReads") &&
      !changes.some((change) => riskOf(change, "oldReads")?.kind === "refused") &&
      changes.some((change) => riskOf(change, "oldReads")?.kind === "misread");
    if (name in others) expect(isMisread(entry)).toBe(!isForetold);
    else expect(isForetold).toBe(isMisread(entry));
  });
});

/** Cases that the plan refuses and no change explains, and the other way round. */
const unexplained: Readonly<Record<string, string>> = {
  generic_two_instantiations_reordered: "one schema describes two instances, on each side another",
};

describe("a change that breaks is found where there is no plan", () => {
  test.each(opened.map((entry) => [entry.one.name, entry] as const))("%s", (name, { plan, changes }) => {
    const isBreaking = changes.some(({ oldReads }) => oldReads === "breaking");
    if (name in unexplained) expect(isBreaking).toBe(plan.plan !== undefined);
    else expect(isBreaking).toBe(plan.plan === undefined);
  });
});
