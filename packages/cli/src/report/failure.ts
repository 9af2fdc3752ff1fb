import { CliError, fileError, messageOf } from "../errors.js";
import { failureText } from "../foreign-text.js";
import type { ReportEvent } from "./event.js";

/**
 * The event for any thrown value. A failure of the system counts as a fault of the disk, whatever its source. Any other
 * unexpected error comes with the place in this program.
 */
export function failureOf(error: unknown): ReportEvent {
  if (error instanceof CliError)
    return {
      kind: "failure",
      code: error.code,
      message: failureText(error.message),
      help: error.help === undefined ? undefined : failureText(error.help),
    };
  if (isSystemError(error)) return failureOf(fileError(error.syscall, error.path ?? "a file", error));
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const help = `this is a fault of vox-gen; please report it with these lines\n${stack}`;
  return {
    kind: "failure",
    code: "Internal",
    message: failureText(messageOf(error)),
    help: failureText(help),
  };
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { readonly syscall: string } {
  return error instanceof Error && "syscall" in error && typeof error.syscall === "string";
}
