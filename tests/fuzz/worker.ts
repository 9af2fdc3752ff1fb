/** Runs one campaign in a worker. The main thread sees the inputs of each execution, whatever becomes of the worker. */
import { parentPort, workerData } from "node:worker_threads";
import { Campaign } from "./campaign.js";
import { Coverage } from "./coverage.js";
import type { Target } from "./target.js";

/** What the main thread gives. */
interface Task {
  /** Modules of the target, instrumented and not. */
  readonly counted: string;
  readonly plain: string;
  readonly seed: number;
  readonly seconds: number;
  /** Stops after this many. */
  readonly executions: number;
  /** Inputs that an earlier campaign kept. */
  readonly kept: readonly Uint8Array[];
  /** The inputs of this moment: how many, then the length of each in four bytes, then its bytes. */
  readonly inputs: SharedArrayBuffer;
  /** Executions, blocks reached, blocks, inputs kept, milliseconds of the slowest input. */
  readonly numbers: SharedArrayBuffer;
}

type Make = () => Target | undefined | Promise<Target | undefined>;

async function made(path: string, kept: readonly Uint8Array[]): Promise<Target | undefined> {
  const { make } = (await import(path)) as { readonly make: Make };
  const target = await make();
  if (target === undefined) return undefined;
  const quick = target.isQuick === true ? withoutStacks(target) : target;
  return {
    corpus: [...target.corpus, ...kept],
    mutate: (input, others, random) => target.mutate(input, others, random),
    check: (input) => quick.check(input),
    ...(quick.checkAll === undefined ? {} : { checkAll: (inputs) => quick.checkAll?.(inputs) }),
    close: async () => target.close?.(),
  } as Target;
}

async function runWorker(): Promise<void> {
  const task = workerData as Task;
  const target = await made(task.counted, task.kept);
  const plain = await made(task.plain, []);
  const counts = (globalThis as { voxBlocks?: Uint8Array }).voxBlocks;
  if (target === undefined || plain === undefined || counts === undefined) {
    parentPort?.postMessage({ isSkipped: true, kept: [] });
    return;
  }
  const coverage = new Coverage(counts);
  coverage.advance();
  const campaign = new Campaign(target, task.seed, { coverage, plain });
  await run(campaign, coverage, task);
  await target.close?.();
  await plain.close?.();
  parentPort?.postMessage({ isSkipped: false, kept: campaign.kept });
}

function run(campaign: Campaign, coverage: Coverage, task: Task): Promise<void> {
  const { seconds, executions } = task;
  const note = notes(task.inputs);
  const numbers = new Float64Array(task.numbers);
  let now = performance.now();
  const end = now + seconds * 1000;
  return campaign.run({
    begin(inputs) {
      now = performance.now();
      if (now >= end || campaign.executions >= executions) return false;
      note(inputs);
      return true;
    },
    end() {
      numbers[0] = campaign.executions;
      numbers[1] = campaign.reached;
      numbers[2] = coverage.blocks;
      numbers[3] = campaign.kept.length;
      numbers[4] = Math.max(numbers[4] ?? 0, performance.now() - now);
    },
  });
}

/** Writes inputs to where the main thread finds them. */
function notes(shared: SharedArrayBuffer): (inputs: readonly Uint8Array[]) => void {
  const view = new DataView(shared);
  const bytes = new Uint8Array(shared);
  return (inputs) => {
    view.setUint32(0, inputs.length, true);
    let at = 4;
    for (const input of inputs) {
      view.setUint32(at, input.length, true);
      bytes.set(input, at + 4);
      at += 4 + input.length;
    }
  };
}

/** A finding is tried again, with stacks. */
function withoutStacks(target: Target): Target {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const again = async (inputs: readonly Uint8Array[], first: unknown): Promise<void> => {
    Error.stackTraceLimit = stackTraceLimit;
    for (const input of inputs) await target.check(input);
    throw first;
  };
  return {
    ...target,
    check(input) {
      try {
        const checking = target.check(input);
        return checking?.catch((error: unknown) => again([input], error));
      } catch (error) {
        return again([input], error);
      }
    },
    ...(target.checkAll === undefined
      ? {}
      : {
          checkAll: (inputs: readonly Uint8Array[]) =>
            target.checkAll?.(inputs)?.catch((error: unknown) => again(inputs, error)),
        }),
  } as Target;
}

await runWorker();
