/**
 * The compiler's only way to files. The same compiler so runs on disk, in memory for tests, on the unsaved buffers
 * of an editor, and in a browser page.
 *
 * Paths are absolute, with `/` between parts on every platform, and normalised (no `.`, `..` or doubled `/`).
 */
export interface Host {
  /** Text of a file, or undefined when there is none. Never throws for a missing file. */
  read(path: string): string | undefined;
  /**
   * Why a file may not be read although it may be there, after its name: `is outside of the project`. Undefined for any
   * other file; a host whose files may all be read leaves this out.
   */
  refusal?(path: string): string | undefined;
  /**
   * Names of the files and folders in a folder, for suggestions only. Empty when there is no such folder; a host that
   * cannot list leaves this out.
   */
  list?(folder: string): readonly string[];
}
