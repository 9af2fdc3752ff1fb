/**
 * `npm run fuzz -- TARGET… [--seconds 20] [--seed N] [--executions N] [--jobs 2] [--state DIR]`: changed inputs for
 * targets, or for `all`, see `tests/fuzz`. Inputs that reach new code are kept and changed again. Without a seed it
 * takes a fresh one. An input that breaks a rule is written to `fixtures/fuzz/TARGET/`, and the tests try it from then
 * on. `--ci`: all targets, briefly, with a fixed and a fresh seed. `--state`: a folder where a campaign finds what
 * earlier ones kept, and adds its own.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { allTargets, buildTarget, buildWorker } from "./fuzz/build.mjs";
import { install, root } from "./run.mjs";

/** Seconds of a target in CI, by seed. All of it takes 3 minutes on two processors. */
const ciSeconds = { fixed: 5, fresh: 15 };
const fixedSeed = 20_111;
/** An input that takes longer hangs. It is long, as the machine may be busy. */
const hangMs = 60_000;
/** As `tests/fuzz/campaign.ts` has them. */
const longestInput = 1 << 17;
const mostInputs = 32;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: "string", default: "20" },
    executions: { type: "string", default: String(Number.MAX_SAFE_INTEGER) },
    jobs: { type: "string", default: "2" },
    seed: { type: "string" },
    state: { type: "string" },
    ci: { type: "boolean", default: false },
  },
});
for (const [name, value] of Object.entries(values))
  if (name !== "state" && typeof value === "string" && !/^\d+$/.test(value))
    fail(`--${name} takes a whole number, not ${value}`);
install();

const targets = await allTargets();
const known = Object.keys(targets);
const chosen = positionals.length === 0 || positionals.includes("all") ? known : positionals;
for (const name of chosen)
  if (!known.includes(name)) fail(`there is no target ${name}: there are all, ${known.join(", ")}`);

const fresh = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const workerPath = buildWorker();
const tasks = chosen.flatMap(tasksOf);
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

function tasksOf(name) {
  const modules = builtOnce(name);
  if (!values.ci) return [{ name, modules, seed: fresh, seconds: Number(values.seconds) }];
  return [
    { name, modules, seed: fixedSeed, seconds: ciSeconds.fixed },
    { name, modules, seed: fresh, seconds: ciSeconds.fresh },
  ];
}

/** @returns what builds a target when its first task begins, and no second time */
function builtOnce(name) {
  let modules;
  return () => {
    modules ??= buildTarget(name, targets[name]);
    return modules;
  };
}

/** One target with one seed, in a worker: its end, its memory and its loops are its own. */
async function runTask({ name, modules, seed, seconds }) {
  const state = values.state === undefined ? undefined : openState(values.state, name);
  const inputs = new SharedArrayBuffer(4 + mostInputs * (4 + longestInput));
  const numbers = new SharedArrayBuffer(8 * 5);
  const worker = new Worker(await workerPath, {
    workerData: {
      ...(await modules()),
      seed,
      seconds,
      executions: Number(values.executions),
      kept: state?.kept ?? [],
      inputs,
      numbers,
    },
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  });
  const { finding, isSkipped, kept = [] } = await endOf(worker, new Float64Array(numbers));
  await worker.terminate();
  const [executions, reached, blocks, count, slowest] = new Float64Array(numbers);
  state?.add(executions, kept);
  const before = state === undefined ? "" : `, ${state.executions} in all campaigns`;
  const covered = `${reached} of ${blocks} blocks, ${count} inputs kept, the slowest took ${slowest.toFixed(1)} ms`;
  const text = `${name}, seed ${seed}: ${executions} executions${before}, ${covered}`;
  if (isSkipped) console.log(`${name}: SKIPPED, this machine lacks what it needs`);
  else if (finding === undefined) console.log(`${text}, no finding`);
  else {
    findings += 1;
    const files = inputsOf(inputs).map((bytes) => keep(name, bytes));
    console.error(`${text}\n  FINDING, kept in ${files.join(", ")}:\n${finding}`);
  }
}

/** The inputs that were tried when the worker ended: more than one where a target takes some at once. */
function inputsOf(shared) {
  const view = new DataView(shared);
  const list = [];
  for (let at = 4, left = view.getUint32(0, true); left > 0; left--) {
    const length = view.getUint32(at, true);
    list.push(new Uint8Array(shared).slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return list;
}

function keep(name, bytes) {
  const folder = `fixtures/fuzz/${name}/`;
  mkdirSync(`${root}${folder}`, { recursive: true });
  const file = `${folder}${createHash("sha256").update(bytes).digest("hex").slice(0, 12)}`;
  writeFileSync(`${root}${file}`, bytes);
  return file;
}

/** What earlier campaigns of a target left in a folder: inputs that reached something, and the number of executions. */
function openState(folder, name) {
  const path = join(folder, name);
  const countFile = join(path, "executions");
  mkdirSync(join(path, "kept"), { recursive: true });
  const files = readdirSync(join(path, "kept")).sort();
  return {
    kept: files.map((file) => readFileSync(join(path, "kept", file))),
    executions: existsSync(countFile) ? Number(readFileSync(countFile, "utf8")) : 0,
    add(more, kept) {
      this.executions += more;
      writeFileSync(countFile, String(this.executions));
      for (const bytes of kept)
        writeFileSync(
          join(path, "kept", createHash("sha256").update(bytes).digest("hex").slice(0, 16)),
          bytes,
        );
    },
  };
}

/** How a worker ended: with what it kept, or with the text of a finding. */
function endOf(worker, numbers) {
  return new Promise((resolve) => {
    let before = -1;
    const watch = setInterval(() => {
      if (numbers[0] === before) settle({ finding: `no end within ${hangMs / 1000} s` });
      before = numbers[0];
    }, hangMs);
    const settle = (end) => {
      clearInterval(watch);
      resolve(end);
    };
    worker.on("message", settle);
    worker.on("error", (error) => settle({ finding: shown(error) }));
    worker.on("exit", (code) => settle({ finding: `the worker ended with ${code}` }));
  });
}

function shown(error) {
  return error instanceof Error
    ? `${error.stack}${error.cause ? `\n  cause: ${shown(error.cause)}` : ""}`
    : String(error);
}
