/** What the function `generate` takes and gives. */
import type { JsonDiagnostic } from "@voxrpc/codegen";

/** Options of `generate`. Paths are relative to `cwd`. */
export interface GenerateOptions {
  /** Working directory. Default: that of the process. */
  readonly cwd?: string | undefined;
  /** Path of a config file. Default: the nearest one, unless `schemas` and `out` are given. */
  readonly config?: string | undefined;
  /** Schema files, folders or patterns in place of those of the config. */
  readonly schemas?: string | readonly string[] | undefined;
  /** Folder of the generated files in place of that of the config. */
  readonly out?: string | undefined;
  /** Folder whose layout the output mirrors, in place of that of the config. */
  readonly root?: string | undefined;
  /** How generated files import each other, in place of the setting of the config. */
  readonly importExtension?: ".js" | ".ts" | "none" | undefined;
  /** `false`: compare with the disk and write nothing. Default `true`. */
  readonly write?: boolean | undefined;
}

/** A diagnostic of the compiler. Its file is relative to `cwd`. */
export interface GenerateFinding extends JsonDiagnostic {
  /** The diagnostic with its lines of source, as the command prints it, without colours. */
  readonly text: string;
}

/** A generated file and its schema; absolute paths with `/`. */
export interface GeneratedOutput {
  readonly source: string;
  readonly path: string;
}

/** What a run found and did. */
export interface GeneratedProject {
  /** No schema has an error. With `write: false` it says nothing about files that are not current: `changed` does. */
  readonly ok: boolean;
  /** Errors and warnings, by file, then position. */
  readonly findings: readonly GenerateFinding[];
  /** Every output of the schemas, changed or not; none when a schema has an error. */
  readonly outputs: readonly GeneratedOutput[];
  /** Files that differ from the disk before the run, relative to `cwd`: written or removed with `write`. */
  readonly changed: readonly { readonly change: "created" | "updated" | "removed"; readonly path: string }[];
  /** Absolute paths that the result depends on: schemas, imports that are missing, the config. */
  readonly inputs: readonly string[];
}
