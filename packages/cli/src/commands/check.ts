import { lockFindings } from "../against/lock-findings.js";
import type { Environment } from "../project/environment.js";
import { type ProjectArguments, resolveProject } from "../project/resolve.js";
import { runOnce } from "../project/run.js";

/**
 * `vox-gen check`: tells what is wrong in the schemas, and whether vox.lock still says what they say. Writes nothing.
 *
 * @returns the exit code
 * @throws CliError
 */
export async function check(args: ProjectArguments, environment: Environment): Promise<number> {
  const project = await resolveProject(environment.cwd, args, false);
  return runOnce(project, environment, {
    command: "check",
    mode: "check",
    // A lock is of the whole project: schemas that are named one by one are not compared with it.
    inspect: ({ compiler, nodes }, model) =>
      project.origin === undefined ? [] : lockFindings(compiler, project, model, nodes),
  });
}
