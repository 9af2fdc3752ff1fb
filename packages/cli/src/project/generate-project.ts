/** A run of `vox-gen generate` for programs: the same work, with data in place of a report. */
import { resolve } from "node:path";
import { problemsOfOptions } from "../config/schema.js";
import { CliError } from "../errors.js";
import { shownPath, slashes } from "../files/paths.js";
import { applyChanges } from "../output/apply.js";
import type { GeneratedProject, GenerateOptions } from "../program.js";
import { checkProject, outOf, planProject } from "./build.js";
import { resolveProject } from "./resolve.js";

/** @throws CliError where the options, the config or the disk are at fault */
export async function generateProject(options: GenerateOptions): Promise<GeneratedProject> {
  checkOptions(options);
  const cwd = slashes(resolve(options.cwd ?? "."));
  const { schemas = [], out, config, root, importExtension, write = true } = options;
  const files = typeof schemas === "string" ? [schemas] : schemas;
  const project = await resolveProject(cwd, { files, out, config, root, importExtension }, true);
  const checked = await checkProject(project);
  const findings = checked.findings.map((finding) => ({
    ...finding.json(),
    text: finding.pretty(false),
  }));
  const inputs = [...checked.asked];
  if (project.configPath !== undefined) inputs.push(project.configPath);
  if (checked.model === undefined) return { ok: false, findings, outputs: [], changed: [], inputs };
  const { changes, outputs } = await planProject(project, checked, checked.model);
  if (write) applyChanges(changes, outOf(project), project.roots);
  const changed = changes.map(({ change, path }) => ({ change, path: shownPath(cwd, path) }));
  return { ok: true, findings, outputs, changed, inputs };
}

function checkOptions(options: unknown): void {
  const problems = problemsOfOptions(options);
  if (problems.length === 0) return;
  const texts = problems.map(({ path, message }) =>
    path === "" ? `the options: ${message}` : `\`${path}\` ${message}`,
  );
  throw new CliError("Usage", `generate: ${texts.join("; ")}`);
}
