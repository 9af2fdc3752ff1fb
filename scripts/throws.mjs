/**
 * What public functions and methods throw, as their docstrings say it: a part of `npm run docs`. Each `@throws` begins
 * with names of errors that an application can import or that JavaScript has, or with `what …`. A function that returns
 * a promise, or whose body has a `throw`, has a `@throws`, or says that it never rejects. A docstring may be that of
 * the interface whose member is implemented.
 */
import ts from "typescript";

/** Errors of the language and the platform, which need no import. */
const builtIn = ["Error", "TypeError", "RangeError", "SyntaxError", "AggregateError", "DOMException"];

const compilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  jsx: ts.JsxEmit.ReactJSX,
  strict: true,
  skipLibCheck: true,
};

/** @type {typeof import("./throws.d.mts").throwsProblems} */
export function throwsProblems(entries) {
  const program = ts.createProgram([...entries], compilerOptions);
  const checker = program.getTypeChecker();
  const names = new Set(builtIn);
  const symbols = new Map();
  for (const entry of entries) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(entry));
    for (const symbol of module === undefined ? [] : checker.getExportsOfModule(module)) {
      names.add(symbol.name);
      symbols.set(
        symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
        symbol.name,
      );
    }
  }
  const problems = [];
  for (const [symbol, name] of symbols)
    for (const declaration of symbol.declarations ?? [])
      for (const { node, title } of functionsOf(declaration, name)) {
        const problem = problemOf(node, names, checker);
        if (problem !== undefined) problems.push({ ...placeOf(node), name: title, problem });
      }
  return problems;
}

function placeOf(node) {
  const file = node.getSourceFile();
  return { path: file.fileName, line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1 };
}

/** The functions of a public declaration: itself, or the public members of a class or an interface. */
function functionsOf(declaration, name) {
  if (/\/node_modules\//.test(declaration.getSourceFile().fileName) || isInternal(declaration)) return [];
  if (ts.isFunctionDeclaration(declaration))
    return isSeen(declaration) ? [{ node: declaration, title: name }] : [];
  if (!ts.isClassDeclaration(declaration) && !ts.isInterfaceDeclaration(declaration)) return [];
  return declaration.members
    .filter((member) => isFunction(member) && !isInternal(member) && isSeen(member))
    .map((node) => ({ node, title: `${name}.${node.name?.getText() ?? "constructor"}` }));
}

function isFunction(member) {
  if (
    member.name !== undefined &&
    (ts.isPrivateIdentifier(member.name) || ts.isComputedPropertyName(member.name))
  )
    // Members of a symbol do what their named twin does.
    return false;
  return (
    ts.isMethodDeclaration(member) ||
    ts.isMethodSignature(member) ||
    ts.isConstructorDeclaration(member) ||
    ts.isGetAccessor(member)
  );
}

/** Whether a caller sees the signature: not that of an implementation behind overloads. */
function isSeen(node) {
  if (node.body === undefined) return true;
  const siblings = ts.isConstructorDeclaration(node)
    ? node.parent.members.filter(ts.isConstructorDeclaration)
    : (node.symbol?.declarations ?? []);
  return siblings.every((sibling) => sibling === node || sibling.body !== undefined);
}

function isInternal(node) {
  return (
    ts.getJSDocTags(node).some(({ tagName }) => tagName.text === "internal") ||
    (ts.getCombinedModifierFlags(node) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) !== 0
  );
}

function problemOf(node, names, checker) {
  const signature = checker.getSignatureFromDeclaration(node);
  const source = ts.isGetAccessor(node) ? node.symbol : signature;
  const tags = (ts.isGetAccessor(node) ? source.getJsDocTags(checker) : source.getJsDocTags())
    .filter((tag) => tag.name === "throws")
    .map(({ text }) => ts.displayPartsToString(text).trim());
  for (const text of tags) {
    const unknown = namesIn(text)?.find((name) => !names.has(name));
    if (unknown !== undefined) return `@throws names \`${unknown}\`, which is no public error`;
    if (namesIn(text) === undefined) return `@throws names no error: "${text.slice(0, 40)}"`;
  }
  if (tags.length > 0) return undefined;
  const doc = ts.displayPartsToString(source.getDocumentationComment(checker));
  if (/\bnever\s+(?:rejects|throws)\b/i.test(doc)) return undefined;
  const type = checker.typeToString(checker.getReturnTypeOfSignature(signature));
  if (/^(?:Promise|PromiseLike|AsyncIterable|AsyncIterableIterator|AsyncGenerator)\b/.test(type))
    return "returns a promise, and does not say what it rejects with";
  return node.body !== undefined && hasThrow(node.body, checker)
    ? "throws, and does not say what"
    : undefined;
}

/** The names at the beginning of `TypeError, RangeError for …`; none for `what …`; undefined where there is no name. */
function namesIn(text) {
  if (/^what\b/.test(text)) return [];
  const list = /^(?:\{@link )?[A-Z]\w*\}?(?:(?:, | or )(?:\{@link )?[A-Z]\w*\}?)*/.exec(text)?.[0];
  return list?.split(/, | or /).map((name) => name.replace(/\{@link |\}/g, ""));
}

/**
 * Whether a body has a `throw` that leaves it, or calls a check that has one, as `checkOptions`. Functions inside of
 * the body do not count.
 */
function hasThrow(node, checker) {
  if (ts.isThrowStatement(node)) return true;
  if (ts.isFunctionLike(node)) return false;
  if (ts.isTryStatement(node) && node.catchClause !== undefined)
    return [node.catchClause.block, node.finallyBlock].some(
      (block) => block !== undefined && hasThrow(block, checker),
    );
  if (ts.isCallExpression(node) && isCheck(node, checker)) return true;
  return ts.forEachChild(node, (child) => hasThrow(child, checker) || undefined) ?? false;
}

/** Whether a call is that of a check which throws, itself or by another check. */
function isCheck({ expression }, checker) {
  if (!/^check[A-Z]\w*$/.test(expression.getText())) return false;
  const symbol = checker.getSymbolAtLocation(expression);
  if (symbol === undefined) return false;
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return (target.declarations ?? []).some(({ body }) => body !== undefined && hasThrow(body, checker));
}
