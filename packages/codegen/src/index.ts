/** The compiler as a library. It touches no file, no process and no terminal: the host that is passed in does. */

export type { Compilation } from "./compile.js";
// --- compiling ---
export { compile } from "./compile.js";
export type { DiagnosticCode, Severity } from "./diagnostics/catalog.js";
// --- diagnostics ---
export { catalog } from "./diagnostics/catalog.js";
export type { JsonDiagnostic, JsonPlace, MachineOptions } from "./diagnostics/machine.js";
export { toGithubAnnotation, toJsonDiagnostic } from "./diagnostics/machine.js";
export type { RenderOptions } from "./diagnostics/render.js";
export { renderDiagnostic } from "./diagnostics/render.js";
export type { Diagnostic, RelatedPlace } from "./diagnostics/report.js";
export { nearestName } from "./diagnostics/suggest.js";
// --- changes between versions ---
export {
  type Allowed,
  type AllowedChange,
  applyAllowed,
  type ChangeCode,
  type ChangeFinding,
  type CompareOptions,
  type Comparison,
  type Compatibility,
  compareLock,
  compareModels,
  type HarmlessChange,
  isAllowable,
  isLock,
  type MethodComparison,
  type OpenedLock,
  openLock,
  type PeerVersion,
  plainLock,
  type Reads,
  type Verdict,
  writeLock,
} from "./diff/index.js";
// --- emitters ---
export type { EmitOptions, EmittedFile, Emitter } from "./emit/emitter.js";
export { emitTypeScript } from "./emit/typescript/emit-typescript.js";
export { generatedHeaderMark, isGenerated } from "./emit/typescript/header.js";
// --- generating ---
export { type Generated, type GenerateOptions, generate } from "./generate.js";
export type { Host } from "./host/host.js";
export type { MemoryHost } from "./host/memory-host.js";
export { memoryHost } from "./host/memory-host.js";
export { baseName, normalizePath, parentPath, resolvePath } from "./host/path.js";
// --- model ---
export type {
  AliasDeclaration,
  Argument,
  Declared,
  DefaultValue,
  EnumDeclaration,
  Field,
  Method,
  Model,
  ModelFile,
  PrimitiveName,
  Service,
  StructDeclaration,
  TupleStructDeclaration,
  Type,
  TypeDeclaration,
  Variant,
  VariantForm,
} from "./model/model.js";
export type { Position } from "./source/source-file.js";
// --- sources and syntax ---
export { SourceFile } from "./source/source-file.js";
export type { Span } from "./source/span.js";
export type { FileNode } from "./syntax/ast.js";
export { codegenVersion } from "./version.js";
