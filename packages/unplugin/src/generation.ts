/** Runs the compiler for the schemas of a build, and no more often than something has changed. */
import { statSync } from "node:fs";
import { type GeneratedProject, generate } from "@voxrpc/cli";
import { SchemaError } from "./schema-error.js";

/** Settings of the plugin. */
export interface VoxPluginOptions {
  /** Folder of the project. Default: the working directory of the build. */
  readonly root?: string | undefined;
  /**
   * The config file of `vox-gen`, relative to `root`. Its schemas and its output folder hold then. Default: none, and
   * the code of a schema is written beside it: `catalog.vox.ts` beside `catalog.vox`.
   */
  readonly config?: string | undefined;
}

/** The last run that made the code of a schema. */
interface Run {
  readonly project: GeneratedProject;
  /** Times and sizes of everything that the run depends on, and of what it wrote; undefined: not to be reused. */
  readonly state: string | undefined;
}

/**
 * Milliseconds by which the time of a file may be behind the clock: systems stamp files with the time of their last
 * tick.
 */
const fileClockLagMs = 20;

/** The generated files of a build. Runs come one after the other: two of them may write the same file. */
export class Generation {
  readonly #options: VoxPluginOptions;
  readonly #runs = new Map<string, Run>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: VoxPluginOptions) {
    this.#options = options;
  }

  /**
   * Makes the code of a schema current.
   *
   * @param schema absolute path with `/`
   * @returns the path of its generated file, and the files that it depends on
   * @throws SchemaError for the first error of a schema
   * @throws CliError where the config or the disk is at fault, or the schema is none of the config's
   */
  outputOf(schema: string): Promise<{ readonly path: string; readonly inputs: readonly string[] }> {
    const next = this.#last.then(() => this.#outputOf(schema));
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** The files that the last run for a schema depends on, with the schema itself. */
  inputsOf(schema: string): readonly string[] {
    return [schema, ...(this.#runs.get(this.#keyOf(schema))?.project.inputs ?? [])];
  }

  async #outputOf(schema: string): Promise<{ readonly path: string; readonly inputs: readonly string[] }> {
    const { inputs, outputs } = await this.#current(schema);
    const path = outputs.find(({ source }) => source === schema)?.path;
    if (path !== undefined) return { path, inputs };
    throw new Error(`${schema} is not among the schemas of ${this.#options.config ?? "the run"}`);
  }

  async #current(schema: string): Promise<GeneratedProject> {
    const key = this.#keyOf(schema);
    const before = this.#runs.get(key);
    if (before?.project.ok === true && before.state === stateOf(before.project)) return before.project;
    const { root, config } = this.#options;
    const startMs = Date.now();
    const project = await generate(
      config === undefined
        ? { cwd: root, schemas: [schema], out: ".", root: ".", importExtension: "none" }
        : { cwd: root, config },
    );
    // An input that was saved while the run went on may have been read before.
    const isSettled = project.inputs.every((path) => changedAt(path) < startMs - fileClockLagMs);
    this.#runs.set(key, { project, state: isSettled ? stateOf(project) : undefined });
    const error = project.findings.find(({ severity }) => severity === "error");
    if (error !== undefined) throw new SchemaError(error, root ?? process.cwd());
    return project;
  }

  /** A config makes all files at once. */
  #keyOf(schema: string): string {
    return this.#options.config === undefined ? schema : "";
  }
}

function stateOf({ inputs, outputs }: GeneratedProject): string {
  return [...inputs, ...outputs.map(({ path }) => path)].map(stampOf).join("\n");
}

function stampOf(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? path : `${path} ${found.mtimeNs} ${found.size}`;
}

function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
