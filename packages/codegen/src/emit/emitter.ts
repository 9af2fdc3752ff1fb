/** What every target of the compiler is: a pure function from a model to texts. */
import type { Model } from "../model/model.js";

/** What generated files depend on beside the model. */
export interface EmitOptions {
  /**
   * Absolute folder that holds every schema file. Output paths mirror the layout below it, and headers name schemas
   * relative to it.
   */
  readonly baseDirectory: string;
  /** How imports of other generated files end, after `.vox`. Default `.js`. */
  readonly importExtension?: ".js" | ".ts" | "" | undefined;
  /** Command that regenerates the files, for their headers. Default `npx vox-gen generate`. */
  readonly command?: string | undefined;
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
