/**
 * Rust: services out of its sources, and its types and traits out of schemas. Apart from the rest of the compiler,
 * because it brings a parser of its own.
 */

export { emitRust, findTrouble } from "./emit/emit-rust.js";
export { isPackageName, rustManifest } from "./emit/manifest.js";
export { type ImportedFile, importRust, type RustImport, type RustImportOptions } from "./import-rust.js";
export type { RustCrate } from "./modules.js";
export { type RustAnnouncement, verifyRust } from "./verify.js";
