/**
 * `npm run bench -- fairness`: how long a quiet client waits for its answers while another gives the same server one
 * kind of work as fast as it can. Three processes. Exits 1 when the p99 of the quiet client is above the bound.
 */
import { fork } from "node:child_process";
import { connect } from "@voxrpc/runtime/node";
import { Fairness } from "../gen/fairness.vox.js";

const boundMs = 50;
/** One value is read in one piece: its bound is `maxDecodedBytes`, for 50 ms about a quarter of the default. */
const boundsMs = { widest: 1000 };
const kinds = {
  nothing: "",
  stream: "MB/s, items of 1 kB, a window of a million",
  blobs: "answers of 1 MiB/s, 64 at once",
  opens: "refused opens/s, 100,000 at once",
  pairs: "open/close pairs/s, 20,000 at once",
  wide: "refused arguments of 4 million structs/s",
  widest: "arguments of 1.5 million structs/s, the most that the defaults let through",
};

const next = (child) => new Promise((resolve) => child.once("message", resolve));
const local = (script, ...args) => fork(new URL(script, import.meta.url), args);

async function measure(kind, millis) {
  const server = local("server.mjs");
  const { url } = await next(server);
  const hog = local("hog.mjs", url, kind);
  await next(hog);
  const quiet = await connect(url, Fairness, { keepalive: false });
  await quiet.echo("warm");
  const waits = [];
  const end = performance.now() + millis;
  while (performance.now() < end) {
    const before = performance.now();
    await quiet.echo("hello");
    waits.push(performance.now() - before);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  hog.send("stop");
  const { rate } = await next(hog);
  hog.disconnect();
  server.disconnect();
  await quiet.$close();
  waits.sort((a, b) => a - b);
  const at = (share) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))];
  return { kind, calls: waits.length, p50: at(0.5), p99: at(0.99), most: waits.at(-1), rate };
}

/** @returns guards, as the other benches do */
export async function benchFairness({ millis = 3000, only = Object.keys(kinds) } = {}) {
  console.log("\na quiet client beside a busy one: ms until its echo is back\n");
  console.log("| the other does | calls | p50 | p99 | most | the other gets |");
  console.log("|---|--:|--:|--:|--:|---|");
  const guards = [];
  for (const kind of only) {
    const { calls, p50, p99, most, rate } = await measure(kind, millis);
    const got = kind === "nothing" ? "" : `${rate.toPrecision(3)} ${kinds[kind]}`;
    console.log(
      `| ${kind} | ${calls} | ${p50.toFixed(2)} | ${p99.toFixed(1)} | ${most.toFixed(1)} | ${got} |`,
    );
    const what = `p99 of a quiet client beside ${kind}, ms`;
    const bound = boundsMs[kind] ?? boundMs;
    guards.push({ what, value: p99, relation: "<=", bound, holds: p99 <= bound });
  }
  return guards;
}
