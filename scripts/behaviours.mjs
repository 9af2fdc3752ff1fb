/**
 * `npm run behaviours`: every behaviour that the reference's own tests assert has a test of ours, whose title contains
 * the name that it has there. The names come from `fixtures/behaviours.md`; those of later work are in
 * `fixtures/behaviours-pending.txt`, grouped under the reason. Fails when a name has no test, a test of one fails, or a
 * pending name has a test.
 *
 *   --report FILE   reads what `behaviours-reporter.mjs` (or vitest's json reporter) wrote instead of running the tests
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { install, root } from "./run.mjs";

/** Names of the list by section, in its order. The last section lists behaviours that cannot apply. */
export function readNames(markdown) {
  const sections = [];
  let isTable = false;
  for (const line of markdown.split("\n")) {
    if (line.startsWith("## ")) sections.push({ title: line.slice(3), names: [] });
    if (!line.startsWith("|")) {
      isTable = false;
      continue;
    }
    const [, cell = ""] = line.split("|");
    if (/^[\s-]+$/.test(cell)) {
      isTable = true;
      continue;
    }
    if (!isTable) continue;
    // In the section on postcard the common prefix is left out after the first name of a row.
    for (const [, name] of cell.matchAll(/`([\w…*]+)`/g))
      sections.at(-1)?.names.push(name.startsWith("_") ? `round_trip${name}` : name);
  }
  const isOurs = ({ title }) => !/does not apply/i.test(title);
  return sections.filter((section) => isOurs(section) && section.names.length > 0);
}

/** Reason by pending name. */
export function readPending(text) {
  const reasons = new Map();
  let reason = "";
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (line.startsWith("# ")) reason = line.slice(2);
    else if (line !== "") reasons.set(line, reason);
  }
  return reasons;
}

function readReport(path) {
  const report = JSON.parse(readFileSync(path, "utf8"));
  if (report.tests !== undefined) return report.tests;
  return report.testResults.flatMap(({ assertionResults }) =>
    assertionResults.map(({ fullName, status }) => ({ title: fullName, state: status })),
  );
}

/** Runs the tests whose titles contain one of the names. @returns their titles and outcomes */
function runTests(names) {
  install();
  const directory = mkdtempSync(join(tmpdir(), "behaviours-"));
  const path = join(directory, "report.json");
  try {
    const vitest = `${root}node_modules/vitest/vitest.mjs`;
    const pattern = `\\b(${names.join("|")})\\b`;
    const args = ["run", "-t", pattern, "--exclude", "tests/interop/**", "--passWithNoTests"];
    args.push("--reporter=./scripts/behaviours-reporter.mjs");
    const env = { ...process.env, BEHAVIOURS_REPORT: path };
    const { error } = spawnSync(process.execPath, [vitest, ...args], { cwd: root, stdio: "inherit", env });
    if (error !== undefined) throw error;
    return readReport(path);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const sections = readNames(readFileSync(`${root}fixtures/behaviours.md`, "utf8"));
const names = [...new Set(sections.flatMap((section) => section.names))];
const pending = readPending(readFileSync(`${root}fixtures/behaviours-pending.txt`, "utf8"));
const at = process.argv.indexOf("--report");
const tests = at < 0 ? runTests(names) : readReport(process.argv[at + 1]);

/** Tests by the words of their titles: a name is one word. */
const byWord = new Map();
for (const test of tests.filter(({ state }) => state !== "skipped" && state !== "pending"))
  for (const word of new Set(test.title.match(/\w+/g))) byWord.set(word, [...(byWord.get(word) ?? []), test]);

const wanted = names.filter((name) => !pending.has(name));
const missing = wanted.filter((name) => !byWord.has(name));
const failing = wanted.filter((name) => byWord.get(name)?.some(({ state }) => state !== "passed"));
const covered = wanted.length - missing.length;
console.log(`behaviours: ${covered} of ${wanted.length} covered, ${covered - failing.length} passing`);

const problems = [];
for (const { title, names: own } of sections) {
  const lost = own.filter((name) => missing.includes(name));
  if (lost.length > 0) problems.push(`no test, ${title}:\n  ${lost.join("\n  ")}`);
}
if (failing.length > 0) problems.push(`failing:\n  ${failing.join("\n  ")}`);
const known = new Set(names);
const unknown = [...pending.keys()].filter((name) => !known.has(name));
if (unknown.length > 0) problems.push(`pending, but not in the list:\n  ${unknown.join("\n  ")}`);
const done = [...pending.keys()].filter((name) => byWord.has(name));
if (done.length > 0) problems.push(`pending, but there is a test:\n  ${done.join("\n  ")}`);
const broken = tests
  .filter(({ error }) => error !== undefined)
  .map(({ title, error }) => `${title}: ${error}`);
if (broken.length > 0) problems.push(`cannot be loaded:\n  ${broken.join("\n  ")}`);

if (pending.size > 0) {
  console.log(`pending: ${pending.size}`);
  for (const reason of new Set(pending.values())) {
    const count = [...pending.values()].filter((each) => each === reason).length;
    console.log(`  ${count} ${reason}`);
  }
}
for (const problem of problems) console.log(`\n${problem}`);
if (problems.length > 0) process.exitCode = 1;
