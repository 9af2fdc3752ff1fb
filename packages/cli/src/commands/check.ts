import { lockFindings } from "../against/lock-findings.js";
import type { Environment } from "../project/environment.js";
import { type ProjectArguments, resolveProject } from "../project/resolve.js";
import { runOnce } from "../project/run.js";

/**
 * `vox-gen check`: reports errors in the schemas, and whether vox.lock still agrees with them. Writes nothing.
 *
 * @returns the exit code
 * @throws CliError
 */
export async function check(args: ProjectArguments, environment: Environment): Promise<number> {
  const project = await resolveProject(environment.cwd, args, false);
  return runOnce(project, environment, {
    command: "check",
    mode: "check",
    // A lock covers the whole project. The command does not compare it with schemas that are named one by one.
    inspect: ({ compiler, nodes }, model) =>
      project.origin === undefined ? [] : lockFindings(compiler, project, model, nodes),
  });
}
