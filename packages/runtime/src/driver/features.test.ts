/** What comes with a client by its imports: values only, types leave nothing behind. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const sources = fileURLToPath(new URL("..", import.meta.url));
const importClause = /^(?:import|export)\s+(?!type\b)(?:([^;"]*?)\s+from\s+)?"(\.[^"]+)";/gm;

/** Modules that a file imports a value of. */
function valuesImportedBy(file: string): readonly string[] {
  const found: string[] = [];
  for (const [, clause = "", path = ""] of readFileSync(file, "utf8").matchAll(importClause)) {
    const names = clause
      .replace(/[{}]/g, "")
      .split(",")
      .map((name) => name.trim());
    const hasValue = names.some((name) => name !== "" && !name.startsWith("type "));
    if (hasValue || clause === "") found.push(resolve(dirname(file), path.replace(/\.js$/, ".ts")));
  }
  return found;
}

function reachableFrom(entry: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file)) return;
    found.add(file);
    expect(existsSync(file)).toBe(true);
    for (const next of valuesImportedBy(file)) visit(next);
  };
  visit(resolve(sources, entry));
  return new Set([...found].map((file) => relative(sources, file)));
}

describe("a driver by itself", () => {
  const reached = [...reachableFrom("driver/driver.ts")];

  it.each([
    ["streams", /^channel\/(?!end\.ts|origin\.ts|channel-implementation\.ts)/],
    ["the answering of calls", /^driver\/(incoming|dispatcher|replies)/],
    ["operations", /^operations\//],
    ["what sends calls again", /^driver\/outgoing-resends/],
    ["what says where in a value encoding has failed", /^shape\/(codec-error|explain-|analysis|path)/],
    [
      "what compares types with those of a peer",
      /^(plan\/(?!plan-model|same-type)|schema\/(type-ref|uncovered))/,
    ],
    ["lists as typed arrays", /^postcard\/typed-arrays/],
  ])("brings no %s", (_what, unwanted) => {
    expect(reached).toContain("driver/outgoing.ts");
    expect(reached.filter((file) => unwanted.test(file))).toEqual([]);
  });
});

describe("a dispatcher", () => {
  it("brings all that answers calls, streams among their arguments included", () => {
    const reached = reachableFrom("driver/dispatcher.ts");
    for (const file of ["driver/incoming.ts", "operations/operations.ts", "channel/channels.ts"])
      expect(reached).toContain(file);
  });
});

describe("a session by itself", () => {
  const reached = [...reachableFrom("establish/initiate.ts")];

  it.each([
    ["virtual connections", /^session\/(virtual-connections|connection-opener|raw-connection|proxy)/],
    ["connection acceptors, routers and proxies", /^acceptor\/(?!check-servable\.ts)/],
  ])("brings no %s", (_what, unwanted) => {
    expect(reached).toContain("session/session-core.ts");
    expect(reached.filter((file) => unwanted.test(file))).toEqual([]);
  });

  it("has them with their option, but no proxies", () => {
    const brought = [...reachableFrom("acceptor/virtual-connections.ts")];
    for (const file of [
      "session/virtual-connections.ts",
      "session/connection-opener.ts",
      "acceptor/admission.ts",
    ])
      expect(brought).toContain(file);
    expect(brought.filter((file) => /^(session\/proxy|acceptor\/proxying)/.test(file))).toEqual([]);
  });
});
