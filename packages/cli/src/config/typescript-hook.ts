/**
 * A load hook of Node's module loader for one TypeScript config file and what it imports by relative path. It runs on the
 * loader's thread, and only where Node does not read TypeScript by itself.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
// The compiler that the scaffolds use, not the project's: from version 7 on `typescript` has no such interface.
import { ts } from "ts-morph";

interface Loaded {
  readonly format: string;
  readonly source?: string;
  readonly shortCircuit?: boolean;
}

/** `./other.js` names `./other.ts` where only that is there, as TypeScript has it. */
export async function resolve(
  specifier: string,
  context: { readonly parentURL?: string },
  next: (specifier: string, context: object) => Promise<{ readonly url: string }>,
): Promise<{ readonly url: string; readonly shortCircuit?: boolean }> {
  const { parentURL } = context;
  if (parentURL !== undefined && /^\.\.?\/.*\.[mc]?js$/.test(specifier) && isTypeScript(parentURL)) {
    const script = new URL(specifier, parentURL);
    const source = new URL(specifier.replace(/js$/, "ts"), parentURL);
    if (!existsSync(fileURLToPath(script)) && existsSync(fileURLToPath(source)))
      return { url: source.href, shortCircuit: true };
  }
  return next(specifier, context);
}

/** Transpiles TypeScript outside of `node_modules`, one file at a time and without type checks. */
export async function load(
  url: string,
  context: object,
  next: (url: string, context: object) => Promise<Loaded>,
): Promise<Loaded> {
  if (!isTypeScript(url) || url.includes("/node_modules/")) return next(url, context);
  const fileName = fileURLToPath(withoutQuery(url));
  const { outputText, diagnostics = [] } = ts.transpileModule(readFileSync(fileName, "utf8"), {
    fileName,
    reportDiagnostics: true,
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
      inlineSourceMap: true,
    },
  });
  const [mistake] = diagnostics;
  // What is emitted for a file with mistakes may well run, as something else.
  if (mistake !== undefined) throw new Error(describe(mistake));
  return { format: "module", source: outputText, shortCircuit: true };
}

/** Like `line 1, column 34: ',' expected.` */
function describe({ file, start, messageText }: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(messageText, " ");
  if (file === undefined || start === undefined) return text;
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  return `line ${line + 1}, column ${character + 1}: ${text}`;
}

function isTypeScript(url: string): boolean {
  return url.startsWith("file:") && /\.[mc]?ts$/.test(withoutQuery(url));
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/, "");
}
