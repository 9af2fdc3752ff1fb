/** docs/rust-services.md and examples/rust-service: what the page shows is what the example has, does and says. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runMain } from "../../packages/cli/src/run.fixture.js";
import { Running, root } from "../support/command.js";
import { buildPeer, buildTimeoutMs, isCargoFound, skipNote } from "./peer.js";

const page = readFileSync(`${root}docs/rust-services.md`, "utf8");
const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", text = ""]) => ({
  language,
  text,
}));

function block(language: string): string {
  const found = blocks.find((one) => one.language === language);
  if (found === undefined) throw new Error(`the page shows no ${language}`);
  return found.text;
}

function file(path: string): string {
  return readFileSync(`${root}examples/rust-service/${path}`, "utf8");
}

describe("the page", () => {
  it.each([
    ["rust", "rust/src/lib.rs"],
    ["vox", "schemas/shop.vox"],
    ["ts", "src/client.ts"],
  ])("shows the %s of the example", (language, path) => {
    expect(file(path)).toContain(block(language));
  });

  it("imports the schema that the example has", async () => {
    const folder = `${root}examples/rust-service`;
    const { code, out, error } = await runMain(folder, [
      "import",
      "rust",
      "rust",
      "--out",
      "schemas",
      "--check",
    ]);
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(out).toContain("up to date");
  });
});

describe("the example", () => {
  const isReady = isCargoFound();
  /** Cargo finds the crates of the peer compiled. */
  const environment = { CARGO_TARGET_DIR: `${root}interop/rust/target` };

  beforeAll(async () => {
    if (isReady) await buildPeer();
  }, buildTimeoutMs);

  beforeEach(({ skip }) => {
    if (!isReady) skip(skipNote);
  });

  it(
    "says what the page shows, over TCP and over WebSockets",
    async () => {
      execFileSync("cargo", ["build", "--quiet", "--locked", "--manifest-path", "rust/Cargo.toml"], {
        cwd: `${root}examples/rust-service`,
        env: { ...process.env, ...environment },
      });
      await using example = new Running(
        process.execPath,
        ["start.mjs"],
        `${root}examples/rust-service`,
        environment,
      );
      const { code, out, error } = await example.ended();
      expect({ code, error }).toEqual({ code: 0, error: "" });
      expect(out).toBe(block("text").repeat(2));
    },
    buildTimeoutMs,
  );

  it(
    "agrees with its schema, and both doors of the import give the same text",
    async () => {
      const folder = `${root}examples/rust-service`;
      const variables = { ...process.env, ...environment } as Record<string, string>;
      const verified = await runMain(folder, ["verify", "rust", "schemas", "--crate", "rust"], variables);
      expect(verified).toMatchObject({ code: 0, error: "" });
      const imported = await runMain(
        folder,
        ["import", "rust", "--crate", "rust", "--out", "schemas", "--check"],
        variables,
      );
      expect(imported).toMatchObject({ code: 0, error: "" });
    },
    buildTimeoutMs,
  );
});
