/** Rust: services out of its sources. Apart from the rest of the compiler, because it brings a parser of its own. */
export { type ImportedFile, importRust, type RustImport, type RustImportOptions } from "./import-rust.js";
export type { RustCrate } from "./modules.js";
