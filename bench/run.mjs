/**
 * `npm run bench`: generated codecs, translation plans and unary calls against hand-written limits and peers,
 * interleaved in one run. Read the ratios: absolute figures move with the machine. Exits 1 when a guarded ratio does
 * not hold.
 */
import { benchPlans } from "./codec/plans.mjs";
import { benchCodecs } from "./codec/run.mjs";
import { benchKeys } from "./decoded/keys.mjs";
import { benchDecoded } from "./decoded/run.mjs";
import { benchFairness } from "./fairness/run.mjs";
import { benchCalls } from "./rpc/run.mjs";

const [which, ...only] = process.argv.slice(2);
const some = only.length === 0 ? {} : { only };
const named = { fairness: benchFairness, decoded: benchDecoded, keys: benchKeys };
const guards = Object.hasOwn(named, which ?? "")
  ? await named[which](some)
  : [...benchCodecs(), ...benchPlans(), ...benchCalls()];
console.log("");
for (const { what, value, relation, bound, holds } of guards) {
  console.log(`${holds ? "holds" : "FAILS"}: ${what}: ${value.toFixed(2)} (${relation} ${bound})`);
}
process.exitCode = guards.every((guard) => guard.holds) ? 0 : 1;
