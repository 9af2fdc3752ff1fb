/** The compiler as a library. It touches no file, no process and no terminal: the host that is passed in does. */

export type { Compilation } from "./compile.js";
// --- compiling ---
export { compile } from "./compile.js";
export type { DiagnosticCode, Severity } from "./diagnostics/catalog.js";
// --- diagnostics ---
export { catalog } from "./diagnostics/catalog.js";
export type { Diagnostic, RelatedPlace } from "./diagnostics/report.js";
export type { Host } from "./host/host.js";
export type { MemoryHost } from "./host/memory-host.js";
export { memoryHost } from "./host/memory-host.js";
export { baseName, normalizePath, parentPath, resolvePath } from "./host/path.js";
export type { Position } from "./source/source-file.js";
// --- sources and syntax ---
export { SourceFile } from "./source/source-file.js";
export type { Span } from "./source/span.js";

// --- model ---
