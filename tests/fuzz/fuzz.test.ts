/**
 * Every target with a fixed seed and a fresh one, for a number of inputs; with `npm run fuzz -- TARGET --seconds N --seed S`
 * one target for a time. An input that was a finding once lies in `fixtures/fuzz/TARGET/` and is tried first.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { mutateBytes, randomOf } from "./mutate.js";
import { type Target, targets } from "./targets.js";

const folder = new URL("../../fixtures/fuzz/", import.meta.url);
const { FUZZ_TARGET, FUZZ_SECONDS, FUZZ_SEED } = process.env;
const fresh = Number(FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const fixed = 20_111;
/** Inputs of one seed where no time is given. */
const inputs: Readonly<Record<string, number>> = { decoders: 150, vox: 40, lock: 10 };
const ordinary = 4000;

/** @returns how many were tried */
function run(name: string, target: Target, seed: number, goesOn: (tried: number) => boolean): number {
  const random = randomOf(seed);
  let tried = 0;
  for (; goesOn(tried); tried++) {
    const input = target.make(random);
    try {
      target.check(input);
    } catch (error) {
      const own = new URL(`${name}/`, folder);
      mkdirSync(own, { recursive: true });
      const file = new URL(`seed-${seed}-${tried}`, own);
      writeFileSync(file, input);
      throw new Error(`seed ${seed}, input ${tried}, kept in ${file.pathname}`, { cause: error });
    }
  }
  return tried;
}

describe.each(Object.entries(targets))("%s", (name, make) => {
  const known = new URL(`${name}/`, folder);
  it.runIf(existsSync(known))("takes what was a finding once", () => {
    const target = make();
    for (const file of readdirSync(known)) target.check(readFileSync(new URL(file, known)));
  });

  it.runIf(FUZZ_SECONDS === undefined)(`takes mutated inputs of seeds ${fixed} and ${fresh}`, () => {
    const target = make();
    const most = inputs[name] ?? ordinary;
    for (const seed of [fixed, fresh]) expect(run(name, target, seed, (tried) => tried < most)).toBe(most);
  });

  it.runIf(FUZZ_SECONDS !== undefined && (FUZZ_TARGET ?? name) === name)(
    `takes mutated inputs of seed ${fresh} for ${FUZZ_SECONDS} s`,
    { timeout: Number(FUZZ_SECONDS) * 2000 + 60_000 },
    () => {
      const end = performance.now() + Number(FUZZ_SECONDS) * 1000;
      const tried = run(name, make(), fresh, () => performance.now() < end);
      console.log(`${name}: ${tried} inputs of seed ${fresh}, no finding`);
    },
  );
});

it("equal seeds give equal inputs", () => {
  const input = Uint8Array.from({ length: 40 }, (_, i) => i);
  const one = randomOf(7);
  const other = randomOf(7);
  for (let i = 0; i < 50; i++)
    expect(mutateBytes(input, [input], one)).toEqual(mutateBytes(input, [input], other));
});
