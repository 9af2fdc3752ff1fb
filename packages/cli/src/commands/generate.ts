import { loadCompiler } from "../compiler.js";
import type { Environment } from "../project/environment.js";
import { type ProjectArguments, resolveProject } from "../project/resolve.js";
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
  const project = await resolveProject(environment.cwd, args, true);
  const mode = args.check ? "compare" : "write";
  const target = project.target === "rust" ? await rustTarget(environment.cwd) : {};
  return runOnce(project, environment, { command: "generate", mode, ...target });
}

/** Rust, with what vox 0.8.2 cannot do with the schemas. */
async function rustTarget(cwd: string): Promise<Pick<RunOptions, "emitter" | "inspect">> {
  const [{ emitRust, findTrouble }, compiler] = await Promise.all([
    import("@voxrpc/codegen/rust"),
    loadCompiler(),
  ]);
  return {
    emitter: emitRust,
    inspect: (checked, model) =>
      findingsOf(compiler, { diagnostics: findTrouble(model), files: checked.nodes }, cwd),
  };
}
