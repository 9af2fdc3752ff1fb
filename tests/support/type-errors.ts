/**
 * What TypeScript says of generated files under the strictest options. The files exist in the compiler's host alone.
 */
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = `${root}tests/emit/virtual/`;

/** The strictest options that an application may have. */
function strictOptions(compiler: typeof ts): ts.CompilerOptions {
  return {
    target: compiler.ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
    module: compiler.ModuleKind.NodeNext,
    moduleResolution: compiler.ModuleResolutionKind.NodeNext,
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noImplicitOverride: true,
    noImplicitReturns: true,
    noFallthroughCasesInSwitch: true,
    noPropertyAccessFromIndexSignature: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    allowUnreachableCode: false,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    isolatedDeclarations: true,
    erasableSyntaxOnly: true,
    declaration: true,
    noEmit: true,
    skipLibCheck: true,
    paths: { "@voxrpc/runtime/gen/v1": [`${root}packages/runtime/src/gen/v1.ts`] },
  };
}

/** Errors as `path:line: TScode text`, one each. @param outputs texts by relative path */
export function typeErrors(
  outputs: ReadonlyMap<string, string>,
  compiler: typeof ts = ts,
  overrides: ts.CompilerOptions = {},
): readonly string[] {
  const options = { ...strictOptions(compiler), ...overrides };
  const texts = new Map([...outputs].map(([path, text]) => [`${folder}${path}`, text]));
  const host = compiler.createCompilerHost(options);
  const { readFile, fileExists, directoryExists } = host;
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.directoryExists = (path) => path.startsWith(folder.slice(0, -1)) || (directoryExists?.(path) ?? false);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (path, language) => {
    const text = texts.get(path);
    return text === undefined
      ? getSourceFile(path, language)
      : compiler.createSourceFile(path, text, language, true);
  };
  const program = compiler.createProgram([...texts.keys()], options, host);
  const found = [
    ...program.getOptionsDiagnostics(),
    ...[...texts.keys()].flatMap((path) => {
      const file = program.getSourceFile(path);
      if (file === undefined) throw new Error(`${path} was not compiled`);
      return [
        ...program.getSyntacticDiagnostics(file),
        ...program.getSemanticDiagnostics(file),
        ...(options.declaration === true ? program.getDeclarationDiagnostics(file) : []),
      ];
    }),
  ];
  return found.map((diagnostic) => {
    const place = diagnostic.file?.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
    const text = compiler.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
    return `${diagnostic.file?.fileName.replace(folder, "")}:${(place?.line ?? 0) + 1}: TS${diagnostic.code} ${text}`;
  });
}
