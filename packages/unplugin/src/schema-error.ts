/** An error of a schema in the form that bundlers show: message, file, line, column, lines of source. */
import { resolve } from "node:path";
import type { GenerateFinding } from "@voxrpc/cli";

/** Vite shows `id`, `loc` and `frame` in its overlay. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
  /** `VOX2001` */
  readonly code: string;
  /** Absolute path of the schema. */
  readonly id: string;
  /** Line from 1, column from 0, as bundlers count. */
  readonly loc: { readonly file: string; readonly line: number; readonly column: number };
  /** The lines of source with a mark below the place. */
  readonly frame: string;

  /** @param root folder that the file of the finding is relative to */
  constructor({ code, message, help, file, start, text }: GenerateFinding, root: string) {
    super(
      `${file}:${start.line}:${start.column}: ${message} (${code})${help === undefined ? "" : `\n${help}`}`,
    );
    this.code = code;
    this.id = resolve(root, file);
    this.loc = { file: this.id, line: start.line, column: start.column - 1 };
    this.frame = text;
  }
}
