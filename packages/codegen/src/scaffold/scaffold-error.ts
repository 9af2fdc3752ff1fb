/** Why a scaffold was not written. */

/**
 * - `UnknownService`: the model has no service of that name.
 * - `NotTypeScript`: the file's name is not that of a TypeScript module.
 * - `SyntaxError`: the existing file does not parse.
 * - `NameTaken`: the class that would be written exists and is no handler of the service.
 * - `Ambiguous`: several classes or objects implement the handler.
 */
export type ScaffoldErrorCode =
  | "UnknownService"
  | "NotTypeScript"
  | "SyntaxError"
  | "NameTaken"
  | "Ambiguous";

/** Nothing was written. The message names the problem and its place, `help` the repair. */
export class ScaffoldError extends Error {
  override readonly name = "ScaffoldError";
  readonly code: ScaffoldErrorCode;
  readonly help: string;
  /** Place in the existing file, 1-based; undefined when the file is not at fault. Columns count UTF-16 units. */
  readonly place: { readonly line: number; readonly column: number } | undefined;

  constructor(
    code: ScaffoldErrorCode,
    message: string,
    help: string,
    place?: { readonly line: number; readonly column: number },
  ) {
    super(message);
    this.code = code;
    this.help = help;
    this.place = place;
  }
}
