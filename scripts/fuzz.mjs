/**
 * `npm run fuzz -- TARGET… [--seconds 20] [--seed N] [--executions N] [--jobs 2]`: changed inputs for targets, or for `all`,
 * see `tests/fuzz`. Inputs that reach new code are kept and changed again. Without a seed it takes a fresh one. An input that
 * breaks a rule is written to `fixtures/fuzz/TARGET/`, and the tests try it from then on. `--ci`: all targets, briefly, with a
 * fixed and a fresh seed.
 */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { allTargets, buildTarget } from "./fuzz/build.mjs";
import { install, root } from "./run.mjs";

/** Seconds of each target and seed in CI: 32 runs of it on two processors have to fit into its half hour. */
const ciSeconds = 3;
const fixedSeed = 20_111;
/** An input that takes longer hangs. It is long, as the machine may be busy. */
const hangMs = 60_000;
const longestInput = 1 << 17;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: "string", default: "20" },
    executions: { type: "string", default: String(Number.MAX_SAFE_INTEGER) },
    jobs: { type: "string", default: "2" },
    seed: { type: "string" },
    ci: { type: "boolean", default: false },
  },
});
for (const [name, value] of Object.entries(values))
  if (typeof value === "string" && !/^\d+$/.test(value)) fail(`--${name} takes a whole number, not ${value}`);
install();

const targets = await allTargets();
const known = Object.keys(targets);
const chosen = positionals.length === 0 || positionals.includes("all") ? known : positionals;
for (const name of chosen)
  if (!known.includes(name)) fail(`there is no target ${name}: there are all, ${known.join(", ")}`);

const fresh = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const seeds = values.ci ? [fixedSeed, fresh] : [fresh];
const seconds = values.ci ? ciSeconds : Number(values.seconds);
const tasks = chosen.flatMap((name) => seeds.map((seed) => ({ name, seed })));
let findings = 0;
await Promise.all(
  Array.from({ length: Math.max(1, Number(values.jobs)) }, async () => {
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) await runTask(task);
  }),
);
process.exit(findings === 0 ? 0 : 1);

function fail(text) {
  console.error(text);
  process.exit(2);
}

/** One target with one seed, in a worker: its end, its memory and its loops are its own. */
async function runTask({ name, seed }) {
  const input = new SharedArrayBuffer(4 + longestInput);
  const numbers = new SharedArrayBuffer(8 * 5);
  const worker = new Worker(await buildTarget(name, targets[name]), {
    workerData: { seed, seconds, executions: Number(values.executions), input, numbers },
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  });
  const end = await endOf(worker, new Float64Array(numbers));
  await worker.terminate();
  const [executions, reached, blocks, kept, slowest] = new Float64Array(numbers);
  const covered = `${reached} of ${blocks} blocks, ${kept} inputs kept, the slowest took ${slowest.toFixed(1)} ms`;
  const text = `${name}, seed ${seed}: ${executions} executions, ${covered}`;
  if (end === "skipped") console.log(`${name}: SKIPPED, this machine lacks what it needs`);
  else if (end === "done") console.log(`${text}, no finding`);
  else {
    findings += 1;
    const length = new Int32Array(input, 0, 1)[0];
    console.error(
      `${text}\n  FINDING, kept in ${keep(name, new Uint8Array(input).slice(4, 4 + length))}:\n${end}`,
    );
  }
}

function keep(name, bytes) {
  const folder = `fixtures/fuzz/${name}/`;
  mkdirSync(`${root}${folder}`, { recursive: true });
  const file = `${folder}${createHash("sha256").update(bytes).digest("hex").slice(0, 12)}`;
  writeFileSync(`${root}${file}`, bytes);
  return file;
}

/** @returns `done`, `skipped`, or the text of a finding */
function endOf(worker, numbers) {
  return new Promise((resolve) => {
    let before = -1;
    const watch = setInterval(() => {
      if (numbers[0] === before) resolve(`no end within ${hangMs / 1000} s`);
      before = numbers[0];
    }, hangMs);
    const settle = (text) => {
      clearInterval(watch);
      resolve(text);
    };
    worker.on("message", settle);
    worker.on("error", (error) => settle(shown(error)));
    worker.on("exit", (code) => settle(`the worker ended with ${code}`));
  });
}

function shown(error) {
  return error instanceof Error
    ? `${error.stack}${error.cause ? `\n  cause: ${shown(error.cause)}` : ""}`
    : String(error);
}
