/**
 * Rust that is generated here, compiled by cargo: one crate for the types of the language and the twelve services of
 * fixtures/rust. Its ids and schemas are those of the schemas, and both doors of the import give the same text.
 */
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runMain } from "../../packages/cli/src/run.fixture.js";
import { buildPeer, buildTimeoutMs, isCargoFound, skipNote } from "./peer.js";

const root = new URL("../../", import.meta.url).pathname;
const peer = `${root}interop/rust`;
const isReady = isCargoFound();
const services = [
  "board",
  "daemon",
  "devtools",
  "docsync",
  "frontend",
  "mixer",
  "profiler",
  "runner",
  "sensors",
  "squel",
  "tooling",
  "tracer",
];
/** Cargo finds the crates of the peer compiled, and asks no registry. */
const environment = {
  ...process.env,
  CARGO_TARGET_DIR: `${peer}/target`,
  CARGO_NET_OFFLINE: "true",
} as Record<string, string>;

describe("a crate of generated Rust", () => {
  let folder = "";

  beforeAll(async () => {
    if (!isReady) return;
    // Fetches and compiles what both depend on.
    await buildPeer();
    folder = mkdtempSync(join(tmpdir(), "vox-rust-"));
    for (const name of services)
      cpSync(`${root}fixtures/rust/${name}/expected`, `${folder}/schemas/${name}`, { recursive: true });
    copyFileSync(`${root}schemas/everything.vox`, `${folder}/schemas/everything.vox`);
    const generated = await runMain(folder, [
      "generate",
      "schemas",
      "--target",
      "rust",
      "--out",
      "proto/src/api",
    ]);
    expect(generated.code).toBe(0);
    const manifest = readFileSync(`${peer}/Cargo.toml`, "utf8");
    const profile = manifest.slice(manifest.indexOf("[profile.dev]"));
    writeFileSync(`${folder}/Cargo.toml`, `[workspace]\nmembers = ["proto"]\nresolver = "3"\n\n${profile}`);
    copyFileSync(`${peer}/Cargo.lock`, `${folder}/Cargo.lock`);
    mkdirSync(`${folder}/proto/src`, { recursive: true });
    writeFileSync(`${folder}/proto/src/lib.rs`, "pub mod api;\n");
    writeFileSync(
      `${folder}/proto/Cargo.toml`,
      [
        "[package]",
        'name = "vox-generated"',
        'version = "0.0.0"',
        'edition = "2024"',
        "",
        "[dependencies]",
        'facet = "=0.46.4"',
        'vox = { version = "=0.8.2", default-features = false, features = ["runtime", "transport-tcp"] }',
        "",
      ].join("\n"),
    );
  }, buildTimeoutMs);

  afterAll(() => {
    if (folder !== "") rmSync(folder, { recursive: true });
  });

  beforeEach(({ skip }) => {
    if (!isReady) skip(skipNote);
  });

  it(
    "compiles, with the ids and schemas of what it was made of",
    async () => {
      const args = ["verify", "rust", "schemas", "--crate", "proto"];
      const { code, out, error } = await runMain(folder, args, environment);
      expect(error).toBe("");
      expect(out).toMatch(/^verified \d+ files, no problems/);
      expect(code).toBe(0);
    },
    buildTimeoutMs,
  );
});
