import type { Environment } from "./environment.js";
import { type ProjectArguments, resolveProject } from "./project.js";
import { runOnce } from "./run.js";

/**
 * `vox-gen check`: tells what is wrong in the schemas, writes nothing.
 *
 * @returns the exit code
 * @throws CliError
 */
export async function check(args: ProjectArguments, environment: Environment): Promise<number> {
  const project = await resolveProject(environment.cwd, args, false);
  return runOnce(project, environment, { command: "check", mode: "check" });
}
