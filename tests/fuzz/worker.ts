/** Runs one campaign in a worker. The main thread sees the input of each execution, whatever becomes of the worker. */
import { parentPort, workerData } from "node:worker_threads";
import { Campaign } from "./campaign.js";
import { Coverage } from "./coverage.js";
import type { Target } from "./target.js";

/** What the main thread gives. */
interface Task {
  readonly seed: number;
  readonly seconds: number;
  /** Stops after this many. */
  readonly executions: number;
  /** The input of this moment: its length in four bytes, then its bytes. */
  readonly input: SharedArrayBuffer;
  /** Executions, blocks reached, blocks, inputs kept, milliseconds of the slowest input. */
  readonly numbers: SharedArrayBuffer;
}

/** @param make the target; it gives undefined where the machine lacks what it needs */
export async function runWorker(make: () => Target | undefined | Promise<Target | undefined>): Promise<void> {
  const task = workerData as Task;
  const target = await make();
  const counts = (globalThis as { voxBlocks?: Uint8Array }).voxBlocks;
  if (target !== undefined && counts !== undefined) {
    const coverage = new Coverage(counts);
    coverage.advance();
    await run(target, coverage, task);
    await target.close?.();
  }
  parentPort?.postMessage(target === undefined ? "skipped" : "done");
}

async function run(target: Target, coverage: Coverage, task: Task): Promise<void> {
  const { seed, seconds, executions, input: shared } = task;
  const length = new Int32Array(shared, 0, 1);
  const bytes = new Uint8Array(shared, 4);
  const numbers = new Float64Array(task.numbers);
  const campaign = new Campaign(target.isQuick === true ? withoutStacks(target) : target, seed, coverage);
  let now = performance.now();
  const end = now + seconds * 1000;
  await campaign.run({
    begin(input) {
      now = performance.now();
      if (now >= end || campaign.executions >= executions) return false;
      length[0] = input.length;
      bytes.set(input);
      return true;
    },
    end() {
      const { executions: done, reached, kept } = campaign;
      const slowest = Math.max(numbers[4] ?? 0, performance.now() - now);
      numbers[0] = done;
      numbers[1] = reached;
      numbers[2] = coverage.blocks;
      numbers[3] = kept;
      numbers[4] = slowest;
    },
  });
}

function withoutStacks(target: Target): Target {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const again = (input: Uint8Array): void | Promise<void> => {
    Error.stackTraceLimit = stackTraceLimit;
    return target.check(input);
  };
  return {
    ...target,
    check(input) {
      try {
        return target.check(input);
      } catch {
        return again(input);
      }
    },
  };
}
