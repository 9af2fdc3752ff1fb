/** Words with a meaning in JavaScript, TypeScript or a module. They cannot be names of generated code. */

/** Words of the syntax, in strict code and modules. */
const syntax: readonly string[] = [
  "arguments", "await", "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete", "do",
  "else", "enum", "eval", "export", "extends", "false", "finally", "for", "function", "if", "implements", "import",
  "in", "instanceof", "interface", "let", "new", "null", "package", "private", "protected", "public", "return",
  "static", "super", "switch", "this", "throw", "true", "try", "typeof", "undefined", "var", "void", "while", "with",
  "yield",
]; // biome-ignore format: a table

/** Words that TypeScript reads as a type, an operator or a statement. */
const typeSyntax: readonly string[] = [
  "any", "unknown", "number", "boolean", "symbol", "bigint", "object", "async", "of", "as", "is", "infer", "keyof",
  "readonly", "declare", "namespace", "module", "unique", "intrinsic", "globalThis",
]; // biome-ignore format: a table

/** Names that a CommonJS module has in its scope, or defines about itself. */
const commonJs: ReadonlySet<string> = new Set([
  "exports",
  "require",
  "__filename",
  "__dirname",
  "__esModule",
]);

const typeWords: ReadonlySet<string> = new Set([...syntax, ...typeSyntax]);

const variableWords: ReadonlySet<string> = new Set([
  ...syntax,
  ...commonJs,
  "module",
  // Generated functions call these by name.
  "Array",
  "Map",
  "Set",
  "globalThis",
]);

/** Why a name cannot be that of an exported type or constant; undefined when it can. */
export function reservedExport(name: string): string | undefined {
  if (typeWords.has(name)) return "it is a word of TypeScript";
  if (commonJs.has(name)) return "it is a name of CommonJS modules";
  return undefined;
}

/** Whether a name cannot be that of a variable or parameter. */
export function isReservedVariable(name: string): boolean {
  return variableWords.has(name);
}
