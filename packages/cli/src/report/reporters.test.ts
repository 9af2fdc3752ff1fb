import { describe, expect, it } from "vitest";
import { createReporter, type Format } from "./create-reporter.js";
import type { Finding, ReportEvent, Summary } from "./event.js";
import { takesColor } from "./style.js";

async function render(
  format: Format,
  events: readonly ReportEvent[],
  isColored = false,
): Promise<{ readonly out: string; readonly error: string }> {
  let out = "";
  let error = "";
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    error: (text: string) => {
      error += text;
    },
    isOutColored: isColored,
    isErrorColored: isColored,
  };
  const report = await createReporter(format, terminal, "/project", { GITHUB_WORKSPACE: "/project" });
  for (const event of events) report(event);
  return { out, error };
}

const place = { line: 2, column: 3 };
const finding: Finding = {
  severity: "error",
  pretty: (color) => `error in ${color ? "colour" : "plain"}`,
  json: () => ({
    code: "VOX2001",
    severity: "error",
    message: "m",
    file: "a.vox",
    start: place,
    end: place,
    offset: { start: 9, end: 9 },
    related: [],
  }),
  github: () => "::error file=a.vox::m",
};

const summary: Summary = {
  command: "generate",
  ok: true,
  files: 2,
  errors: 0,
  warnings: 0,
  written: 0,
  removed: 0,
  unchanged: 0,
  stale: 0,
  durationMs: 12.3,
};

const line = async (change: Partial<Summary>): Promise<string> => {
  const { out, error } = await render("pretty", [{ kind: "summary", summary: { ...summary, ...change } }]);
  return out + error;
};

describe("pretty", () => {
  it("puts problems on standard error and facts on standard output", async () => {
    const rendered = await render("pretty", [
      { kind: "finding", finding },
      { kind: "file", change: "created", path: "gen/a.vox.ts" },
      { kind: "failure", code: "Usage", message: "no", help: "do this\nor that" },
      { kind: "changed", paths: ["a", "b", "c", "d", "e"] },
      { kind: "stopped" },
    ]);
    expect(rendered.error).toBe("error in plain\n\nerror: no\nhelp: do this\n      or that\n");
    expect(rendered.out).toBe("created gen/a.vox.ts\n\nchanged: a, b, c and 2 more\nstopped\n");
  });

  it("sums up in one line", async () => {
    expect(await line({ written: 1, removed: 2, unchanged: 3 })).toBe(
      "wrote 1 file, removed 2 files, 3 unchanged in 12 ms\n",
    );
    expect(await line({ unchanged: 3, warnings: 1 })).toBe("up to date: 3 unchanged, 1 warning in 12 ms\n");
    expect(await line({ ok: false, errors: 2, warnings: 1 })).toBe(
      "2 errors and 1 warning in 2 files; nothing was written in 12 ms\n",
    );
    expect(await line({ command: "check", ok: false, errors: 1, files: 1 })).toBe(
      "1 error in 1 file in 12 ms\n",
    );
    expect(await line({ command: "check" })).toBe("checked 2 files, no problems in 12 ms\n");
    expect(await line({ command: "check", warnings: 2 })).toBe("checked 2 files, 2 warnings in 12 ms\n");
    expect(await line({ ok: false, stale: 1, unchanged: 1 })).toBe(
      "1 file out of date, 1 up to date in 12 ms; run vox-gen generate\n",
    );
  });

  it("colours what its options say, and only that", async () => {
    const events: readonly ReportEvent[] = [
      { kind: "finding", finding },
      { kind: "stale", change: "updated", path: "a", diff: "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y" },
      { kind: "failure", code: "Usage", message: "no", help: undefined },
    ];
    const plain = await render("pretty", events);
    const colored = await render("pretty", events, true);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI codes begin with one
    const codes = /\u001b\[\d+m/g;
    expect(plain.out + plain.error).not.toMatch(codes);
    expect(colored.out).toMatch(codes);
    expect(colored.out.replace(codes, "")).toBe(plain.out);
    expect(colored.error.replace(codes, "")).toBe(plain.error.replace("plain", "colour"));
  });

  it("tells what was implemented", async () => {
    const file = {
      service: "Greeter",
      path: "src/g.ts",
      added: ["a", "b"],
      updated: ["c"],
      extra: ["d"],
      unsure: [],
    };
    const { out } = await render("pretty", [
      { kind: "implemented", file: { ...file, change: "updated" } },
      {
        kind: "implemented",
        file: {
          ...file,
          change: "unchanged",
          added: [],
          updated: [],
          extra: [],
          unsure: [{ name: "e", reason: "why" }],
        },
      },
    ]);
    expect(out).toBe(
      [
        "updated src/g.ts",
        "  added a, b",
        "  updated the signature of c",
        "  not in Greeter, left alone: d",
        "unchanged src/g.ts",
        "  left alone: e: why",
        "",
      ].join("\n"),
    );
  });
});

describe("json", () => {
  it("writes one object a line", async () => {
    const { out, error } = await render("json", [
      { kind: "finding", finding },
      { kind: "file", change: "removed", path: "a" },
      { kind: "failure", code: "Config", message: "no", help: undefined },
      { kind: "summary", summary },
      { kind: "stopped" },
    ]);
    expect(error).toBe("");
    expect(
      out
        .trimEnd()
        .split("\n")
        .map((text) => JSON.parse(text)),
    ).toEqual([
      { event: "diagnostic", ...finding.json() },
      { event: "file", change: "removed", path: "a" },
      { event: "failure", code: "Config", message: "no" },
      { event: "summary", ...summary },
      { event: "stopped" },
    ]);
  });
});

describe("github", () => {
  it("makes annotations of problems", async () => {
    const { out, error } = await render("github", [
      { kind: "finding", finding },
      { kind: "stale", change: "created", path: "a,b.ts", diff: "+x\n::error::not a command" },
      { kind: "failure", code: "Config", message: "50% wrong", help: "fix\nit" },
      { kind: "summary", summary },
    ]);
    expect(error).toBe("");
    expect(out).toBe(
      [
        "::error file=a.vox::m",
        "::error file=a%2Cb.ts,title=vox-gen::a,b.ts is missing: run vox-gen generate and commit the result",
        "::group::a,b.ts",
        "+x",
        " ::error::not a command",
        "::endgroup::",
        "::error title=vox-gen::50%25 wrong%0Afix%0Ait",
        "up to date: 0 unchanged in 12 ms",
        "",
      ].join("\n"),
    );
  });
});

describe("takesColor", () => {
  it("follows the terminal, NO_COLOR and FORCE_COLOR", () => {
    expect(takesColor(true, {})).toBe(true);
    expect(takesColor(false, {})).toBe(false);
    expect(takesColor(true, { NO_COLOR: "1" })).toBe(false);
    expect(takesColor(true, { NO_COLOR: "" })).toBe(true);
    expect(takesColor(true, { TERM: "dumb" })).toBe(false);
    expect(takesColor(false, { FORCE_COLOR: "1" })).toBe(true);
    expect(takesColor(true, { FORCE_COLOR: "0" })).toBe(false);
    expect(takesColor(false, { FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(false);
  });
});
