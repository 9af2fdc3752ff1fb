/** The settings of a command: the config file and the command line, put together. */
import { dirname } from "node:path/posix";
import { configFileNames, loadConfig } from "../config/load.js";
import type { BreakingConfig } from "../define-config.js";
import { CliError } from "../errors.js";
import { placesOf } from "../files/find-schemas.js";
import { absolutePath, commonFolder, shownPath } from "../files/paths.js";
import { projectOf, Roots } from "../files/roots.js";

/** The arguments of every command that compiles. Paths are relative to the working directory. */
export interface ProjectArguments {
  /** Schemas in place of those of the config; empty: those of the config. */
  readonly files: readonly string[];
  readonly out?: string | undefined;
  readonly config?: string | undefined;
  readonly root?: string | undefined;
  readonly importExtension?: ".js" | ".ts" | "none" | undefined;
  /** Default: TypeScript. */
  readonly target?: Target | undefined;
  /** Name of the package, where the output folder is to be a crate of Rust: its modules are in `src`. */
  readonly crate?: string | undefined;
}

/** The language of the output. */
export type Target = "typescript" | "rust";

/** Settings of a run. Paths are absolute, with `/`, unless said otherwise. */
export interface Project {
  readonly cwd: string;
  /** Undefined when no config file was read. */
  readonly configPath: string | undefined;
  /** The schemas of that config, where the command line names other ones; relative to the folder of the config. */
  readonly configPatterns: readonly string[];
  /** Settings of the command line that replace those of the config. */
  readonly overrides: ReadonlySet<"out" | "root" | "importExtension">;
  /** Schemas: paths, folders and patterns as written, relative to `directory`. */
  readonly patterns: readonly string[];
  readonly directory: string;
  /** Where the patterns were written, for messages; undefined: on the command line. */
  readonly origin: string | undefined;
  readonly outDirectory: string | undefined;
  /** The folders that the run may read and write. */
  readonly roots: Roots;
  /** The requested base folder. */
  readonly root: string | undefined;
  readonly importExtension: ".js" | ".ts" | "none";
  readonly target: Target;
  readonly crate: string | undefined;
  readonly debounceMs: number | undefined;
  readonly pollMs: number | undefined;
  /** Settings of `breaking`. */
  readonly breaking: BreakingConfig | undefined;
}

/**
 * Reads the config, unless the command line says all that is needed: schemas, and an output folder for commands that
 * write.
 *
 * @param needsOut whether the command writes into the output folder
 * @throws CliError
 */
export async function resolveProject(
  cwd: string,
  args: ProjectArguments,
  needsOut: boolean,
): Promise<Project> {
  const isComplete = args.files.length > 0 && (args.out !== undefined || !needsOut);
  const loaded = isComplete && args.config === undefined ? undefined : await loadConfig(cwd, args.config);
  const config = loaded?.config;
  const configDirectory = loaded?.directory ?? cwd;
  if (config === undefined && args.files.length === 0) throw nothingToDo(needsOut);
  const target = args.target ?? "typescript";
  const ownOut = target === "rust" ? config?.rust?.out : config?.out;
  const out =
    args.out !== undefined
      ? absolutePath(cwd, args.out)
      : ownOut !== undefined
        ? absolutePath(configDirectory, ownOut)
        : undefined;
  if (out === undefined && needsOut)
    throw new CliError("Usage", "no output folder is given", {
      help:
        target === "rust"
          ? "add --out, or `rust.out` to the config: vox-gen generate --target rust --out crates/proto/src/api"
          : `add --out, for example: vox-gen generate ${args.files[0] ?? "greeter.vox"} --out src/gen`,
    });
  const schemas = typeof config?.schemas === "string" ? [config.schemas] : (config?.schemas ?? []);
  const isNamed = args.files.length > 0;
  const root =
    args.root !== undefined
      ? absolutePath(cwd, args.root)
      : config?.root !== undefined
        ? absolutePath(configDirectory, config.root)
        : undefined;
  const patterns = isNamed ? args.files : schemas;
  const directory = isNamed ? cwd : configDirectory;
  const places = [
    ...placesOf({ patterns: schemas, directory: configDirectory, cwd }),
    ...placesOf({ patterns, directory, cwd }),
  ];
  const folders = places.map(({ folder }) => folder);
  const projects = new Set(
    [configDirectory, cwd].map(
      (folder) => projectOf(folder, configFileNames) ?? unmarkedProject(folder, isNamed ? folders : []),
    ),
  );
  const named = [out, root, ...folders].filter((folder) => folder !== undefined);
  return {
    cwd,
    roots: new Roots([...projects], named),
    configPath: loaded?.path,
    configPatterns: schemas,
    overrides: new Set(
      (["out", "root", "importExtension"] as const).filter((name) => args[name] !== undefined),
    ),
    patterns,
    directory,
    origin: isNamed || loaded === undefined ? undefined : `${shownPath(cwd, loaded.path)}: \`schemas\``,
    outDirectory: out !== undefined && args.crate !== undefined ? `${out}/src` : out,
    root,
    importExtension: args.importExtension ?? config?.importExtension ?? ".js",
    target,
    crate: args.crate,
    debounceMs: config?.watch?.debounceMs,
    pollMs: config?.watch?.pollMs,
    breaking: config?.breaking,
  };
}

/** Where nothing marks a project, it is what the folder and the schemas that were named have in common. */
function unmarkedProject(folder: string, named: readonly string[]): string {
  const common = commonFolder([folder, ...named]);
  return common === undefined || dirname(common) === common ? folder : common;
}

function nothingToDo(needsOut: boolean): CliError {
  const example = needsOut ? "vox-gen generate greeter.vox --out src/gen" : "vox-gen check greeter.vox";
  return new CliError("Usage", "no schema is named, and there is no config here or in a folder above", {
    help: `name one, for example: ${example}\nor start a project: vox-gen init`,
  });
}
