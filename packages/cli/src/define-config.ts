/** The config file as its author writes it. */

/** Content of `vox.config.ts`, `.js`, `.mjs` or `.json`. Paths are relative to the folder of the config file. */
export interface VoxConfig {
  /** For editors: where the JSON schema of this file is. */
  readonly $schema?: string | undefined;
  /**
   * Schema files: paths, folders (all `.vox` files below them) or glob patterns. A pattern that starts with `!` takes
   * files out again.
   */
  readonly schemas: string | readonly string[];
  /**
   * Folder of the generated files. A file that an earlier run of this config wrote there and this one does not make is
   * removed; files of other configs and runs stay.
   */
  readonly out: string;
  /**
   * Folder whose layout the output mirrors; every schema must be in it. Default: the folder that the entries of
   * `schemas` have in common; imports from outside then have their outputs in `_up`.
   */
  readonly root?: string | undefined;
  /** How generated files import each other: `./common.vox.js` by default. */
  readonly importExtension?: ".js" | ".ts" | "none" | undefined;
  readonly watch?: WatchConfig | undefined;
  /** The version that `vox-gen breaking` compares with, and the changes that it allows. */
  readonly breaking?: BreakingConfig | undefined;
  /** Facts that `vox-gen import rust` cannot see. */
  readonly rust?: RustConfig | undefined;
}

export interface RustConfig {
  /** Folder of the modules that `vox-gen generate --target rust` writes. */
  readonly out?: string | undefined;
  /** The types on the wire for types of Rust: `{ "my::Id": "u64" }`. */
  readonly types?: Readonly<Record<string, string>> | undefined;
}

export interface BreakingConfig {
  /** A branch, tag or commit, a folder, a `.vox` file or a lock. Default: `vox.lock` beside the config. */
  readonly against?: string | undefined;
  /** `source`: also changes of the generated TypeScript. Default `wire`. */
  readonly level?: "wire" | "source" | undefined;
  /** Also what peers of this implementation misread. */
  readonly peer?: "vox-0.8.2" | undefined;
  /** Whether warnings count as breaks. Default false. */
  readonly strict?: boolean | undefined;
  /** Findings that were decided on. A comment in the schema does the same: `// vox-allow VOX5003: reason`. */
  readonly allow?: readonly AllowedChange[] | undefined;
}

/** A finding that is let pass. */
export interface AllowedChange {
  /** `VOX5003` */
  readonly code: string;
  /** A member (`Product.price`), method (`Catalog.search`), type or service. */
  readonly at: string;
  readonly reason: string;
}

export interface WatchConfig {
  /** Quiet time after a change before the run starts, in ms. Default 50. */
  readonly debounceMs?: number | undefined;
  /**
   * Look at the files every so many ms instead of asking the system for events, which network drives and some
   * containers do not send.
   */
  readonly pollMs?: number | undefined;
}

/** Gives a config file its types: `export default defineConfig({ … })`. Returns what it is given. */
export function defineConfig(config: VoxConfig): VoxConfig {
  return config;
}
