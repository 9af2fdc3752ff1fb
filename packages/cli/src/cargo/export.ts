/** Runs the crate vox-export against a crate on disk, and so gets its services as the Rust compiler sees them. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname } from "node:path/posix";
import { fileURLToPath } from "node:url";
import { parse, stringify, type TomlTable } from "smol-toml";
import { CliError, systemCode } from "../errors.js";
import { absolutePath, slashes } from "../files/paths.js";
import { readTextFile } from "../files/text-file.js";
import type { Manifest } from "./manifest.js";

export interface ExportRun {
  readonly crate: Manifest;
  /** Functions that describe services, as Rust writes them: `shop_proto::shop_service_descriptor`. */
  readonly descriptors: readonly string[];
  /** Name of the package that the schema gets. */
  readonly packageName: string;
  /** Variables of the environment. */
  readonly variables: Variables;
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** The folder of the crate vox-export, which this package brings. */
const exporter: string = slashes(fileURLToPath(new URL("../../rust/vox-export", import.meta.url)));

/** A crate that calls vox-export: where it goes, and its files. */
export interface ExportCrate {
  /** Absolute, in the target folder of the workspace. */
  readonly folder: string;
  /** Texts by path in the folder. */
  readonly files: Readonly<Record<string, string>>;
}

export function exportCrate(run: ExportRun): ExportCrate {
  const workspace = lockFolder(run.crate.folder);
  const target = absolutePath(workspace, run.variables["CARGO_TARGET_DIR"] ?? "target");
  const lock = readTextFile(`${workspace}/Cargo.lock`);
  return {
    folder: `${target}/vox-export`,
    files: {
      "Cargo.toml": manifestText(run, workspace),
      "src/main.rs": mainText(run),
      ...(lock === undefined ? {} : { "Cargo.lock": lock }),
    },
  };
}

/** The nearest folder upwards that holds a lockfile: the workspace, so that its versions and its profile count. */
function lockFolder(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(`${at}/Cargo.lock`)) return at;
    if (dirname(at) === at) return folder;
  }
}

function manifestText({ crate }: ExportRun, workspace: string): string {
  const own = readTextFile(`${workspace}/Cargo.toml`);
  const profile = own === undefined ? undefined : parse(own)["profile"];
  const dependencies: TomlTable = { "vox-export": { path: exporter } };
  const { packageName, folder } = crate;
  if (packageName !== undefined) dependencies[packageName] = { path: folder };
  return `${stringify({
    package: { name: "vox-export-run", version: "0.0.0", edition: "2024" },
    dependencies,
    workspace: {},
    ...(profile === undefined ? {} : { profile }),
  })}\n`;
}

function mainText({ descriptors, packageName }: ExportRun): string {
  const calls = descriptors.map((path) => `        ${path}(),\n`).join("");
  return [
    "//! Written by vox-gen.",
    "",
    "fn main() -> std::process::ExitCode {",
    `    vox_export::main("${packageName}", &[\n${calls}    ])`,
    "}",
    "",
  ].join("\n");
}

/**
 * Runs the crate in a folder and returns what it prints.
 *
 * @throws CliError `Usage` when cargo is not there, or fails
 */
export async function runExport(
  folder: string,
  args: readonly string[],
  variables: Variables,
): Promise<string> {
  const child = spawn("cargo", ["run", "--quiet", "--", ...args], {
    cwd: folder,
    env: { ...variables, CARGO_TARGET_DIR: dirname(folder) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let problems = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (problems += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  }).catch((cause: unknown) => {
    const isMissing = systemCode(cause) === "ENOENT";
    throw new CliError("Usage", isMissing ? "cargo is not found" : "cargo cannot be started", {
      help: "this command compiles the crate: install Rust from https://rustup.rs, or use vox-gen import rust with paths",
      cause,
    });
  });
  if (code === 0) return out;
  throw new CliError("Usage", `the crate in ${folder} failed:\n${lastLines(problems)}`, {
    help: "does the crate compile? Functions of private modules are named with --service, as the crate passes them on",
  });
}

/** The end of cargo's output: the last errors say what to do. */
function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-40).join("\n");
}
