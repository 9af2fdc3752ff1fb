import { dirname } from "node:path/posix";
import { loadCompiler } from "../compiler.js";
import { CliError } from "../errors.js";
import { readTextFile } from "../files/text-file.js";
import { outOf } from "../project/build.js";
import type { Environment } from "../project/environment.js";
import { type Project, type ProjectArguments, resolveProject } from "../project/resolve.js";
import { type RunOptions, runOnce } from "../project/run.js";
import { findingsOf } from "../report/findings.js";

export interface GenerateArguments extends ProjectArguments {
  /** Compare with the disk and write nothing. */
  readonly check: boolean;
}

/**
 * `vox-gen generate`: writes the code of the schemas.
 *
 * @returns the exit code
 * @throws CliError
 */
export async function generate(args: GenerateArguments, environment: Environment): Promise<number> {
  const { crate } = args;
  if (crate !== undefined && args.target !== "rust")
    throw new CliError("Usage", "--crate makes a crate of Rust", { help: "add --target rust" });
  const project = await resolveProject(environment.cwd, args, true);
  const mode = args.check ? "compare" : "write";
  const target = project.target === "rust" ? await rustTarget(environment.cwd, project, crate) : {};
  return runOnce(project, environment, { command: "generate", mode, ...target });
}

/** Rust, with what vox 0.8.2 cannot do with the schemas. */
async function rustTarget(
  cwd: string,
  project: Project,
  crate: string | undefined,
): Promise<Pick<RunOptions, "emitter" | "inspect" | "beside">> {
  const [{ emitRust, findTrouble, isPackageName, rustManifest }, compiler] = await Promise.all([
    import("@voxrpc/codegen/rust"),
    loadCompiler(),
  ]);
  const inspect: RunOptions["inspect"] = (checked, model) =>
    findingsOf(compiler, { diagnostics: findTrouble(model), files: checked.nodes }, cwd);
  if (crate === undefined) return { emitter: emitRust, inspect };
  if (!isPackageName(crate))
    throw new CliError("Usage", `cargo has no package \`${crate}\``, {
      help: "a name begins with a letter, and has letters, digits, `-` and `_`: --crate shop-proto",
    });
  const manifest = `${dirname(outOf(project))}/Cargo.toml`;
  return {
    inspect,
    emitter: (model, options) =>
      emitRust(model, options).map((file) => (file.path === "mod.rs" ? { ...file, path: "lib.rs" } : file)),
    // The first run begins the manifest; from then on it belongs to the crate's owner.
    beside: (model) =>
      readTextFile(manifest) === undefined
        ? [{ change: "created", path: manifest, before: undefined, after: rustManifest(model, crate) }]
        : [],
  };
}
