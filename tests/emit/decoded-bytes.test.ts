/**
 * The memory that decoded values are said to take: generated decoders, plans and the search for the place of a fault
 * agree.
 */
import { readFileSync } from "node:fs";
import { CodecError, defaultLimits } from "@voxrpc/runtime";
import type { Codec, Shape } from "@voxrpc/runtime/gen/v1";
import { Reader } from "@voxrpc/runtime/gen/v1";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Model } from "../../packages/codegen/src/model/model.js";
import { compilePlan } from "../../packages/runtime/src/plan/compile-plan.js";
import type { Plan, PlanNode } from "../../packages/runtime/src/plan/plan-model.js";
import { explainDecode } from "../../packages/runtime/src/shape/explain-decode.js";
import { valuesOf } from "../support/arbitrary.js";
import { codecOf, loadModel, modelOf } from "../support/generated.js";
import { randomSchema } from "../support/random-types.js";

const everything = readFileSync(new URL("../../schemas/everything.vox", import.meta.url), "utf8");
const containers = `
package containers
struct Numbers { a: u32[], b: f64[], c: f32[9], d: u16[3], e: u8[9], f: u64[9], @typed g: u32[], @typed h: i64[9] }
struct Lists { a: string[], b: bytes[], c: char[], d: u8[][], e: map<u8, u8>[], f: set<u64>[], g: (u8, u64)[] }
struct Maps { a: map<string, u8[]>, b: map<u64, map<u8, u8>>, c: set<string>, d: map<u32, f64> }
struct Tree { children: Tree[], up: Tree? }
enum Big { None, Text(string), Pair(u64, u64), Box { a: f64, b: Big[] }, Not(Big) }
struct Choices { a: Big[], b: u8???[], c: result<u8, Big>[], d: result<string, u8>?[], e: Only[], f: string?[] }
enum Only { A, B }
type Id = u64
struct Page<T> { items: T[], next: T?, by: map<u8, T>, fixed: T[9] }
enum Either<L, R> { Left(L), Right(R), Both { left: L, more: R[] }, Of(result<L, R>) }
type Pages = Page<Page<Id>>
type EitherOf = Either<Id, Big>
`;

/** Codecs of generic types, made of codecs, by the alias that says the same. */
const made: Readonly<Record<string, (codecs: Codecs) => Codec<unknown>>> = {
  Pages: ({ pageCodec, IdCodec }) => pageCodec(pageCodec(IdCodec)),
  EitherOf: ({ eitherCodec, IdCodec, BigCodec }) => eitherCodec(IdCodec, BigCodec),
};
type AnyCodec = Codec<unknown>;
interface Codecs {
  readonly IdCodec: AnyCodec;
  readonly BigCodec: AnyCodec;
  pageCodec(item: AnyCodec): AnyCodec;
  eitherCodec(left: AnyCodec, right: AnyCodec): AnyCodec;
}

/** The layouts are the same: a plan by which values are read as our shape says. */
function planOf(shape: Shape): Plan {
  const same = { tag: "var", name: shape.kind } as unknown as PlanNode["remote"];
  const root = { kind: "option", same: true, remote: same, local: same, path: "" } as unknown as PlanNode;
  return { root, nodes: [root] };
}

function readerOf(bytes: Uint8Array): Reader {
  const r = new Reader();
  r.reset(bytes, 0, bytes.length);
  return r;
}

function failure(codec: Codec<unknown>, bytes: Uint8Array, maxDecodedBytes: number): CodecError | undefined {
  try {
    codec.decode(bytes, { maxDecodedBytes });
    return undefined;
  } catch (error) {
    if (error instanceof CodecError) return error;
    throw error;
  }
}

const sources: readonly (readonly [string, string, number])[] = [
  ["containers", containers, 40],
  ["schemas/everything.vox", everything, 15],
  ["random types", randomSchema(60, 4_711), 8],
];

describe.each(sources)("values of %s", (_name, text, numRuns) => {
  const model: Model = modelOf({ "/test.vox": text });
  const exports = loadModel(model);
  const codecs = exports as unknown as Codecs;
  const types = model.files.flatMap((file) => file.types).filter(({ parameters }) => parameters.length === 0);

  const subjects = types.flatMap((type) => {
    const own = [type.name, type, codecOf(exports, type.name)] as const;
    const generic = made[type.name]?.(codecs);
    return generic === undefined ? [own] : [own, [`${type.name}, of codecs`, type, generic] as const];
  });

  it.each(subjects)("%s", (_subject, declaration, codec) => {
    const type =
      declaration.kind === "alias" ? declaration.type : ({ kind: "named", declaration, args: [] } as const);
    const byPlan = compilePlan(planOf(codec.shape), codec.shape);
    fc.assert(
      fc.property(valuesOf(type), (value) => {
        const bytes = codec.encode(value);
        const walk = readerOf(bytes);
        expect(explainDecode(codec.shape, walk)).toBeUndefined();
        const planned = readerOf(bytes);
        byPlan(planned);
        expect(planned.decodedBytes).toBe(walk.decodedBytes);
        expect(failure(codec, bytes, walk.decodedBytes)).toBeUndefined();
        if (walk.decodedBytes === 0) return;
        const error = failure(codec, bytes, walk.decodedBytes - 1);
        expect(error).toMatchObject({
          code: "DecodeFailed",
          reason: `the values would take more than ${walk.decodedBytes - 1} bytes of memory (limits maxDecodedBytes, maxSessionDecodedBytes)`,
        });
        const located = explainDecode(codec.shape, readerOf(bytes).allow(walk.decodedBytes - 1));
        expect(error?.offset).toBe(located?.fault.offset);
        expect(error?.path.endsWith(located?.path ?? "nowhere")).toBe(true);
      }),
      { numRuns },
    );
  });
});

describe("keys of maps and sets", () => {
  const keyed = `
package keyed
struct Ids { v: set<u64> }
struct Small { v: map<u32, u8> }
struct Named { v: map<string, string> }
struct Page<T> { v: map<u64, T> }
type Pages = Page<u8>
type Byte = u8
`;
  const exports = loadModel(modelOf({ "/test.vox": keyed }));
  const { pageCodec, ByteCodec } = exports as unknown as Codecs & { readonly ByteCodec: AnyCodec };
  /** A count, and no entries: it is refused before they are read. */
  const countOf = (entries: number): Uint8Array =>
    Uint8Array.from([
      ...[0, 7, 14].map((bits) => ((entries >> bits) & 127) | 128),
      entries >> 21,
      ...new Uint8Array(4_300_000),
    ]);
  const [million, more] = [1_000_000, 1_050_000].map(countOf) as [Uint8Array, Uint8Array];
  const subjects: readonly (readonly [string, AnyCodec])[] = [
    ...["Ids", "Small", "Named", "Pages"].map((name) => [name, codecOf(exports, name)] as const),
    ["Pages, of codecs", pageCodec(ByteCodec)],
  ];

  it.each(subjects)("a million of them fit into the default, and not many more: %s", (_name, codec) => {
    expect(failure(codec, more, defaultLimits.maxDecodedBytes)?.reason).toMatch(/bytes of memory/);
    expect(failure(codec, million, defaultLimits.maxDecodedBytes)?.reason ?? "").not.toMatch(
      /bytes of memory/,
    );
  });
});
