/** The table of commands and options. Each command's module is loaded when the command runs. */
import type { Argv, Options } from "yargs";
import { CliError } from "./errors.js";
import type { Environment } from "./project/environment.js";
import type { ProjectArguments, Target } from "./project/resolve.js";
import { type Format, formats } from "./report/create-reporter.js";
import { cliVersion } from "./version.js";

/** The request of a command line. */
export interface Request {
  readonly format: Format;
  /** Returns the exit code. */
  readonly run: (environment: Environment) => Promise<number>;
}

/** A parsed command line. */
export interface ParsedArguments extends Readonly<Record<string, unknown>> {
  readonly format: Format;
  /** The command, and what follows `--`. */
  readonly _: readonly (string | number)[];
}

/**
 * Takes the request of a command line. The request runs after the parser has ended. With a handler that returns a
 * promise, the parser lays out its help text first, which takes longer than all the parsing.
 */
export type TakeRequest = (args: ParsedArguments, run: Request["run"]) => void;

/** Of an option that is given twice, the last value counts. */
function lastOf<Value>(value: Value | readonly Value[]): Value {
  return (Array.isArray(value) ? value.at(-1) : value) as Value;
}

const format = {
  coerce: lastOf<Format>,
  choices: formats,
  default: "pretty",
  describe: "output format: for people, one JSON object per line, or GitHub annotations",
} as const satisfies Options;

const out = {
  alias: "o",
  type: "string",
  coerce: lastOf<string>,
  requiresArg: true,
  describe: "folder of the generated files",
} as const satisfies Options;

const config = {
  alias: "c",
  type: "string",
  coerce: lastOf<string>,
  requiresArg: true,
  describe: "config file (default: the nearest vox.config.* upwards)",
} as const satisfies Options;

const root = {
  type: "string",
  coerce: lastOf<string>,
  requiresArg: true,
  describe: "folder whose layout the output mirrors",
} as const satisfies Options;

const importExtension = {
  coerce: lastOf<NonNullable<ProjectArguments["importExtension"]>>,
  choices: [".js", ".ts", "none"],
  requiresArg: true,
  describe: "how generated files import each other",
} as const satisfies Options;

const target = {
  coerce: lastOf<Target>,
  choices: ["typescript", "rust"],
  requiresArg: true,
  describe: "what is generated (default: typescript)",
} as const satisfies Options;

const crateName = {
  type: "string",
  coerce: lastOf<string>,
  requiresArg: true,
  describe: "with --target rust: write a whole crate of this name",
} as const satisfies Options;

const outputOptions = { out, config, root, "import-extension": importExtension, format } as const;

const breakingOptions = {
  against: {
    type: "string",
    coerce: lastOf<string>,
    requiresArg: true,
    describe:
      "a branch, tag or commit, a folder, a .vox file or a lock (default: `breaking.against` of the config, else vox.lock)",
  },
  level: {
    coerce: lastOf<"wire" | "source">,
    choices: ["wire", "source"],
    requiresArg: true,
    describe:
      "source: also report changes after which code that uses the generated TypeScript does not compile",
  },
  peer: {
    coerce: lastOf<"vox-0.8.2">,
    choices: ["vox-0.8.2"],
    requiresArg: true,
    describe: "also warn of what peers of this implementation misread",
  },
  strict: { type: "boolean", describe: "exit with 1 also for warnings" },
} as const satisfies Readonly<Record<string, Options>>;

const services = {
  type: "string",
  array: true,
  requiresArg: true,
  default: [],
  describe: "functions of the crate that describe services (default: those found in its sources)",
} as const satisfies Options;

const verifyOptions = {
  crate: {
    type: "string",
    coerce: lastOf<string>,
    requiresArg: true,
    describe: "folder of the Rust crate; cargo compiles it",
  },
  service: services,
  config,
  format,
} as const satisfies Readonly<Record<string, Options>>;

const importOptions = {
  crate: {
    type: "string",
    coerce: lastOf<string>,
    requiresArg: true,
    describe: "a Rust crate, instead of paths: cargo compiles it, so that types made by macros are found",
  },
  service: services,
  out: { ...out, describe: "folder of the schemas (default: schemas)" },
  config,
  map: {
    type: "string",
    array: true,
    requiresArg: true,
    default: [],
    describe: 'the wire type of a Rust type: --map "my::Id=u64"',
  },
  write: { type: "boolean", default: false, describe: "replace schemas that differ" },
  check: {
    type: "boolean",
    default: false,
    describe: "write nothing; show what would change, and exit with 1 if anything would",
  },
  format,
} as const satisfies Readonly<Record<string, Options>>;

