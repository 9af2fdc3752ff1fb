/** Codecs: ours against the limit written by hand and two libraries, interleaved in one process, as ratios. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { PointCodec, UserCodec } from "../gen/schema.vox.js";
import { point, user } from "./data.mjs";
import * as hand from "./hand.mjs";
import { measure } from "./measure.mjs";
import { loadPeers } from "./peers.mjs";

/** At least this share of the rate of the hand-written codec. */
const leastShare = 0.7;

const peers = await loadPeers();

const pointBytes = Buffer.from(hand.encodePoint(point));
const userBytes = Buffer.from(hand.encodeUser(user));

/** One function a job, as in an application's code: a call through a variable would not show what inlining gives. */
const messages = [
  {
    type: "Point",
    value: point,
    bytes: pointBytes,
    hand: { encode: () => hand.encodePoint(point), decode: () => hand.decodePoint(pointBytes) },
    vox: { encode: () => PointCodec.encode(point), decode: () => PointCodec.decode(pointBytes) },
  },
  {
    type: "User",
    value: user,
    bytes: userBytes,
    hand: { encode: () => hand.encodeUser(user), decode: () => hand.decodeUser(userBytes) },
    vox: { encode: () => UserCodec.encode(user), decode: () => UserCodec.decode(userBytes) },
  },
];

/** The codecs of one message by name: two functions without arguments, and the bytes. */
function contenders({ type, value, bytes, hand, vox }) {
  assert.deepEqual(Buffer.from(vox.encode()), bytes, `${type}: encodings differ`);
  assert.deepEqual(vox.decode(), value);
  assert.deepEqual(hand.decode(), value);
  return [
    { name: "hand", ...hand, bytes },
    { name: "vox", ...vox, bytes },
    ...peers.map((peer) => ({ name: peer.name, ...peer.codec(type, value) })),
  ];
}

/** Measures, prints a table and returns what `npm run bench` guards. */
export function benchCodecs(options) {
  const rows = messages.flatMap((message) =>
    contenders(message).flatMap(({ name, encode, decode, bytes }) => [
      { what: `encode ${message.type}`, name, run: encode, bytes: bytes.length },
      { what: `decode ${message.type}`, name, run: decode, bytes: bytes.length },
    ]),
  );
  const times = measure(rows, options);
  for (const [i, row] of rows.entries()) row.ns = times[i];

  console.log("\ncodecs, one process\n");
  console.log("| message | codec | bytes | ns | × hand |");
  console.log("|---|---|--:|--:|--:|");
  const guards = [];
  for (const what of [...new Set(rows.map((row) => row.what))]) {
    const own = rows.filter((row) => row.what === what);
    const limit = own.find((row) => row.name === "hand").ns;
    for (const { name, bytes, ns } of own)
      console.log(`| ${what} | ${name} | ${bytes} | ${ns.toFixed(1)} | ${(limit / ns).toFixed(2)} |`);
    const value = limit / own.find((row) => row.name === "vox").ns;
    guards.push({
      what: `${what}, share of hand`,
      value,
      relation: ">=",
      bound: leastShare,
      holds: value >= leastShare,
    });
  }
  return guards;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const guards = benchCodecs();
  process.exitCode = guards.every((guard) => guard.holds) ? 0 : 1;
}
