/** Runs a command line: arguments in, exit code out. */
import { systemClock } from "./clock.js";
import {
  commandLine,
  type ParsedArguments,
  positionals,
  type Request,
  valueOptions,
} from "./command-line.js";
import { CliError, exitCode } from "./errors.js";
import { slashes } from "./files/paths.js";
import { type MainProcess, nodeProcess, terminalOf } from "./process.js";
import type { Environment } from "./project/environment.js";
import { createReporter, type Format, formats } from "./report/create-reporter.js";
import { failureOf } from "./report/failure.js";

/**
 * Runs a command line.
 *
 * @param args without the paths of Node and of the program
 * @returns the exit code: 0 all is well, 1 a schema has an error or output is stale, 2 the command line, the config or
 *   the disk is at fault
 */
export async function main(args: readonly string[], host: MainProcess): Promise<number> {
  const { default: yargs } = await import("yargs");
  let request: Request | undefined;
  const parser = commandLine(yargs(), (parsed, run) => {
    const fault = emptyArgument(parsed);
    request = { format: parsed.format, run: fault === undefined ? run : () => Promise.reject(fault) };
  })
    .exitProcess(false)
    .fail((message, error: Error | undefined) => {
      throw error === undefined || error.name === "YError"
        ? new UsageFault(error?.message ?? message)
        : error;
    });
  try {
    const [own = args] = args.includes("--") ? [args.slice(0, args.indexOf("--"))] : [];
    if (own.includes("-")) throw new UsageFault("`-` means nothing: files are read and written by name");
    parser.parse([...args], {}, (_error, _parsed, output) => {
      if (output !== "") host.out.write(`${output}\n`);
    });
  } catch (error) {
    if (!(error instanceof UsageFault)) throw error;
    const { usageError } = await import("./usage-error.js");
    const fault = await usageError(error.message, args);
    request = { format: formatOf(args), run: () => Promise.reject(fault) };
  }
  return request === undefined ? exitCode.ok : perform(host, request);
}

/** Runs the command line of this process and sets its exit code. @public of the bundle */
export async function runProcess(): Promise<void> {
  process.exitCode = await main(process.argv.slice(2), nodeProcess());
}

/**
 * Refuses empty texts: an empty variable of a script must not be taken for "here" or "everything". So is `--no-NAME` of
 * an option that takes a value.
 */
function emptyArgument(parsed: ParsedArguments): CliError | undefined {
  const isEmpty = (value: unknown): boolean => typeof value === "string" && value.trim() === "";
  for (const [name, value] of Object.entries(parsed)) {
    if (value === false && valueOptions.has(name))
      return new CliError("Usage", `--no-${name} means nothing: --${name} takes a value`, {
        help: `leave it out, or write --${name} VALUE`,
      });
    if (!(Array.isArray(value) ? value.some(isEmpty) : isEmpty(value))) continue;
    const what = name === "_" || positionals.has(name) ? "an argument" : `the value of --${name}`;
    return new CliError("Usage", `${what} is empty`, {
      help: "leave it out where nothing is meant; is a variable of the script not set?",
    });
  }
  return undefined;
}

/** The argument parser's own complaint. */
class UsageFault extends Error {
  override readonly name = "UsageFault";
}

async function perform(host: MainProcess, { format, run }: Request): Promise<number> {
  const report = await createReporter(format, terminalOf(host), slashes(host.cwd), host.environment);
  const environment: Environment = {
    cwd: slashes(host.cwd),
    report,
    variables: host.environment,
    clock: systemClock,
    packageManager: packageManagerOf(host.environment),
    onStop: (callback) => host.onStop(callback),
  };
  try {
    return await run(environment);
  } catch (error) {
    report(failureOf(error));
    return exitCode.usage;
  }
}

/** Package managers name themselves in the variables of what they run. */
function packageManagerOf(variables: MainProcess["environment"]): Environment["packageManager"] {
  const name = /^\w+/.exec(variables["npm_config_user_agent"] ?? "")?.[0];
  return (["pnpm", "yarn", "bun"] as const).find((one) => one === name) ?? "npm";
}

/** The format that a command line requests, even if the rest of it is wrong. */
function formatOf(args: readonly string[]): Format {
  const at = args.findIndex((arg) => arg === "--format" || arg.startsWith("--format="));
  const value = args[at]?.includes("=") ? args[at].slice("--format=".length) : args[at + 1];
  return formats.find((format) => format === value) ?? "pretty";
}