/** Names of the commands and of their options, for suggestions. A test compares them with the help texts. */
export const optionNames: Readonly<Record<string, readonly string[]>> = {
  generate: [...Object.keys(outputOptions), "target", "crate", "check"],
  watch: [...Object.keys(outputOptions), "poll"],
  check: ["config", "format"],
  breaking: ["config", "format", "against", "level", "peer", "strict"],
  lock: ["config", "format"],
  init: ["format"],
  implement: [...Object.keys(outputOptions), "schema", "class"],
  import: Object.keys(importOptions),
  verify: Object.keys(verifyOptions),
};

/** Names of positional arguments, as the parser has them. */
export const positionals: ReadonlySet<string> = new Set([
  "files",
  "directory",
  "service",
  "file",
  "language",
  "paths",
]);

const switches: ReadonlySet<string> = new Set(["check", "strict", "write"]);

/** Options that take a value; the others are switches. */
export const valueOptions: ReadonlySet<string> = new Set(
  Object.values(optionNames)
    .flat()
    .filter((name) => !switches.has(name)),
);

const files = {
  type: "string",
  array: true,
  default: [],
  describe: "schemas, folders or patterns, instead of those of the config",
} as const;

/** The shared options, as yargs returns them. */
interface SharedArguments {
  readonly files: readonly string[];
  readonly out?: string | undefined;
  readonly config?: string | undefined;
  readonly root?: string | undefined;
  readonly importExtension?: ProjectArguments["importExtension"];
}

function projectArguments(args: SharedArguments & Pick<ParsedArguments, "_">): ProjectArguments {
  const { out, config, root, importExtension } = args;
  return { files: operands(args, args.files), out, config, root, importExtension };
}

/** Positional arguments: those before `--`, then all words behind it, even those that look like options. */
function operands(args: Pick<ParsedArguments, "_">, before: readonly (string | undefined)[]): string[] {
  return [...before.filter((operand) => operand !== undefined), ...args._.slice(1).map(String)];
}

