/**
 * One crate of generated Rust with a peer around it: every type of the language, the types of Rust, 200 random ones,
 * and the twelve services of fixtures/rust. It is compiled once, beside the peer of `interop/rust`, whose crates it
 * uses.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emitTypeScript } from "@voxrpc/codegen";
import { runMain } from "../../packages/cli/src/run.fixture.js";
import type { Model, ModelFile } from "../../packages/codegen/src/model/model.js";
import { type Exports, loadGenerated, modelOf } from "../support/generated.js";
import { randomSchema } from "../support/random-types.js";
import { crateGlue, moduleGlue } from "./rust-glue.js";

const root = new URL("../../", import.meta.url).pathname;
const peer = `${root}interop/rust`;

interface FixtureCrate {
  /** Below fixtures/rust. */
  readonly folder: string;
  readonly name: string;
  readonly lib?: string;
  readonly features?: readonly string[];
  /** Beside `facet` and `vox`. */
  readonly dependencies?: readonly string[];
  /** The functions that describe its services. */
  readonly services: readonly string[];
}

/**
 * Crates of fixtures/rust that cargo can compile as they are. `daemon`, `sensors`, `squel` and `tooling` have
 * what 0.8.2 does not take (`&str` as an argument), no library, or dependencies that take long to compile.
 */
const fixtureCrates: readonly FixtureCrate[] = [
  {
    folder: "board",
    name: "board",
    features: ["server"],
    dependencies: ['thiserror = "2"'],
    services: ["api::tasks::board_service_descriptor"],
  },
  {
    folder: "devtools",
    name: "devtools-protocol",
    services: ["devtools_service_service_descriptor", "browser_service_service_descriptor"],
  },
  { folder: "docsync/crates/ids", name: "docsync-ids", services: [] },
  {
    folder: "docsync/crates/model",
    name: "docsync-model",
    dependencies: ['ids = { package = "docsync-ids", path = "../docsync-ids" }'],
    services: [],
  },
  {
    folder: "docsync/crates/proto",
    name: "docsync-proto",
    dependencies: [
      'docsync-ids = { path = "../docsync-ids" }',
      'model = { package = "docsync-model", path = "../docsync-model" }',
    ],
    services: ["doc_sync_service_descriptor"],
  },
  { folder: "frontend", name: "frontend-api", services: ["frontend_service_descriptor"] },
  { folder: "mixer", name: "mixer-proto", services: ["mixer_service_service_descriptor"] },
  { folder: "profiler", name: "profiler-proto", services: ["profiler_service_descriptor"] },
  { folder: "runner", name: "runner-proto", services: ["runner_service_descriptor"] },
  { folder: "tracer", name: "tracer", lib: "lib.rs", services: ["tracer_daemon_service_descriptor"] },
];

export interface GeneratedCrate {
  readonly model: Model;
  /** Name of the Rust module of each file of the model. */
  readonly modules: readonly string[];
  /** What the generated TypeScript of each file exports. */
  readonly exports: readonly Exports[];
  /** Crates of fixtures/rust with services that are compiled as they are. */
  readonly others: readonly FixtureCrate[];
  /** Runs the peer, and gives its output. */
  run(args: readonly string[], input?: string): string;
  /** Starts the peer. */
  start(args: readonly string[]): ReturnType<typeof spawn>;
  remove(): void;
}

/** Schemas by their paths below `/schemas`, which are those of their modules. */
function schemaTexts(): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {
    "everything.vox": readFileSync(`${root}schemas/everything.vox`, "utf8"),
    "kinds.vox": readFileSync(`${root}interop/generated/kinds.vox`, "utf8"),
    "random.vox": randomSchema(200, 20_261),
  };
  for (const name of readdirSync(`${root}fixtures/rust`)) {
    const folder = `${root}fixtures/rust/${name}/expected`;
    for (const file of readdirSync(folder))
      texts[`${name}/${file}`] = readFileSync(`${folder}/${file}`, "utf8");
  }
  return texts;
}

