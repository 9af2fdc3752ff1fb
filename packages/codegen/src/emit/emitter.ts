/** The interface of every target of the compiler: a pure function from a model to texts. */
import type { Model } from "../model/model.js";

/** Options of generated files beside the model. */
export interface EmitOptions {
  /**
   * Absolute folder. Output paths mirror the layout below it, and headers name schemas relative to it. A schema outside
   * of it has its output below `_up`, once for each folder upwards: that of `../common/money.vox` is
   * `_up/common/money.vox.ts`. So an import never moves the output of another file.
   */
  readonly baseDirectory: string;
  /** How imports of other generated files end, after `.vox`. Default `.js`. */
  readonly importExtension?: ".js" | ".ts" | "" | undefined;
  /** Command that regenerates the files, for their headers. Default `npx vox-gen generate`. */
  readonly command?: string | undefined;
  /** The facts in the header of one file, where they differ between files. */
  readonly header?: ((file: Pick<EmittedFile, "path" | "source">) => FileHeader) | undefined;
}

/** The facts in the header of a generated file about the run that made it. */
export interface FileHeader {
  /** Command that makes the file again. */
  readonly command?: string | undefined;
  /** The owner, which may change and remove the file, in the form that the caller of the emitter reads back. */
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
