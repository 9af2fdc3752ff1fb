/** The check of `npm run docs` that public functions say what they throw. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { throwsProblems } from "../../scripts/throws.mjs";

/** Each declaration, by the name of its function, and what is missing. Undefined: nothing is. */
const cases: readonly (readonly [name: string, source: string, problem: RegExp | undefined])[] = [
  ["said", "/** @throws Fault when it fails */ export function said() { throw new Fault(); }", undefined],
  [
    "builtIn",
    "/** @throws TypeError, RangeError for it */ export function builtIn() { throw 1; }",
    undefined,
  ],
  ["byWhat", "/** @throws what {@link said} throws */ export async function byWhat() {}", undefined],
  ["never", "/** Waits. Never rejects. */ export async function never() {}", undefined],
  ["neverSoon", "/** Waits. It never\n * rejects. */ export async function neverSoon() {}", undefined],
  ["pure", "/** Adds. */ export function pure() { return 1; }", undefined],
  ["inside", "/** Makes. */ export function inside() { return () => { throw new Fault(); }; }", undefined],
  ["caught", "/** Tries. */ export function caught() { try { throw 1; } catch { return 2; } }", undefined],
  ["hidden", "/** @internal */ export function hidden() { throw new Fault(); }", undefined],
  ["unknown", "/** @throws Secret when it fails */ export function unknown() {}", /`Secret`/],
  ["secondUnknown", "/** @throws Fault or Secret */ export function secondUnknown() {}", /`Secret`/],
  ["noName", "/** @throws when it fails */ export function noName() {}", /names no error/],
  [
    "throwing",
    "/** Does it. */ export function throwing() { if (1) throw new Fault(); }",
    /does not say what/,
  ],
  [
    "rethrown",
    "/** T. */ export function rethrown() { try { pure(); } catch (e) { throw e; } }",
    /does not say/,
  ],
  ["checking", "/** Does it. */ export function checking(a: 1) { checkThat(a); }", /does not say what/],
  ["rejecting", "/** Does it. */ export async function rejecting() {}", /returns a promise/],
  [
    "over",
    "/** @throws Fault */ export function over(a: 1): 1;\nexport function over(a: 1): 1 { throw a; }",
    undefined,
  ],
  [
    "Made.constructor",
    "/** M. */ export class Made { constructor() { throw new Fault(); } }",
    /does not say/,
  ],
  ["Made2.run", "/** M. */ export class Made2 { /** R. */ run() { throw new Fault(); } }", /does not say/],
  ["Made3.of", "/** M. */ export class Made3 { /** R. */ get of() { throw new Fault(); } }", /does not say/],
  ["Made4.go", "/** M. */ export class Made4 implements Goes { go() { throw new Fault(); } }", undefined],
  ["Made5.own", "/** M. */ export class Made5 { private own() { throw new Fault(); } }", undefined],
  ["Asks.all", "/** A. */ export interface Asks { /** A. */ all(): Promise<void>; }", /returns a promise/],
];
const prelude = `
/** F. */ export class Fault extends Error {}
class Secret extends Error {}
function checkThat(a: number) { if (a > 0) throw new Secret(); }
interface Goes {
  /** Goes. @throws Fault at once */
  go(): void;
}
`;

describe("the check of @throws", () => {
  let folder = "";
  const found = new Map<string, string>();

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "vox-throws-"));
    const path = join(folder, "index.ts");
    writeFileSync(path, prelude + cases.map(([, source]) => source).join("\n"));
    for (const { name, problem, line } of throwsProblems([path])) found.set(name, `${line}: ${problem}`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(cases)("%s: %s", (name, _source, problem) => {
    if (problem === undefined) expect(found.get(name)).toBeUndefined();
    else expect(found.get(name)).toMatch(problem);
  });

  it("gives the line of the function", () => {
    expect(found.get("throwing")).toMatch(/^22: /);
  });
});
