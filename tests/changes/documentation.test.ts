/** docs/changing-a-schema.md and the table of diagnostics say what really happens. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { catalog } from "@voxrpc/codegen";
import { describe, expect, test } from "vitest";
import { runMain, TemporaryFolder } from "../../packages/cli/src/run.fixture.js";
import { changeFixtures, compareFixture } from "./change-fixtures.js";

const page = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
const text = page("changing-a-schema.md");

const rows = [...text.matchAll(/^\| (.+) \| (.+) \| (.+) \| (.+) \| `([\w-]+)` \|$/gm)].map((match) => ({
  change: match[1] ?? "",
  oldClient: match[2] ?? "",
  newClient: match[3] ?? "",
  name: match[5] ?? "",
}));

const words = ["works", "until it occurs", "breaks"];
const verdicts = ["compatible", "conditional", "breaking"];

describe("the tables of changes", () => {
  test("there are enough rows", () => {
    expect(rows.length).toBeGreaterThan(55);
  });

  test.each(rows)("$change", ({ name, oldClient, newClient }) => {
    const fixture = changeFixtures.find((one) => one.name === name);
    if (fixture === undefined) throw new Error(`there is no case ${name}`);
    const { methods } = compareFixture(fixture).comparison;
    const worstOf = (side: "oldClient" | "newClient"): string | undefined =>
      words[Math.max(...methods.map((method) => verdicts.indexOf(method[side])))];
    expect([worstOf("oldClient"), worstOf("newClient")]).toEqual([oldClient, newClient]);
  });
});

describe("the table of diagnostics", () => {
  const lines = [...page("diagnostics.md").matchAll(/^\| (VOX5\d{3}) \| (.+) \| (\w+) \| (.+) \| .+ \|$/gm)];

  test("has every code of changes, with severity and a case in which it is found", () => {
    const known = Object.entries(catalog).filter(([code]) => code.startsWith("VOX5"));
    expect(lines.map(([, code, title, severity]) => [code, title, severity])).toEqual(
      known.map(([code, { title, severity }]) => [code, title, severity]),
    );
    for (const [, code, , , cell] of lines) {
      const name = /^`([\w-]+)`$/.exec(cell ?? "")?.[1];
      if (name === undefined) expect(code).toBe("VOX5070");
      else expect(changeFixtures.find((one) => one.name === name)?.expected, name).toContain(code);
    }
  });
});

/** Blocks of the page, by what is before them. */
const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
  language: match[1] ?? "",
  body: match[2] ?? "",
}));

/** What the page prints below a command. */
function shown(command: string): string {
  const block = blocks.find(
    ({ language, body }) => language === "console" && body.startsWith(`$ ${command}\n`),
  );
  if (block === undefined) throw new Error(`the page does not run ${command}`);
  return block.body.slice(command.length + 3);
}

async function said(folder: string, command: string): Promise<string> {
  const { error, out } = await runMain(folder, command.split(" ").slice(1));
  return `${error}${out}`.replace(/in \d+ ms/g, "in 90 ms");
}

describe("the outputs of the page", () => {
  test("are what the commands print", async () => {
    const [before, after] = ["@idempotent count() -> u64", "note: string? }\nstruct Page"].map(
      (part) => blocks.find(({ language, body }) => language === "vox" && body.includes(part))?.body ?? "",
    );
    using folder = new TemporaryFolder({
      "schemas/catalog.vox": before ?? "",
      "vox.config.json": '{ "schemas": "schemas", "out": "src/gen" }',
    });
    const git = (...args: readonly string[]): void => {
      const settings = ["user.name=a", "user.email=a@localhost", "core.hooksPath=/dev/null"];
      const flags = settings.flatMap((setting) => ["-c", setting]);
      execFileSync("git", ["-C", folder.path, ...flags, ...args], { stdio: "pipe" });
    };
    git("init", "-q");
    git("add", "-A");
    git("commit", "-q", "--no-gpg-sign", "-m", "first");
    git("tag", "v1");
    expect(await said(folder.path, "vox-gen lock")).toBe(shown("vox-gen lock"));
    expect(blocks.map(({ body }) => body)).toContain(folder.read("vox.lock"));
    folder.write("schemas/catalog.vox", after ?? "");
    expect(await said(folder.path, "vox-gen breaking --against v1")).toBe(
      shown("vox-gen breaking --against v1"),
    );
    expect(await said(folder.path, "vox-gen check")).toBe(shown("vox-gen check"));
  });

  test("the example is judged as shown", async () => {
    const root = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
    const example = "examples/changing-a-schema/schemas";
    const command = `vox-gen breaking ${example}/v2/catalog.vox --against ${example}/v1`;
    expect(await said(root, command)).toBe(shown(command));
  });

  test("the suppression of the page is one", async () => {
    const block = blocks.find(({ body }) => body.startsWith("// vox-allow"));
    expect(block?.body).toMatch(/^\/\/ vox-allow VOX5003: .+\nstruct Product /);
  });
});
