import { CliError, messageOf } from "../errors.js";
import type { ReportEvent } from "./event.js";

/** The event of anything thrown. What is nobody's intention comes with the place in this program. */
export function failureOf(error: unknown): ReportEvent {
  if (error instanceof CliError)
    return { kind: "failure", code: error.code, message: error.message, help: error.help };
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const help = `this is a fault of vox-gen; please report it with these lines\n${stack}`;
  return { kind: "failure", code: "Internal", message: messageOf(error), help };
}
