/** `vox-gen implement`: a class that implements a service, written or brought up to date. */
import { dirname } from "node:path/posix";
import type { EmittedFile, Model } from "@voxrpc/codegen";
import { configFileNames } from "../config/load.js";
import { CliError, exitCode } from "../errors.js";
import { absolutePath, shownPath } from "../files/paths.js";
import { projectOf, Roots } from "../files/roots.js";
import { readTextFile, statOf } from "../files/text-file.js";
import { applyChanges } from "../output/apply.js";
import { parseHeader } from "../output/header.js";
import { type Checked, checkProject, emitProject, outOf } from "../project/build.js";
import type { Environment } from "../project/environment.js";
import { type Project, type ProjectArguments, resolveProject } from "../project/resolve.js";

export interface ImplementArguments extends ProjectArguments {
  readonly service: string;
  /** The file with the class, relative to the working directory. */
  readonly file: string;
  /** Name of the class. Default: that of the service with `Service` behind it, or the class that is there. */
  readonly className?: string | undefined;
}

/**
 * Writes the class, or adds the missing methods and changed signatures to the existing one.
 *
 * @returns the exit code
 * @throws CliError
 */
export async function implement(args: ImplementArguments, environment: Environment): Promise<number> {
  const { cwd, report } = environment;
  const project = await resolveProject(cwd, args, true);
  const checked = await checkProject(project);
  for (const finding of checked.findings) report({ kind: "finding", finding });
  const { model } = checked;
  if (model === undefined) {
    report({ kind: "advice", lines: ["the schemas have errors, so nothing was written"] });
    return exitCode.problem;
  }
  const path = absolutePath(cwd, args.file);
  const source = schemaOfService(checked, model, args.service);
  const files = await emitProject(project, checked, model);
  const before = statOf(path)?.isDirectory() === true ? undefined : readTextFile(path);
  mayHoldClass(path, before, files, project);
  const { implementService, ScaffoldError } = await import("@voxrpc/codegen/scaffold");
  try {
    const result = implementService({
      serviceName: args.service,
      model,
      existing: before,
      filePath: path,
      generatedImport: importOf(project, files, source, path),
      ...(args.className === undefined ? {} : { className: args.className }),
    });
    const { text, added, updated, extra, unsure, unchanged } = result;
    const change = before === undefined ? "created" : unchanged ? "unchanged" : "updated";
    if (change !== "unchanged") {
      const roots = new Roots([projectOf(cwd, configFileNames) ?? cwd], [dirname(path)]);
      applyChanges([{ change, path, before, after: text }], dirname(path), roots);
    }
    const shown = shownPath(cwd, path);
    report({
      kind: "implemented",
      file: { service: args.service, path: shown, change, added, updated, extra, unsure },
    });
    return exitCode.ok;
  } catch (error) {
    if (!(error instanceof ScaffoldError)) throw error;
    const { place } = error;
    const where = place === undefined ? "" : `${shownPath(cwd, path)}:${place.line}:${place.column}: `;
    throw new CliError("Usage", `${where}${error.message}`, { help: error.help, cause: error });
  }
}

/** Path of the schema that declares the service. */
function schemaOfService(checked: Checked, model: Model, name: string): string {
  const services = model.files.flatMap((file) =>
    file.services.map((service) => ({ file, name: service.name })),
  );
  const found = services.find((service) => service.name === name);
  if (found !== undefined) return found.file.path;
  const names = services.map((service) => service.name);
  const near = checked.compiler.nearestName(name, names);
  const known = names.length === 0 ? "the schemas declare none" : `there are ${names.join(", ")}`;
  throw new CliError("Usage", `there is no service ${name}`, {
    help: near === undefined ? known : `did you mean ${near}?`,
  });
}

/** Refuses files that are no place for a class: generated ones, those that will be generated, and other languages. */
function mayHoldClass(
  path: string,
  before: string | undefined,
  files: readonly EmittedFile[],
  project: Project,
): void {
  const shown = shownPath(project.cwd, path);
  const help = "name a TypeScript file of your own, such as src/greeter.ts";
  const isOutput = files.some((file) => absolutePath(outOf(project), file.path) === path);
  if (isOutput || (before !== undefined && parseHeader(before) !== undefined))
    throw new CliError("Usage", `${shown} is a generated file: the next run would remove the class`, {
      help,
    });
  if (!/\.[mc]?tsx?$/.test(path) || /\.d\.[mc]?ts$/.test(path) || statOf(path)?.isDirectory() === true)
    throw new CliError("Usage", `${shown} is no file for a class`, { help });
}

/** How the class imports the generated file. */
function importOf(project: Project, files: readonly EmittedFile[], source: string, path: string): string {
  const output = files.find((file) => file.source === source);
  const generated = `${outOf(project)}/${output?.path ?? ""}`.replace(/\.ts$/, "");
  const relative = shownPath(dirname(path), generated);
  const extension = project.importExtension === "none" ? "" : project.importExtension;
  return `${relative.startsWith(".") ? "" : "./"}${relative}${extension}`;
}
