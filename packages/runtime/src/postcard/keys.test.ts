/** Keys that are made to collide, and honest ones. The hash is here once more, as V8 writes it: on 64 bits. */
import { describe, expect, it } from "vitest";
import { Reader } from "../bytes/reader.js";
import { checkKeys } from "./keys.js";

const all = (1n << 64n) - 1n;

function v8LongHash(key: bigint): bigint {
  let h = key & all;
  h = (~h + (h << 18n)) & all;
  h ^= h >> 31n;
  h = (h * 21n) & all;
  h ^= h >> 11n;
  h = (h + (h << 6n)) & all;
  h ^= h >> 22n;
  return h & 0x3fff_ffffn;
}

function v8SmallHash(key: number): number {
  const add = (a: number, b: number): number => (a + b) >>> 0;
  let h = key >>> 0;
  h = add(~h, h << 15);
  h = (h ^ (h >>> 12)) >>> 0;
  h = add(h, h << 2);
  h = (h ^ (h >>> 4)) >>> 0;
  h = Math.imul(h, 2057) >>> 0;
  return ((h ^ (h >>> 16)) & 0x3fff_ffff) >>> 0;
}

const bits = new DataView(new ArrayBuffer(8));
function doubleBits(value: number): bigint {
  bits.setFloat64(0, value);
  return bits.getBigUint64(0);
}

/** Keys of a sequence whose hash ends in eight given bits: a 256th of the places of any table. */
function* colliding<K>(keys: Iterable<K>, hash: (key: K) => number): Generator<K> {
  for (const key of keys) if ((hash(key) & 0xff) === 0x15) yield key;
}

function* integers(from: number, count: number, step = 1): Generator<number> {
  for (let i = 0; i < count; i++) yield from + i * step;
}

function* bigints(count: number, make: (i: bigint) => bigint): Generator<bigint> {
  for (let i = 0n; i < count; i++) yield make(i);
}

/** How many keys pass; undefined for all. */
function refusedAfter(keys: readonly (number | bigint)[]): number | undefined {
  const check = checkKeys(keys.length);
  const r = new Reader();
  for (const [at, key] of keys.entries()) {
    try {
      if (typeof key === "number") check?.number(r, key);
      else check?.bigint(r, key);
    } catch (fault) {
      expect((fault as Error).message).toMatch(/made to have one hash/);
      return at;
    }
  }
  return undefined;
}

const few = 1_200_000;
const long = (key: bigint): number => Number(v8LongHash(key));

describe("keys that collide are refused after some thousand", () => {
  it.each<[string, (number | bigint)[]]>([
    ["u32", [...colliding(integers(0, few), v8SmallHash)]],
    ["negative i32", [...colliding(integers(-1, few, -1), v8SmallHash)]],
    ["u32 above 2^31", [...colliding(integers(2 ** 31, few), (key) => long(doubleBits(key)))]],
    ["numbers above 2^32", [...colliding(integers(2 ** 40, few), (key) => long(doubleBits(key)))]],
    ["negative numbers", [...colliding(integers(-(2 ** 45), few, -3), (key) => long(doubleBits(key)))]],
    [
      "u64",
      [
        ...colliding(
          bigints(few, (i) => (1n << 50n) + i * 977n),
          long,
        ),
      ],
    ],
    [
      "i64 below 0",
      [
        ...colliding(
          bigints(few, (i) => -(1n << 50n) - i),
          (key) => long(-key),
        ),
      ],
    ],
    ["u128 with equal last 64 bits", [...bigints(5000, (i) => (i << 64n) | 5n)]],
    ["i128 with equal last 64 bits", [...bigints(5000, (i) => -((i << 64n) | 5n))]],
  ])("%s", (_type, keys) => {
    expect(keys.length).toBeGreaterThan(4000);
    expect(refusedAfter(keys)).toBeLessThanOrEqual(10_000);
  });
});

describe("honest keys pass", () => {
  let seed = 1;
  const random = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed;
  };
  const count = 200_000;
  it.each<[string, () => (number | bigint)[]]>([
    ["u32 in sequence", () => [...integers(0, count)]],
    ["every 4096th u32", () => [...integers(7, count, 4096)]],
    ["random u32", () => Array.from({ length: count }, random)],
    ["times in ms", () => [...integers(1_700_000_000_000, count, 1000)]],
    ["u64 in sequence", () => [...bigints(count, (i) => i)]],
    ["snowflakes", () => [...bigints(count, (i) => (1_700_000_000_000n + i) << 22n)]],
    ["random u64", () => [...bigints(count, () => (BigInt(random()) << 32n) | BigInt(random()))]],
    [
      "random u128",
      () => [...bigints(count, (i) => (BigInt(random()) << 80n) | (i * 0x9e37_79b9_7f4a_7c15n))],
    ],
  ])("%s", (_type, keys) => {
    expect(refusedAfter(keys())).toBeUndefined();
  });
});

