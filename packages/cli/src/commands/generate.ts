import type { Environment } from "../project/environment.js";
import { type ProjectArguments, resolveProject } from "../project/resolve.js";
import { runOnce } from "../project/run.js";

export interface GenerateArguments extends ProjectArguments {
  /** Compare with the disk and write nothing. */
  readonly check: boolean;
}

/**
 * `vox-gen generate`: writes what the schemas stand for.
 *
 * @returns the exit code
 * @throws CliError
 */
export async function generate(args: GenerateArguments, environment: Environment): Promise<number> {
  const project = await resolveProject(environment.cwd, args, true);
  const mode = args.check ? "compare" : "write";
  return runOnce(project, environment, { command: "generate", mode });
}