function refuseMore(command: string, more: readonly string[]): void {
  if (more.length === 0) return;
  throw new CliError("Usage", `${command} does not take ${more.map((one) => `\`${one}\``).join(", ")}`, {
    help: `vox-gen ${command} --help tells what there is`,
  });
}

/** Declares all commands and options on a new parser. */
export function commandLine(parser: Argv, take: TakeRequest): Argv {
  return (
    parser
      .scriptName("vox-gen")
      // `--out.x` is a mistake, not a member of an option; `1` may be the name of a file.
      .parserConfiguration({ "dot-notation": false, "parse-positional-numbers": false })
      .locale("en")
      .usage("$0 <command>\n\nTypeScript from .vox service definitions.")
      .command(
        "generate [files..]",
        "write the TypeScript of the schemas",
        (command) =>
          command
            .positional("files", files)
            .options({ ...outputOptions, target, crate: crateName })
            .option("check", {
              type: "boolean",
              default: false,
              describe: "write nothing; show what would change, and exit with 1 if anything would",
            })
            .example("$0 generate greeter.vox --out src/gen", "one schema, no config")
            .example("$0 generate", "the schemas of the config"),
        (args) =>
          take(args, async (environment) => {
            const { generate } = await import("./commands/generate.js");
            return generate(
              { ...projectArguments(args), target: args.target, crate: args.crate, check: args.check },
              environment,
            );
          }),
      )
      .command(
        "watch [files..]",
        "generate now and after each change, until Ctrl-C",
        (command) =>
          command
            .positional("files", files)
            .options(outputOptions)
            .option("poll", {
              type: "number",
              coerce: lastOf<number>,
              requiresArg: true,
              describe: "read the state of the files every so many ms, where the system reports no changes",
            }),
        (args) =>
          take(args, async (environment) => {
            const { watch } = await import("./commands/watch.js");
            return watch({ ...projectArguments(args), pollMs: args.poll }, environment);
          }),
      )
      .command(
        "check [files..]",
        "report problems in the schemas, write nothing",
        (command) => command.positional("files", files).options({ config, format }),
        (args) =>
          take(args, async (environment) => {
            const { check } = await import("./commands/check.js");
            return check(projectArguments(args), environment);
          }),
      )
      .command(
        "breaking [files..]",
        "compare with another version: which changes break peers that were built with it",
        (command) =>
          command
            .positional("files", files)
            .options({ config, format, ...breakingOptions })
            .example("$0 breaking --against main", "compare with a branch, tag or commit")
            .example("$0 breaking --against vox.lock", "compare with the lock, which is the default"),
        (args) =>
          take(args, async (environment) => {
            const { breaking } = await import("./commands/breaking.js");
            const { against, level, peer, strict } = args;
            return breaking({ ...projectArguments(args), against, level, peer, strict }, environment);
          }),
      )
      .command(
        "lock [files..]",
        "write vox.lock: ids and types that peers agree on, to be reviewed and compared",
        (command) => command.positional("files", files).options({ config, format }),
        (args) =>
          take(args, async (environment) => {
            const { lock } = await import("./commands/lock.js");
            return lock(projectArguments(args), environment);
          }),
      )
      .command(
        "init [directory]",
        "create a project: schema, server, client, scripts",
        (command) =>
          command
            .positional("directory", {
              type: "string",
              describe: "folder of the project (default: the current folder)",
            })
            .options({ format }),
        (args) =>
          take(args, async (environment) => {
            const { init } = await import("./commands/init.js");
            const [directory = ".", ...more] = operands(args, [args.directory]);
            refuseMore("init", more);
            return init({ directory }, environment);
          }),
      )
      .command(
        "implement [service] [file]",
        "write a class for a service, or add to it what is missing",
        (command) =>
          command
            .usage("$0 implement <service> <file>")
            .positional("service", { type: "string", describe: "name of the service" })
            .positional("file", { type: "string", describe: "TypeScript file of the class" })
            .options({
              ...outputOptions,
              schema: {
                type: "string",
                array: true,
                requiresArg: true,
                default: [],
                describe: "schemas, folders or patterns, instead of those of the config",
              },
              class: {
                type: "string",
                coerce: lastOf<string>,
                requiresArg: true,
                describe: "name of the class",
              },
            })
            .example("$0 implement Greeter src/greeter.ts", ""),
        (args) =>
          take(args, async (environment) => {
            const { implement } = await import("./commands/implement.js");
            const [service, file, ...more] = operands(args, [args.service, args.file]);
            if (service === undefined || file === undefined)
              throw new CliError("Usage", "implement needs a service and a file", {
                help: "for example: vox-gen implement Greeter src/greeter.ts",
              });
            refuseMore("implement", more);
            const project = projectArguments({ ...args, _: [], files: args.schema });
            return implement({ ...project, service, file, className: args.class }, environment);
          }),
      )
      .command(
        "import [language] [paths..]",
        "write schemas from services of another language",
        (command) =>
          command
            .usage("$0 import rust <paths..>")
            .positional("language", { type: "string", describe: "rust" })
            .positional("paths", {
              type: "string",
              array: true,
              default: [],
              describe: "crates, workspaces, folders or .rs files",
            })
            .options(importOptions)
            .example("$0 import rust crates/proto --out schemas", ""),
        (args) =>
          take(args, async (environment) => {
            const { language, out, config, write, check } = args;
            if (language !== "rust")
              throw new CliError("Usage", `there is no import from \`${language ?? ""}\``, {
                help: "for example: vox-gen import rust crates/proto --out schemas",
              });
            const paths = operands(args, args.paths);
            if (args.crate !== undefined) {
              refuseMore("import rust --crate", paths);
              if (args.map.length > 0)
                throw new CliError("Usage", "--map is for imports of text: a compiled crate hides no type", {
                  help: "leave it out",
                });
              const { importRustCrate } = await import("./commands/import-rust-crate.js");
              const { crate, service } = args;
              return importRustCrate({ crate, services: service, out, write, check }, environment);
            }
            const { importRustText } = await import("./commands/import-rust.js");
            return importRustText({ paths, out, config, map: args.map, write, check }, environment);
          }),
      )
      .command(
        "verify [language] [files..]",
        "compare schemas with services of another language",
        (command) =>
          command
            .usage("$0 verify rust [files..] --crate <folder>")
            .positional("language", { type: "string", describe: "rust" })
            .positional("files", files)
            .options(verifyOptions)
            .example("$0 verify rust --crate crates/proto", ""),
        (args) =>
          take(args, async (environment) => {
            const { language, crate, service } = args;
            if (language !== "rust" || crate === undefined)
              throw new CliError("Usage", "verify needs a language and a crate", {
                help: "for example: vox-gen verify rust --crate crates/proto",
              });
            const { verifyRust } = await import("./commands/verify-rust.js");
            return verifyRust({ ...projectArguments(args), crate, services: service }, environment);
          }),
      )
      .demandCommand(1, "no command is given")
      .strict()
      .help()
      .alias("help", "h")
      .version(cliVersion)
      .showHelpOnFail(false)
  );
}