/** Generates and compiles. @throws Error with what a command said */
export async function buildGeneratedCrate(): Promise<GeneratedCrate> {
  const folder = mkdtempSync(join(tmpdir(), "vox-rust-"));
  const texts = schemaTexts();
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(join(folder, "schemas", path, ".."), { recursive: true });
    writeFileSync(join(folder, "schemas", path), text);
  }
  const model = modelOf(
    Object.fromEntries(Object.entries(texts).map(([path, text]) => [`/schemas/${path}`, text])),
  );
  const args = ["generate", "schemas", "--target", "rust", "--crate", "vox-generated", "--out", "proto"];
  const generated = await runMain(folder, args);
  if (generated.code !== 0) throw new Error(generated.out + generated.error);
  const modules = model.files.map(moduleOf);
  joinPeer(folder, model, modules);
  const environment = { ...process.env, CARGO_TARGET_DIR: `${peer}/target`, CARGO_NET_OFFLINE: "true" };
  execFileSync("cargo", ["build", "--quiet"], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const binary = `${peer}/target/debug/vox-generated${process.platform === "win32" ? ".exe" : ""}`;
  const emitted = loadGenerated(emitTypeScript(model, { baseDirectory: "/schemas" }));
  return {
    model,
    modules,
    exports: model.files.map(({ path }) => emitted.get(`${path.slice("/schemas/".length)}.ts`) ?? {}),
    others: fixtureCrates.filter(({ services }) => services.length > 0),
    run: (words, input = "") => {
      const { status, signal, stdout, stderr } = spawnSync(binary, words, {
        encoding: "utf8",
        input,
        maxBuffer: 1 << 28,
      });
      if (status === 0) return stdout;
      const last = stdout.trimEnd().split("\n").at(-1)?.slice(0, 500);
      throw new Error(`the peer ended with ${status ?? signal} after \`${last}\`:\n${stderr.slice(-2000)}`);
    },
    start: (words) => spawn(binary, words, { stdio: ["pipe", "pipe", "inherit"] }),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

function moduleOf({ path }: ModelFile): string {
  return path
    .slice("/schemas/".length)
    .replace(/\.vox$/, "")
    .replaceAll("/", "::");
}

/** Makes a program of the generated crate. */
function joinPeer(folder: string, model: Model, modules: readonly string[]): void {
  const source = `${folder}/proto/src`;
  model.files.forEach((file, at) => {
    const path = `${source}/${modules[at]?.replaceAll("::", "/")}.rs`;
    appendFileSync(path, moduleGlue(file, model, readFileSync(path, "utf8")));
  });
  appendFileSync(`${source}/lib.rs`, "pub mod calls;\npub mod glue;\npub mod value;\n");
  writeFileSync(`${source}/glue.rs`, crateGlue(model, modules, describedBy()));
  for (const name of ["calls", "main", "value"])
    copyFileSync(`${root}interop/generated/${name}.rs`, `${source}/${name}.rs`);
  copyFixtures(folder);
  appendFileSync(
    `${folder}/proto/Cargo.toml`,
    [
      // The features of the peer, so that its crates fit.
      'tokio = { version = "1", features = ["io-std", "io-util", "macros", "net", "rt", "sync", "time"] }',
      `vox-export = { path = "${root}packages/cli/rust/vox-export" }`,
      ...["jit", "postcard", "types"].map((name) => `vox-${name} = "=0.8.2"`),
      ...fixtureCrates.map(({ name }) => `${name} = { path = "../crates/${name}" }`),
      "",
      "[features]",
      'default = ["vox/transport-tcp", "vox/transport-local", "vox/transport-websocket"]',
      "",
    ].join("\n"),
  );
  const manifest = readFileSync(`${peer}/Cargo.toml`, "utf8");
  const profile = manifest.slice(manifest.indexOf("[profile.dev]"));
  writeFileSync(`${folder}/Cargo.toml`, `[workspace]\nmembers = ["proto"]\nresolver = "3"\n\n${profile}`);
  copyFileSync(`${peer}/Cargo.lock`, `${folder}/Cargo.lock`);
}

/** Copies the crates that compile, with the dependencies that their manifests leave out. */
function copyFixtures(folder: string): void {
  for (const { folder: from, name, lib = "src/lib.rs", features = [], dependencies = [] } of fixtureCrates) {
    const to = `${folder}/crates/${name}`;
    cpSync(`${root}fixtures/rust/${from}`, to, { recursive: true });
    const lines = [
      `[package]\nname = "${name}"\nversion = "0.0.0"\nedition = "2024"\n`,
      `[lib]\npath = "${lib}"\n`,
      `[features]\ndefault = ${JSON.stringify(features)}`,
      ...features.map((feature) => `${feature} = []`),
      "[dependencies]",
      'facet = "=0.46.4"',
      'vox = { version = "=0.8.2", default-features = false, features = ["runtime"] }',
      ...dependencies,
      "",
    ];
    writeFileSync(`${to}/Cargo.toml`, lines.join("\n"));
  }
}

/** Functions that describe services, by the names of the crates. */
function describedBy(): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    fixtureCrates.flatMap(({ name, services }) => {
      const crate = name.replaceAll("-", "_");
      return services.length === 0 ? [] : [[crate, services.map((path) => `${crate}::${path}`)]];
    }),
  );
}
