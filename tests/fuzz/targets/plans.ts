/** Plans: a peer's schemas are anything, and so are the bytes that are read by them. */
import { defaultLimits } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import {
  assemblePayload,
  buildPlan,
  buildWritingPlan,
  findDisagreement,
  readSchemaPayload,
  type Schema,
  type SchemaField,
  type SchemaKind,
  type SchemaPayload,
  type SchemaVariant,
  type TypeRef,
  writeSchemaPayload,
} from "@voxrpc/runtime/internal/schema";
import { compilePlan } from "../../../packages/runtime/src/plan/compile-plan.js";
import { compileWriting } from "../../../packages/runtime/src/plan/compile-writing.js";
import { schemasOf } from "../../../packages/runtime/src/plan/own-schemas.js";
import { EncodeFault } from "../../../packages/runtime/src/postcard/faults.js";
import * as everything from "../../interop/gen/everything.vox.js";
import { mutateParts, type Random } from "../../support/mutate.js";
import { packParts, unpackParts } from "../../support/parts.js";
import { attempt, bytesOf, expectSame, fixture, type Target } from "../target.js";

const schemaLimits = { ...defaultLimits, maxSchemaBytes: 1 << 17, maxSchemaNodes: 4096 };
const planLimits = { maxNodes: 4096, maxDepth: 128 };

const methods: readonly $.Method<unknown[]>[] = Object.values(everything as Readonly<Record<string, unknown>>)
  .filter((value) => value instanceof $.Method)
  .filter(({ hasChannels }) => !hasChannels) as $.Method<unknown[]>[];

const primitives = "bool u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 f32 f64 char string bytes unit".split(" ");

/** Changes schemas in ways that leave them readable: names, primitives, members, what types refer to. */
function mutateSchemas({ root, schemas }: SchemaPayload, random: Random): SchemaPayload {
  const changed = [...schemas];
  const ref = (old: TypeRef): TypeRef => {
    const other = schemas[random(schemas.length)];
    return random(3) !== 0 || other === undefined || old.tag === "var" ? old : { ...old, typeId: other.id };
  };
  const field = (each: SchemaField): SchemaField => ({
    ...each,
    name: random(3) === 0 ? `${each.name}x` : each.name,
    typeRef: ref(each.typeRef),
  });
  for (let left = 1 + random(3); left > 0 && changed.length > 0; left--) {
    const at = random(changed.length);
    const schema = changed[at] as Schema;
    changed[at] = { ...schema, kind: mutateKind(schema.kind, { random, ref, field }) };
  }
  return { root: random(8) === 0 ? ref(root) : root, schemas: changed };
}

interface KindChanges {
  readonly random: Random;
  readonly ref: (old: TypeRef) => TypeRef;
  readonly field: (old: SchemaField) => SchemaField;
}

/** One element left out, doubled or moved to the end; or none. */
function rearranged<T>(list: readonly T[], random: Random): T[] {
  const at = random(list.length + 1);
  const each = list.slice(at, at + 1);
  const rest = [...list.slice(0, at), ...list.slice(at + 1)];
  return [rest, [...list, ...each], [...rest, ...each], [...list]][random(4)] as T[];
}

function mutateKind(kind: SchemaKind, { random, ref, field }: KindChanges): SchemaKind {
  switch (kind.tag) {
    case "primitive":
      return { tag: "primitive", primitiveType: primitives[random(primitives.length)] } as SchemaKind;
    case "struct":
      return { ...kind, fields: rearranged(kind.fields, random).map(field) };
    case "tuple":
      return { ...kind, elements: rearranged(kind.elements, random).map(ref) };
    case "enum":
      return { ...kind, variants: rearranged(kind.variants as readonly SchemaVariant[], random) };
    case "list":
    case "option":
      return { ...kind, element: ref(kind.element) };
    default:
      return kind;
  }
}

/** The peer's schemas, and the bytes of a value by them. @throws Error for a plan that does not do what it says */
function check(method: $.Method<unknown[]>, remote: SchemaPayload, bytes: Uint8Array): void {
  const { args } = method;
  const byId = new Map(remote.schemas.map((schema) => [schema.id, schema]));
  const lookup = (id: bigint): Schema | undefined => byId.get(id);
  const ours = schemasOf(args).lookup;
  const { plan } = buildPlan(remote.root, lookup, args.root, ours, planLimits);
  if (plan === undefined) return;
  if (findDisagreement(plan.root, args.shape) !== undefined) return;
  const read = compilePlan(plan, args.shape);
  const value = readAll(read, bytes);
  if (value === undefined) return;
  // What was read is a value of ours, whatever the peer is.
  const own = method.args.write as $.Write<unknown>;
  const first = writeAll(own, value);
  if (first === undefined) throw new Error("what was read is no value of ours");
  const { plan: writing } = buildWritingPlan(remote.root, lookup, args.root, ours, planLimits);
  if (writing === undefined) return;
  const written = writeAll(compileWriting(writing.root, args.shape), value);
  if (written === undefined) return;
  const back = readAll(read, written);
  if (back === undefined) throw new Error("what was written for the peer is not read by its own types");
  if (writing.root.same === true && plan.root.same === true)
    expectSame("the value and what came back", first, writeAll(own, back) ?? first);
}

function readAll(read: $.Read<unknown>, bytes: Uint8Array): unknown {
  const r = new $.Reader();
  r.reset(bytes);
  return attempt(() => read(r));
}

function writeAll(write: $.Write<unknown>, value: unknown): Uint8Array | undefined {
  const w = new $.Writer(512);
  try {
    const end = write(w, 0, value);
    return w.buffer.slice(0, end);
  } catch (error) {
    // A variant that the peer lacks.
    if (error instanceof EncodeFault) return undefined;
    throw error;
  }
}

/** Parts: the schemas of the peer (the tag chooses our type), and a value of theirs. */
export function plans(): Target {
  const values = [new Uint8Array(64), ...bytesOf(fixture("golden/postcard.json"))];
  const sets = methods.map(({ args }) =>
    assemblePayload(
      args.schemas.map(({ bytes }) => bytes),
      args.root,
    ),
  );
  return {
    corpus: sets.map((set, tag) =>
      packParts([
        { tag, bytes: set },
        { tag: 0, bytes: values[tag % values.length] as Uint8Array },
      ]),
    ),
    mutate(input, others, random) {
      const parts = unpackParts(input);
      const [set, ...rest] = parts;
      if (set === undefined || random(2) === 0) return mutateParts(input, others, random);
      const payload = attempt(() => readSchemaPayload(set.bytes, schemaLimits));
      if (payload === undefined) return mutateParts(input, others, random);
      const changed = attempt(() => writeSchemaPayload(mutateSchemas(payload, random)));
      if (changed === undefined) return input;
      const value = random(2) === 0 ? rest : [{ tag: 0, bytes: values[random(values.length)] as Uint8Array }];
      return packParts([{ ...set, bytes: changed }, ...value]);
    },
    isQuick: true,
    check(input) {
      const [set, value] = unpackParts(input);
      if (set === undefined) return;
      const remote = attempt(() => readSchemaPayload(set.bytes, schemaLimits));
      const method = methods[set.tag % methods.length];
      if (remote !== undefined && method !== undefined)
        check(method, remote, value?.bytes ?? new Uint8Array(64));
    },
  };
}
