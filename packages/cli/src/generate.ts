/** `vox-gen generate` as a function. The work is loaded when it is called: a config file imports this package, too. */
import type { GeneratedProject, GenerateOptions } from "./program.js";

/**
 * Generates the code of a project as `vox-gen generate` does, for build tools.
 *
 * ```ts
 * const { ok, findings } = await generate({ schemas: ["catalog.vox"], out: "src/gen" });
 * if (!ok) throw new Error(findings.map(({ text }) => text).join("\n\n"));
 * ```
 *
 * @throws CliError where the options, the config or the disk are at fault; nothing is written then. Errors of schemas
 * are findings
 */
export async function generate(options: GenerateOptions = {}): Promise<GeneratedProject> {
  const { generateProject } = await import("./project/generate-project.js");
  return generateProject(options);
}
