/** Maps and sets whose keys a peer has made to have one hash in V8: refused by every reader, after 10 ms of work. */
import { CodecError } from "@voxrpc/runtime";
import type { Codec } from "@voxrpc/runtime/gen/v1";
import { Reader } from "@voxrpc/runtime/gen/v1";
import { describe, expect, it } from "vitest";
import { compilePlan } from "../../packages/runtime/src/plan/compile-plan.js";
import type { PlanNode } from "../../packages/runtime/src/plan/plan-model.js";
import { codecOf, loadModel, modelOf } from "../support/generated.js";

const text = `
package keys
type MapU32 = map<u32, u8>
type MapI32 = map<i32, u8>
type MapU64 = map<u64, u8>
type MapI64 = map<i64, u8>
type MapU128 = map<u128, u8>
type MapI128 = map<i128, u8>
type SetU32 = set<u32>
type SetU64 = set<u64>
type SetU128 = set<u128>
struct Inner { ids: map<u64, u8> }
struct Keyed<K> { by: map<K, u8>, all: set<K> }
type Id = u64
type KeyedById = Keyed<Id>
`;
const exports = loadModel(modelOf({ "/test.vox": text }));

/** One hash: V8 looks at the last 64 bits of a bigint. */
const wide = (count: number): bigint[] => Array.from({ length: count }, (_, i) => (BigInt(i) << 64n) | 5n);
const all = (1n << 64n) - 1n;
const inverse = (odd: bigint): bigint => {
  let x = 1n;
  for (let i = 0; i < 6; i++) x = (x * (2n - odd * x)) & all;
  return x & all;
};
const unshift = (hash: bigint, by: bigint): bigint => {
  let x = hash;
  for (let bits = by; bits < 64n; bits += by) x = hash ^ (x >> by);
  return x & all;
};
/** The u64 that has a given 64-bit hash: each step of the hash can be taken back. */
function withHash(hash: bigint): bigint {
  let x = unshift(hash, 22n);
  x = (x * inverse(65n)) & all;
  x = unshift(x, 11n);
  x = (x * inverse(21n)) & all;
  x = unshift(x, 31n);
  return ((x + 1n) * inverse((1n << 18n) - 1n)) & all;
}
const long = (count: number): bigint[] =>
  Array.from({ length: count }, (_, i) => withHash((BigInt(i) << 30n) | 9n));
function smallHash(key: number): number {
  const add = (a: number, b: number): number => (a + b) >>> 0;
  let h = add(~key, key << 15);
  h = (h ^ (h >>> 12)) >>> 0;
  h = add(h, h << 2);
  h = (h ^ (h >>> 4)) >>> 0;
  h = Math.imul(h, 2057) >>> 0;
  return (h ^ (h >>> 16)) >>> 0;
}
function small(count: number): number[] {
  const keys: number[] = [];
  for (let key = 0; keys.length < count; key++) if ((smallHash(key) & 0xff) === 3) keys.push(key);
  return keys;
}

type Keys = (count: number) => (number | bigint)[];
/** Those that an i64 holds. */
const positive: Keys = (count) =>
  long(3 * count)
    .filter((key) => key <= all >> 1n)
    .slice(0, count);
const honest: Keys = (count) => Array.from({ length: count }, (_, i) => BigInt(i) * 7919n);
const honestSmall: Keys = (count) => Array.from({ length: count }, (_, i) => i * 13);

const cases: readonly (readonly [name: string, colliding: Keys, honest: Keys])[] = [
  ["MapU32", small, honestSmall],
  ["MapI32", small, honestSmall],
  ["MapU64", long, honest],
  ["MapI64", positive, honest],
  ["MapU128", wide, honest],
  ["MapI128", wide, honest],
  ["SetU32", small, honestSmall],
  ["SetU64", long, honest],
  ["SetU128", wide, honest],
  ["Inner", long, honest],
  ["KeyedById", long, honest],
];

function valueFor(name: string, keys: readonly (number | bigint)[]): unknown {
  const map = new Map(keys.map((key) => [key, 1]));
  if (name === "Inner") return { ids: map };
  if (name === "KeyedById") return { by: new Map(), all: new Set(keys) };
  return name.startsWith("Set") ? new Set(keys) : map;
}

/** Every reader of a type: generated, made of codecs, and by a plan. */
function readers(name: string, codec: Codec<unknown>): readonly ((bytes: Uint8Array) => unknown)[] {
  const same = { tag: "var", name } as unknown as PlanNode["remote"];
  const root = { kind: "option", same: true, remote: same, local: same, path: "" } as unknown as PlanNode;
  const planned = compilePlan({ root, nodes: [root] }, codec.shape);
  const byPlan = (bytes: Uint8Array): unknown => {
    const r = new Reader();
    r.reset(bytes);
    return planned(r);
  };
  const generated = (bytes: Uint8Array): unknown => codec.decode(bytes);
  if (name !== "KeyedById") return [generated, byPlan];
  const keyed = exports["keyedCodec"] as (key: Codec<unknown>) => Codec<unknown>;
  const made = keyed(codecOf(exports, "Id"));
  return [generated, byPlan, (bytes) => made.decode(bytes)];
}

describe.each(cases)("%s", (name, colliding, ordinary) => {
  const codec = codecOf(exports, name);
  const bytes = (keys: readonly (number | bigint)[]): Uint8Array => codec.encode(valueFor(name, keys));

  it("is refused for keys with one hash", () => {
    const payload = bytes(colliding(name.includes("32") ? 12_000 : 2500));
    for (const read of readers(name, codec)) expect(() => read(payload)).toThrow(/made to have one hash/);
    const refused = (): unknown => codec.decode(payload);
    expect(refused).toThrow(CodecError);
  });

  it("is read for a thousand of them, and for many honest ones", () => {
    for (const keys of [colliding(500), ordinary(3000)]) {
      const payload = bytes(keys);
      for (const read of readers(name, codec)) expect(read(payload)).toStrictEqual(valueFor(name, keys));
    }
  });
});
