/** Unary calls: every peer once a round, each in two processes of its own; medians over the rounds, as ratios. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const PEERS = ["hand", "vox", "json-ws"];
/** At least this share of the hand-written rate at 256 in flight; at most this multiple of its p50 at one. */
const GUARD = { rate256: 0.25, p50: 1.3 };

export function benchCalls({ rounds = 5, millis = 400 } = {}) {
  const script = fileURLToPath(new URL("client.mjs", import.meta.url));
  const results = [];
  for (let round = 0; round < rounds; round++) {
    for (const peer of PEERS) {
      const output = execFileSync(process.execPath, [script, peer, String(millis)], {
        encoding: "utf8",
        timeout: 60_000,
      });
      results.push(JSON.parse(output));
    }
  }
  const rows = PEERS.map((peer) => {
    const own = results.filter((result) => result.peer === peer);
    const of = (key) => median(own.map((result) => result[key]));
    return { peer, p50: of("p50"), p99: of("p99"), rate64: of("rate64"), rate256: of("rate256") };
  });
  const hand = rows[0];
  console.log("\nunary echo of a 19-byte struct, two processes over TCP loopback (json-ws: WebSocket)\n");
  console.log("| peer | p50 µs, 1 in flight | × hand | calls/s, 64 | × hand | calls/s, 256 | × hand |");
  console.log("|---|--:|--:|--:|--:|--:|--:|");
  for (const row of rows) {
    const cells = [
      row.p50.toFixed(1),
      ratio(row.p50, hand.p50),
      thousands(row.rate64),
      ratio(row.rate64, hand.rate64),
    ];
    console.log(
      `| ${row.peer} | ${[...cells, thousands(row.rate256), ratio(row.rate256, hand.rate256)].join(" | ")} |`,
    );
  }
  const vox = rows[1];
  return [
    guard("calls at 256 in flight, share of hand", vox.rate256 / hand.rate256, ">=", GUARD.rate256),
    guard("p50 of one at a time, multiple of hand", vox.p50 / hand.p50, "<=", GUARD.p50),
  ];
}

const guard = (what, value, relation, bound) => ({
  what,
  value,
  relation,
  bound,
  holds: relation === ">=" ? value >= bound : value <= bound,
});
const ratio = (value, base) => (value / base).toFixed(2);
const thousands = (value) => `${Math.round(value / 1000)}k`;
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
