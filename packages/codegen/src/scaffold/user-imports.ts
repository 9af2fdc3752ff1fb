/** The imports of the application's file, and the imports that it still needs. */
import { type ImportDeclaration, Node } from "ts-morph";
import { group, render } from "../emit/layout.js";
import type { TextEdits } from "./text-edits.js";
import type { UserFile } from "./user-file.js";

/** A name that another module exports, as a type. */
export interface ImportedName {
  readonly specifier: string;
  readonly name: string;
  /** The name in the file, existing or new. */
  readonly local: string;
}

export class UserImports {
  readonly #file: UserFile;
  readonly #byLocal = new Map<string, { readonly specifier: string; readonly name: string }>();
  readonly #namespaces = new Map<string, string>();
  readonly #needed = new Map<string, ImportedName>();

  constructor(file: UserFile) {
    this.#file = file;
    for (const declaration of file.source.getImportDeclarations()) {
      const specifier = declaration.getModuleSpecifierValue();
      const namespace = declaration.getNamespaceImport()?.getText();
      if (namespace !== undefined) this.#namespaces.set(namespace, specifier);
      for (const named of declaration.getNamedImports()) {
        const name = named.getName();
        this.#byLocal.set(named.getAliasNode()?.getText() ?? name, { specifier, name });
      }
    }
  }

  /** Where a local name, or `namespace.Name`, comes from. */
  find(local: string): { readonly specifier: string; readonly name: string } | undefined {
    const [namespace = "", name, ...rest] = local.split(".");
    if (name === undefined) return this.#byLocal.get(local);
    const specifier = this.#namespaces.get(namespace);
    return specifier === undefined || rest.length > 0 ? undefined : { specifier, name };
  }

  /** The local name of a name of a module; undefined when the file does not import it. */
  localOf(specifier: string, name: string): string | undefined {
    for (const [local, from] of this.#byLocal) {
      if (from.name === name && isSameModule(from.specifier, specifier)) return local;
    }
    for (const [namespace, from] of this.#namespaces) {
      if (isSameModule(from, specifier)) return `${namespace}.${name}`;
    }
    return undefined;
  }

  /** Specifier of the first module that the file imports one of these names from. */
  moduleOf(names: readonly string[]): string | undefined {
    return [...this.#byLocal.values()].find(({ name }) => names.includes(name))?.specifier;
  }

  /** Asks for a type; it is imported when the file does not do so yet. */
  need(wanted: ImportedName): void {
    if (this.localOf(wanted.specifier, wanted.name) === undefined) this.#needed.set(wanted.local, wanted);
  }

  /** Writes the imports that are missing. */
  complete(edits: TextEdits): void {
    const missing = new Map<string, ImportedName[]>();
    for (const wanted of this.#needed.values()) {
      const names = missing.get(wanted.specifier) ?? [];
      missing.set(wanted.specifier, [...names, wanted]);
    }
    const fresh: string[] = [];
    for (const [specifier, names] of [...missing].sort(([a], [b]) => compare(order(a), order(b)))) {
      const sorted = [...names].sort((a, b) => compare(a.name, b.name));
      const statement = this.#openImport(specifier);
      if (statement === undefined) fresh.push(this.#statement(specifier, sorted));
      else extend(statement, sorted, edits, this.#file);
    }
    if (fresh.length > 0) this.#insert(fresh, edits);
  }

  /** An import statement of that module that takes more names. */
  #openImport(specifier: string): ImportDeclaration | undefined {
    const open = this.#file.source
      .getImportDeclarations()
      .filter(
        (one) => isSameModule(one.getModuleSpecifierValue(), specifier) && one.getNamedImports().length > 0,
      );
    return open.find((one) => one.isTypeOnly()) ?? open[0];
  }

  #statement(specifier: string, names: readonly ImportedName[]): string {
    const { quote, semicolon, indent } = this.#file.style;
    const end = `} from ${quote}${specifier}${quote}${semicolon}`;
    const text = render(group("import type {", names.map(clause), end, " "), 0);
    return text.replace(/^ {2}/gm, indent);
  }

  #insert(statements: readonly string[], edits: TextEdits): void {
    const { text, source, style } = this.#file;
    const lines = statements.map((statement) => statement.replaceAll("\n", style.newline));
    const last = source.getImportDeclarations().at(-1);
    if (last !== undefined) {
      const lineEnd = text.slice(last.getEnd()).search(/\r?\n/);
      const at = lineEnd < 0 ? text.length : last.getEnd() + lineEnd;
      edits.insert(at, lines.map((line) => style.newline + line).join(""));
      return;
    }
    const at = firstPlace(this.#file);
    const gap = text.slice(at).trim() === "" ? "" : style.newline;
    const start = at > 0 && !text.slice(0, at).endsWith("\n") ? style.newline : "";
    edits.insert(at, start + lines.map((line) => line + style.newline).join("") + gap);
  }
}

/** Whether two specifiers name one module: `./a.vox.js`, `./a.vox.ts` and `./a.vox` do. */
export function isSameModule(a: string, b: string): boolean {
  return withoutExtension(a) === withoutExtension(b);
}

function withoutExtension(specifier: string): string {
  return specifier.replace(/\.[cm]?[jt]sx?$/, "");
}

/** Packages come before files of the application. */
function order(specifier: string): string {
  return `${specifier.startsWith(".") ? 1 : 0}${specifier}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function clause({ name, local }: ImportedName): string {
  return name === local ? name : `${name} as ${local}`;
}

/** Adds names to an import statement, in the layout of its names. */
function extend(
  statement: ImportDeclaration,
  names: readonly ImportedName[],
  edits: TextEdits,
  { text, style }: UserFile,
): void {
  const present = statement.getNamedImports();
  const last = present.at(-1);
  if (last === undefined) return;
  const keyword = statement.isTypeOnly() ? "" : "type ";
  const lead = text.slice(text.lastIndexOf("\n", last.getStart()) + 1, last.getStart());
  const separator = lead.trim() === "" ? `,${style.newline}${lead}` : ", ";
  edits.insert(last.getEnd(), names.map((name) => `${separator}${keyword}${clause(name)}`).join(""));
}

const header =
  /^(?:\/\/\/?\s*(?:@ts-|<|eslint-|biome-|@license)|\/\*!|\/\*\s*(?:@ts-|eslint-|biome-)|\/\*\*?[\s*]*@(?:license|jsx|vitest-))/;

/** Where the first import goes: after what belongs to the file, before what belongs to its first statement. */
function firstPlace({ text, source }: UserFile): number {
  const statements = source.getStatements();
  const directives = statements.findIndex(
    (one) => !(Node.isExpressionStatement(one) && Node.isStringLiteral(one.getExpression())),
  );
  const first = statements[directives];
  if (directives !== 0) {
    const before = directives < 0 ? statements.at(-1) : statements[directives - 1];
    if (before === undefined) return text.length;
    const lineEnd = text.indexOf("\n", before.getEnd());
    return lineEnd < 0 ? text.length : lineEnd + 1;
  }
  if (first === undefined) return text.length;
  let at = first.getStart();
  for (const comment of first.getLeadingCommentRanges().reverse()) {
    const isApart = /\n\s*\n/.test(text.slice(comment.getEnd(), at));
    if (isApart || header.test(comment.getText())) break;
    at = comment.getPos();
  }
  return at;
}
