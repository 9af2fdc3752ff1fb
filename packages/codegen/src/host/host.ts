/**
 * The compiler's only way to files. The same compiler so runs on disk, in memory for tests, on the unsaved buffers
 * of an editor, and in a browser page.
 *
 * Paths are absolute, with `/` between parts on every platform, and normalised (no `.`, `..` or doubled `/`).
 */
export interface Host {
  /** Text of a file, or undefined when there is none. Never throws for a missing file. */
  read(path: string): string | undefined;
}