/** Steps along the chains of a table as V8 has it: two entries for each place, and twice the places when it is full. */
function stepsInV8(hashes: readonly number[]): number {
  let places = new Uint32Array(2);
  let steps = 0;
  for (const [entries, hash] of hashes.entries()) {
    if (entries === 2 * places.length) {
      places = new Uint32Array(2 * places.length);
      for (const before of hashes.slice(0, entries)) {
        const earlier = before & (places.length - 1);
        places[earlier] = (places[earlier] as number) + 1;
      }
    }
    const place = hash & (places.length - 1);
    steps += places[place] as number;
    places[place] = (places[place] as number) + 1;
  }
  return steps;
}

describe("keys that pass take few steps in V8, however they were chosen", () => {
  const inverse = (odd: bigint): bigint => {
    let x = 1n;
    for (let round = 0; round < 6; round++) x = (x * (2n - odd * x)) & all;
    return x;
  };
  const unshift = (hash: bigint, by: bigint): bigint => {
    let x = hash;
    for (let at = by; at < 64n; at += by) x = hash ^ (x >> by);
    return x & all;
  };
  /** The u64 that V8 hashes to this. */
  const keyOf = (hash: bigint): bigint => {
    let x = unshift(hash, 22n);
    x = unshift((x * inverse(65n)) & all, 11n);
    x = unshift((x * inverse(21n)) & all, 31n);
    return ((x + 1n) * inverse((1n << 18n) - 1n)) & all;
  };
  const chained = (count: number, places: number): bigint[] =>
    Array.from({ length: count }, (_, at) =>
      keyOf((BigInt(1 + Math.floor(at / places)) << 30n) | BigInt(at % places)),
    );
  /** Keys that fill chains of the table at each of its sizes, with others in the low bits of the last table. */
  function chainsOfGrowth(count: number): bigint[] {
    const places = 2 ** (31 - Math.clz32(count - 1));
    const inPlace = 8;
    const used = new Uint8Array(places);
    const keys: bigint[] = [];
    for (let now = 1024; keys.length < count; now = Math.min(now * 2, places)) {
      const end = now === places ? count : 2 * now;
      for (let low = 0; low < now && keys.length < end; low++)
        for (let place = low; place < places && keys.length < end; place += now)
          for (
            ;
            (used[place] as number) < inPlace && keys.length < end;
            used[place] = (used[place] as number) + 1
          )
            keys.push(keyOf((BigInt(keys.length + 1) << 30n) | BigInt(place)));
    }
    return keys;
  }
  const count = 200_000;
  const spread = Array.from({ length: count }, (_, at) => BigInt(at) * 0x9e37_79b9n);

  it.each<[string, bigint[]]>([
    ...[8, 24, 64, 256].map((length): [string, bigint[]] => [
      `chains of ${length}`,
      chained(count, Math.ceil(count / length)),
    ]),
    [
      "one chain of 1000, then others, then the chain again",
      [...chained(1000, 1), ...spread, ...chained(5000, 1).slice(1000)],
    ],
    [
      "a chain of 600 after each doubling",
      [9, 10, 11, 12, 13, 14, 15, 16].flatMap((power, at) => [
        ...spread.slice(at === 0 ? 0 : 1 << (power - 1), 1 << power),
        ...chained((at + 1) * 600, 1).slice(at * 600),
      ]),
    ],
    ["chains of each table that V8 grows through, and none of the last one", chainsOfGrowth(count)],
  ])("%s", (_kind, keys) => {
    const passed = keys.slice(0, refusedAfter(keys));
    expect(stepsInV8(passed.map(long))).toBeLessThan(20 * passed.length + 1_000_000);
  });
});

describe("honest keys of a payload buy no chain", () => {
  it.each([0, 1000, 100_000, 2_000_000])("after %i honest keys", (honest) => {
    const check = checkKeys(honest + 10_000);
    const r = new Reader();
    for (let key = 0; key < honest; key++) check?.number(r, key);
    let chained = 0;
    expect(() => {
      for (let key = 5n; chained < 10_000; key += 1n << 64n, chained++) check?.bigint(r, key);
    }).toThrow(/made to have one hash/);
    expect(chained).toBeLessThan(2500);
  });

  it("one key of a chain after each thousand honest keys", () => {
    const check = checkKeys(20_000_000);
    const r = new Reader();
    let chained = 0;
    expect(() => {
      for (let key = 0; key < 20_000_000; key++) {
        if (key % 1000 === 0) check?.bigint(r, (BigInt(chained++) << 64n) | 5n);
        else check?.number(r, key);
      }
    }).toThrow(/made to have one hash/);
    expect(chained).toBeLessThan(12_000);
  });
});

it("a payload has one allowance for all its maps", () => {
  const keys = [...bigints(600, (i) => i << 64n)];
  const r = new Reader();
  const readMap = (): void => {
    const check = checkKeys(keys.length);
    for (const key of keys) check?.bigint(r, key);
  };
  readMap();
  expect(() => {
    for (let maps = 1; maps < 8; maps++) readMap();
  }).toThrow(/made to have one hash/);
  r.reset(new Uint8Array(0));
  readMap();
});

it("few keys need no check", () => {
  expect(checkKeys(128)).toBeUndefined();
});
