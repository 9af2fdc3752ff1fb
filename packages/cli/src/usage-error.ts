/** Errors of the argument parser as helpful messages. */
import { optionNames } from "./command-line.js";
import { CliError } from "./errors.js";

const commandNames: readonly string[] = Object.keys(optionNames);
const everyCommand = `the commands are ${commandNames.join(", ")}; vox-gen --help tells more`;

/**
 * @param message of the argument parser
 * @param args the command line
 */
export async function usageError(message: string, args: readonly string[]): Promise<CliError> {
  const command = args.find((arg) => !arg.startsWith("-"));
  const isCommand = command !== undefined && commandNames.includes(command);
  if (command !== undefined && !isCommand) {
    const near = await nearest(command, commandNames);
    const help = near === undefined ? everyCommand : `did you mean vox-gen ${near}?`;
    return new CliError("Usage", `there is no command ${command}`, { help });
  }
  const help = isCommand ? `vox-gen ${command} --help tells what there is` : everyCommand;
  const unknown = /^Unknown arguments?: (.+)$/.exec(message)?.[1]?.split(", ");
  if (unknown !== undefined) {
    const shown = unknown.map((name) => asWritten(name, args));
    const extra = shown.filter((word) => !word.startsWith("-"));
    if (extra.length > 0)
      return new CliError(
        "Usage",
        `${command ?? "vox-gen"} does not take ${extra.map((one) => `\`${one}\``).join(", ")}`,
        { help },
      );
    const near = await nearest(unknown[0] ?? "", optionNames[command ?? ""] ?? []);
    const verdict = shown.length === 1 ? "is not an option" : "are not options";
    return new CliError("Usage", `${shown.join(", ")} ${verdict} of ${command ?? "vox-gen"}`, {
      help: near === undefined ? help : `did you mean --${near}?`,
    });
  }
  const lacking = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  if (lacking !== undefined) return new CliError("Usage", `--${lacking} needs a value`, { help });
  const choice = /Argument: (\S+), Given: (.*), Choices: (.*)$/m.exec(message);
  if (choice !== null)
    return new CliError("Usage", `--${choice[1]} cannot be ${choice[2]}`, {
      help: `it is one of ${choice[3]}`,
    });
  return new CliError("Usage", message, { help });
}

/** A word of the command line for the name that the parser made of it. */
function asWritten(name: string, args: readonly string[]): string {
  return args.find((arg) => arg.replace(/^-+/, "").replace(/=.*$/, "") === name) ?? name;
}

async function nearest(name: string, candidates: readonly string[]): Promise<string | undefined> {
  // Loaded for an error only: the compiler is slow to load.
  const { loadCompiler } = await import("./compiler.js");
  return (await loadCompiler()).nearestName(name, candidates);
}
