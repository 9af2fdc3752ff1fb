/**
 * The cost of reading a peer of another version. A translation plan decodes the typical message in a layout with
 * another order and two more fields; the generated decoder reads our own layout. The runs alternate in one process.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { codec } from "@voxrpc/runtime/gen/v1";
import { assemblePayload, buildPlan, readSchemaPayload } from "@voxrpc/runtime/internal/schema";
import { compilePlan } from "../../packages/runtime/dist/plan/compile-plan.js";
import { UserCodec as NewerCodec, newerUsersGet } from "../gen/newer.vox.js";
import { UserCodec, userShape, usersGet, writeUser } from "../gen/schema.vox.js";
import { user } from "./data.mjs";
import { measure } from "./measure.mjs";

/** At most this many times the generated decoder. */
const mostTimes = 1.6;

/** The result of a method, as a peer announces it: its type and all schemas. */
function announced({ response }) {
  const chunks = response.schemas.map(({ bytes }) => bytes);
  const limits = { maxSchemaBytes: 1 << 20, maxSchemas: 1000, maxSchemaDepth: 64 };
  const { schemas, root } = readSchemaPayload(assemblePayload(chunks, response.root), limits);
  const byId = new Map(schemas.map((schema) => [schema.id, schema]));
  return { root: root.args[0], lookup: (id) => byId.get(id) };
}

function plannedCodec() {
  const [newer, own] = [announced(newerUsersGet), announced(usersGet)];
  const { plan, problems } = buildPlan(newer.root, newer.lookup, own.root, own.lookup);
  assert.deepEqual(problems, []);
  const steps = plan.root.fields.steps.map(({ name, action }) => (action === "skip" ? `-${name}` : name));
  assert.deepEqual(
    steps.filter((step) => step.startsWith("-")),
    ["-phone", "-visits"],
  );
  assert.notDeepEqual(
    steps.filter((step) => !step.startsWith("-")),
    Object.keys(user),
  );
  return codec(userShape, writeUser, compilePlan(plan, userShape));
}

/** Measures, prints a table and returns what `npm run bench` guards. */
export function benchPlans(options) {
  const planned = plannedCodec();
  const ownBytes = UserCodec.encode(user);
  const newerBytes = NewerCodec.encode({ ...user, phone: "+49 30 901820", visits: 70_000 });
  assert.deepEqual(planned.decode(newerBytes), user);
  const jobs = [
    { name: "generated decoder", bytes: ownBytes.length, run: () => UserCodec.decode(ownBytes) },
    { name: "plan: reorders, skips two", bytes: newerBytes.length, run: () => planned.decode(newerBytes) },
  ];
  const times = measure(jobs, options);
  const [own, translated] = times;
  console.log("\ntranslation plans, one process\n");
  console.log("| decode User | bytes | ns | × generated |");
  console.log("|---|--:|--:|--:|");
  for (const [i, { name, bytes }] of jobs.entries())
    console.log(`| ${name} | ${bytes} | ${times[i].toFixed(1)} | ${(times[i] / own).toFixed(2)} |`);
  const value = translated / own;
  return [
    {
      what: "decode User by a plan, times the generated decoder",
      value,
      relation: "<=",
      bound: mostTimes,
      holds: value <= mostTimes,
    },
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const guards = benchPlans();
  process.exitCode = guards.every((guard) => guard.holds) ? 0 : 1;
}
