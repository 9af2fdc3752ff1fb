/** What every target of the compiler is: a pure function from a model to texts. */
import type { Model } from "../model/model.js";

/** What generated files depend on beside the model. */
export interface EmitOptions {
  /**
   * Absolute folder. Output paths mirror the layout below it, and headers name schemas relative to it. A schema outside of
   * it has its output below `_up`, once for each folder upwards: that of `../common/money.vox` is
   * `_up/common/money.vox.ts`. So an import never moves the output of another file.
   */
  readonly baseDirectory: string;
  /** How imports of other generated files end, after `.vox`. Default `.js`. */
  readonly importExtension?: ".js" | ".ts" | "" | undefined;
  /** Command that regenerates the files, for their headers. Default `npx vox-gen generate`. */
  readonly command?: string | undefined;
  /** What the header of one file says, where it is not the same for all of them. */
  readonly header?: ((file: Pick<EmittedFile, "path" | "source">) => FileHeader) | undefined;
}

/** What the header of a generated file says about the run that made it. */
export interface FileHeader {
  /** Command that makes the file again. */
  readonly command?: string | undefined;
  /** Who may change and remove the file, as the one that calls the emitter reads it back. */
  readonly owner?: string | undefined;
}

/** One generated file. */
export interface EmittedFile {
  /** Relative to the output folder, with `/`: `sub/catalog.vox.ts`. */
  readonly path: string;
  /** Absolute path of the schema file, as the host knows it. */
  readonly source: string;
  /** Content, with `\n` line ends. */
  readonly text: string;
}

/** Turns a model into the files of one target. Equal inputs give equal bytes. */
export type Emitter = (model: Model, options: EmitOptions) => readonly EmittedFile[];
