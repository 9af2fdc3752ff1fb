/**
 * `npm run bench -- keys`: maps of u64 and of u32 with honest keys, and with keys that have one hash in V8. An honest
 * key may take half as long again as in a bare Map; colliding ones must be refused before they take 100 ms.
 */
import { u32Codec, u64Codec } from "./key-codecs.mjs";

const count = 200_000;
const all = (1n << 64n) - 1n;

function inverse(odd) {
  let x = 1n;
  for (let i = 0; i < 6; i++) x = (x * (2n - odd * x)) & all;
  return x & all;
}
function unshift(hash, by) {
  let x = hash;
  for (let bits = by; bits < 64n; bits += by) x = hash ^ (x >> by);
  return x & all;
}
const [by65, by21, byAlmost] = [inverse(65n), inverse(21n), inverse((1n << 18n) - 1n)];
/** The u64 that V8 hashes to this: every step of the hash can be taken back. */
function withHash(hash) {
  let x = unshift(hash, 22n);
  x = unshift((x * by65) & all, 11n);
  x = unshift((x * by21) & all, 31n);
  return ((x + 1n) * byAlmost) & all;
}
function smallHash(key) {
  let h = (~key + (key << 15)) | 0;
  h ^= h >>> 12;
  h = (h + (h << 2)) | 0;
  h ^= h >>> 4;
  h = Math.imul(h, 2057);
  return h ^ (h >>> 16);
}
function colliding32() {
  const keys = [];
  for (let key = 0; keys.length < 20_000; key++) if ((smallHash(key) & 0x3fff) === 3) keys.push(key);
  return keys;
}

const kinds = {
  u64: {
    codec: u64Codec,
    honest: Array.from({ length: count }, (_, i) => (1_700_000_000_000n + BigInt(i)) << 20n),
    colliding: Array.from({ length: 20_000 }, (_, i) => withHash((BigInt(i) << 30n) | 9n)),
  },
  u32: { codec: u32Codec, honest: Array.from({ length: count }, (_, i) => i * 97), colliding: colliding32() },
};

function cpuMs(run) {
  const begin = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1000;
}
const least = (run) => Math.min(...Array.from({ length: 7 }, () => cpuMs(run)));

/** @returns guards, as the other benches do */
export async function benchKeys({ only = Object.keys(kinds) } = {}) {
  console.log("\nmaps of keys that a peer chooses\n");
  console.log(
    "| keys | honest, ns each | the same keys in a bare Map | refused after, ms | a bare Map of these, ms |",
  );
  console.log("|---|--:|--:|--:|--:|");
  const guards = [];
  for (const kind of only) {
    const { codec, honest, colliding } = kinds[kind];
    const bytes = codec.encode(honest);
    const bare = codec.list(bytes);
    const checked = least(() => codec.decode(bytes));
    const without = least(() => new Map(bare().map((key) => [key, 1])));
    const bad = codec.encode(colliding);
    const refused = cpuMs(() => {
      try {
        codec.decode(bad);
        throw new Error("colliding keys were read");
      } catch (error) {
        if (!/made to have one hash/.test(error.message)) throw error;
      }
    });
    const quadratic = cpuMs(() => new Map(colliding.map((key) => [key, 1])));
    const ns = (ms) => ((ms * 1e6) / count).toFixed(0);
    console.log(
      `| ${kind} | ${ns(checked)} | ${ns(without)} | ${refused.toFixed(0)} | ${quadratic.toFixed(0)} |`,
    );
    const [what, slow] = [
      `${kind}: an honest key against a bare Map`,
      `${kind}: ms until colliding keys are refused`,
    ];
    guards.push({
      what,
      value: checked / without,
      relation: "<=",
      bound: 1.5,
      holds: checked <= 1.5 * without,
    });
    guards.push({ what: slow, value: refused, relation: "<=", bound: 100, holds: refused <= 100 });
  }
  return guards;
}
