/** Faults of a command, its config or the disk, as opposed to errors in a schema. */

/**
 * - `Usage`: the command line requests something that cannot be done.
 * - `Config`: the config file cannot be read or says something that has no meaning.
 * - `File`: the disk refuses.
 */
export type CliErrorCode = "Usage" | "Config" | "File";

/** Ends a command with exit code 2. The message says what is wrong and where, `help` what to do. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: CliErrorCode;
  readonly help: string | undefined;

  constructor(
    code: CliErrorCode,
    message: string,
    options: { readonly help?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : {});
    this.code = code;
    this.help = options.help;
  }
}

/** Exit codes of every command. */
export const exitCode = {
  ok: 0,
  /** A schema has an error, or `--check` found stale output. */
  problem: 1,
  /** The command line, the config or the disk is at fault. */
  usage: 2,
} as const;

/** The one sentence of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code that Node gives errors of the system, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

const systemReasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the quota of the disk is used up",
  EIO: "the disk has a fault",
  EBUSY: "another program uses it",
  ETXTBSY: "another program uses it",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is a file",
  EEXIST: "a file is in the way",
  ENOENT: "there is no such file",
  EMFILE: "too many open files",
  ELOOP: "the symbolic links lead in a circle",
  ENAMETOOLONG: "the path is too long",
};

/** The error for a failure of the file system, with the reason as a text. */
export function fileError(action: string, path: string, error: unknown): CliError {
  const reason = systemReasons[systemCode(error) ?? ""] ?? messageOf(error);
  return new CliError("File", `cannot ${action} ${path}: ${reason}`, { cause: error });
}
