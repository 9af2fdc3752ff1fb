/**
 * `npm run bench -- decoded`: what decoded values take in memory against the estimate that `maxDecodedBytes` bounds,
 * and how much time of a processor the largest value takes that the default lets through in a frame of 16 MiB. Each
 * shape has a process of its own.
 */
import { fork } from "node:child_process";
import { shapes } from "./shapes.mjs";

/** The estimate may be this far off, in either direction. */
const most = 2;
const longestMs = 1000;
/** Their entries count for the time that they take, which is worth more than their memory. */
const countedByTime = new Set(["ById", "ByName", "Ids"]);

function measure(name) {
  const child = fork(new URL("measure.mjs", import.meta.url), [name], { execArgv: ["--expose-gc"] });
  return new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`${name}: the process ended with ${code}`)));
  });
}

/** @returns guards, as the other benches do */
export async function benchDecoded({ only = Object.keys(shapes) } = {}) {
  console.log(
    "\nmemory of decoded values: measured against the estimate; the largest value of 16 MiB that passes\n",
  );
  console.log("| shape | bytes each | estimate | ratio | largest, MB received | held, MB | ms | in full |");
  console.log("|---|--:|--:|--:|--:|--:|--:|---|");
  const guards = [];
  for (const name of only) {
    const { each, estimate, largest, isWhole } = await measure(name);
    const ratio = each / estimate;
    const cells = [
      each.toFixed(0),
      estimate.toFixed(0),
      ratio.toFixed(2),
      mb(largest.bytes),
      mb(largest.held),
    ];
    const outcome = isWhole ? "passes" : "refused";
    console.log(`| ${name} | ${cells.join(" | ")} | ${largest.ms.toFixed(0)} | ${outcome} |`);
    const what = `memory of ${name} against its estimate`;
    guards.push({ what, value: ratio, relation: "<=", bound: most, holds: ratio <= most });
    const least = countedByTime.has(name) ? 0.25 : 1 / most;
    guards.push({ what, value: ratio, relation: ">=", bound: least, holds: ratio >= least });
    const time = `ms for the largest value of ${name}`;
    guards.push({
      what: time,
      value: largest.ms,
      relation: "<=",
      bound: longestMs,
      holds: largest.ms <= longestMs,
    });
  }
  return guards;
}

function mb(bytes) {
  return (bytes / 1e6).toFixed(1);
}
