/** The verdicts hold between processes: old and new over TCP, both ways, for every case and for random pairs. */
import type { Verdict } from "@voxrpc/codegen";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeFixtures, compareFixture } from "./change-fixtures.js";
import { type FarMeeting, type FarSide, FarVersion, meetFar, VersionProgram } from "./far-version.js";
import { clientTitle, isMisread, prove } from "./prove.js";
import { pairOf } from "./random-pairs.js";

const runs = 24;

/** Longest wait for two processes on a busy machine. */
const patienceMs = 180_000;

let program: VersionProgram;
let older: FarVersion;
let newer: FarVersion;

beforeAll(async () => {
  program = await VersionProgram.build();
  [older, newer] = await Promise.all([FarVersion.start(program), FarVersion.start(program)]);
}, patienceMs);

afterAll(async () => {
  await older?.[Symbol.asyncDispose]();
  await newer?.[Symbol.asyncDispose]();
  program?.[Symbol.dispose]();
});

/** The files of a version, in a folder of its own. */
function textsOf(files: Readonly<Record<string, string>>, base: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${base}/${path}`, text]));
}

describe("old and new processes agree with the verdicts", () => {
  test.each(changeFixtures)(
    "$name",
    async (fixture) => {
      const { comparison } = compareFixture(fixture);
      const before: FarSide = { process: older, texts: textsOf(fixture.old, "/old") };
      const after: FarSide = { process: newer, texts: textsOf(fixture.new, "/new") };
      const mayMisread = isMisread(fixture.name);
      for (const { method, status, oldClient, newClient } of comparison.methods) {
        const title = clientTitle(fixture.name, method);
        if (status !== "added") {
          prove(oldClient, (await meetFar(before, after, title, runs)).outcomes, mayMisread);
        }
        if (status !== "removed") {
          prove(newClient, (await meetFar(after, before, method, runs)).outcomes, mayMisread);
        }
      }
    },
    patienceMs,
  );

  test(
    "for random changes too, of values and of what streams carry",
    async () => {
      const methods = (type: string): string =>
        `swap(value: ${type}) -> ${type}  send(items: Rx<${type}>)  watch(items: Tx<${type}>)`;
      const proved: Record<Verdict, number> = { compatible: 0, conditional: 0, breaking: 0 };
      let seed = 0;
      while (Math.min(proved.compatible, proved.breaking) < 40) {
        seed += 1;
        const pair = pairOf(seed, methods);
        // Misread types are misread in some values only.
        if (pair?.comparison.findings.some(({ diagnostic }) => diagnostic.code === "VOX5011") !== false)
          continue;
        const [before, after] = ([pair.old, pair.new] as const).map((model, i): FarSide => {
          const [file] = model.files;
          return { process: i === 0 ? older : newer, texts: { [file?.path ?? ""]: file?.text ?? "" } };
        }) as [FarSide, FarSide];
        for (const { method, oldClient, newClient } of pair.comparison.methods) {
          const meetings: readonly (readonly [Verdict, () => Promise<FarMeeting>])[] = [
            [oldClient, () => meetFar(before, after, method, 4)],
            [newClient, () => meetFar(after, before, method, 4)],
          ];
          for (const [verdict, meeting] of meetings) {
            if (verdict !== "conditional") {
              const { outcomes, faults } = await meeting();
              expect(outcomes.includes("failed"), `seed ${seed} ${method}: ${faults[0]}`).toBe(
                verdict === "breaking",
              );
              prove(verdict, outcomes, false);
            }
            proved[verdict] += 1;
          }
        }
      }
      expect(proved.conditional).toBeGreaterThan(0);
    },
    patienceMs,
  );
});
