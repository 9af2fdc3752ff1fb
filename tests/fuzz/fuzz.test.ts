/**
 * Every target with its examples, with what was a finding once (`fixtures/fuzz/TARGET/`), and with a few changed
 * inputs. The campaign with coverage is `npm run fuzz`.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import vm from "node:vm";
import { describe, expect, it } from "vitest";
import { instrument } from "../../scripts/fuzz/instrument.mjs";
import { mutateBytes, mutateParts, randomOf } from "../support/mutate.js";
import { packParts, unpackParts } from "../support/parts.js";
import { Campaign } from "./campaign.js";
import { Coverage } from "./coverage.js";
import type { Target } from "./target.js";
import { makeTarget, type TargetName, targets } from "./targets.js";

const findings = new URL("../../fixtures/fuzz/", import.meta.url);
const seed = 20_111;
/** Changed inputs of each target. */
const changed = 12;
/** Examples of each target that are tried: those of a session take 5 ms each. */
const examples = 24;

describe.each(Object.keys(targets) as TargetName[])("%s", (name) => {
  it("takes what was a finding once, examples, and changed examples", async () => {
    const target = await makeTarget(name);
    if (target === undefined) return;
    const folder = new URL(`${name}/`, findings);
    const known = existsSync(folder)
      ? readdirSync(folder).map((file) => readFileSync(new URL(file, folder)))
      : [];
    const step = Math.ceil(target.corpus.length / examples);
    const corpus = [...known, ...target.corpus.filter((_, at) => at % step === 0)];
    const campaign = new Campaign(
      { ...target, corpus, mutate: target.mutate, check: (input) => target.check(input) },
      seed,
    );
    const most = corpus.length + changed;
    await campaign.run({ begin: () => campaign.executions < most });
    await target.close?.();
    expect(campaign.executions).toBe(most);
  });
});

it("every folder of findings has its target", () => {
  const folders = existsSync(findings) ? readdirSync(findings) : [];
  expect(folders.filter((folder) => !(folder in targets))).toEqual([]);
});

describe("a campaign", () => {
  const source = `// packages/toy.ts
    globalThis.toy = (bytes) => {
      const first = bytes.length > 3 ? bytes[0] ?? 1 : undefined;
      if (first === 0x56) if (bytes[1] === 0x4f) { switch (bytes[2]) { case 0x54: throw new Error("found"); } }
      do first && 1; while (false);
      return () => first;
    };`;

  /** Three bytes in a row have to be right; each that is right reaches a new block. */
  function toy(counted: boolean): { readonly target: Target; readonly coverage: Coverage } {
    const { text, blocks } = instrument(source, () => counted);
    const here = globalThis as { voxBlocks?: Uint8Array; toy?: (bytes: Uint8Array) => void };
    vm.compileFunction(text)();
    const { voxBlocks = new Uint8Array(0), toy: check = () => {} } = here;
    expect(voxBlocks).toHaveLength(blocks);
    const target = { corpus: [new Uint8Array(4)], mutate: mutateBytes, check };
    return { target, coverage: new Coverage(voxBlocks) };
  }

  const most = 100_000;
  const run = async (counted: boolean): Promise<number> => {
    const { target, coverage } = toy(counted);
    const campaign = new Campaign(target, seed, { coverage });
    await expect(campaign.run({ begin: () => campaign.executions < most })).rejects.toThrow("found");
    return campaign.executions;
  };

  it("finds step by step what three right bytes guard, and equal seeds find it at once", async () => {
    const executions = await run(true);
    expect(executions).toBeLessThan(most);
    expect(await run(true)).toBe(executions);
  });

  it("does not find it without counts", async () => {
    const { target, coverage } = toy(false);
    const campaign = new Campaign(target, seed, { coverage });
    await campaign.run({ begin: () => campaign.executions < most });
    expect(campaign).toMatchObject({ executions: most, kept: [], reached: 0 });
  });
});

it("equal seeds give equal inputs", () => {
  const input = packParts([{ tag: 1, bytes: Uint8Array.from({ length: 40 }, (_, at) => at) }]);
  for (const mutate of [mutateBytes, mutateParts]) {
    const one = randomOf(7);
    const other = randomOf(7);
    for (let at = 0; at < 50; at++)
      expect(mutate(input, [input], one)).toEqual(mutate(input, [input], other));
  }
});

it("a list of parts is the same after it was packed", () => {
  const parts = [
    { tag: 0, bytes: new Uint8Array(0) },
    { tag: 255, bytes: Uint8Array.of(1, 2, 3) },
    { tag: 3, bytes: new Uint8Array(70_000) },
  ];
  const read = unpackParts(packParts(parts));
  expect(read.map(({ tag, bytes }) => [tag, bytes.length])).toEqual([
    [0, 0],
    [255, 3],
    [3, 65_535],
  ]);
  expect(unpackParts(Uint8Array.of(7, 9, 0, 1))).toEqual([{ tag: 7, bytes: Uint8Array.of(1) }]);
});
