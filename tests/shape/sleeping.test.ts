/** Tests wait for events, or for a clock that they move by hand. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Tests that use the time of the machine, with the reason. */
const allowed: Readonly<Record<string, string>> = {
  "tests/hostile/server.test.ts": "an attacker stops when nothing is taken; what is held is sampled",
  "tests/kill/server.test.ts": "a process is killed at a random moment",
  "tests/node/serve.test.ts": "the kernel takes bytes at its own pace, and says nothing of it",
};

const testsBelow = (folder: string): string[] =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
    .map((path) => `${folder}/${path.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".test.ts") && !/node_modules|\/dist\//.test(path));

it("no test sleeps, but for those with a reason", () => {
  const tests = ["tests", "packages"].flatMap(testsBelow);
  expect(tests.length).toBeGreaterThan(100);
  const sleeping = tests.filter((path) => {
    const text = readFileSync(`${root}${path}`, "utf8");
    // With no delay it is a turn of the event loop. Fake clocks have other names for their timers.
    return /(?<![\w.])set(Timeout|Interval)\((?!.*, 0\))|setTimeout[^}]*\} from "node:timers\/promises"/.test(
      text,
    );
  });
  expect(sleeping.sort()).toEqual(Object.keys(allowed).sort());
});
