/** The application's file, parsed, and the style of its author. The command never prints existing text again. */
import { type Node, Project, type SourceFile } from "ts-morph";
import { ScaffoldError } from "./scaffold-error.js";

export interface UserFile {
  readonly text: string;
  readonly source: SourceFile;
  readonly style: Style;
}

/** The style of new lines, so that they fit in. */
export interface Style {
  readonly newline: "\n" | "\r\n";
  /** One level of indentation: a tab or spaces. */
  readonly indent: string;
  readonly quote: '"' | "'";
  /** Empty where statements end without one. */
  readonly semicolon: ";" | "";
}

/**
 * Parses a text in memory: no library is loaded, no import followed.
 *
 * @param name file name or path, for the message of an error; its ending decides between `.ts` and `.tsx`
 * @throws ScaffoldError `NotTypeScript`, `SyntaxError` with the first place that does not parse
 */
export function parseUserFile(name: string, text: string): UserFile {
  const extension = /(?<!\.d)(\.[cm]?ts|\.tsx)$/.exec(name)?.[0];
  if (extension === undefined) {
    throw new ScaffoldError(
      "NotTypeScript",
      `${name} is not a TypeScript module`,
      "name a file that ends in .ts, .mts, .cts or .tsx",
    );
  }
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    skipFileDependencyResolution: true,
    compilerOptions: { noLib: true, noResolve: true, types: [] },
  });
  const source = project.createSourceFile(`/file${extension}`, text);
  const [problem] = project.getProgram().getSyntacticDiagnostics(source);
  if (problem !== undefined) {
    const { line, column } = source.getLineAndColumnAtPos(problem.getStart());
    const said = problem.getMessageText();
    const reason = typeof said === "string" ? said : said.getMessageText();
    throw new ScaffoldError(
      "SyntaxError",
      `${name}:${line}:${column}: ${reason.replace(/\.$/, "")}`,
      "repair the file and run the command again; nothing was written",
      { line, column },
    );
  }
  return { text, source, style: styleOf(text, source) };
}

/** Spaces and tabs in front of the line on which a node starts. */
export function indentationOf(node: Node): string {
  const text = node.getSourceFile().getFullText();
  const lineStart = text.lastIndexOf("\n", node.getStart() - 1) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? "";
}

function styleOf(text: string, source: SourceFile): Style {
  const crlf = text.split("\r\n").length - 1;
  const newlines = text.split("\n").length - 1;
  const imports = source.getImportDeclarations();
  const statements = imports.length > 0 ? imports : source.getStatements().filter(endsFreely);
  const quotes = imports.map((one) => one.getModuleSpecifier().getText().charAt(0));
  const isBare = statements.length > 0 && statements.every((one) => !one.getText().endsWith(";"));
  return {
    newline: crlf * 2 > newlines ? "\r\n" : "\n",
    indent: indentUnit(text),
    quote: quotes.filter((quote) => quote === "'").length * 2 > quotes.length ? "'" : '"',
    semicolon: isBare ? "" : ";",
  };
}

/** Statements that a semicolon ends where the author writes semicolons. */
function endsFreely(statement: Node): boolean {
  return ["VariableStatement", "ExpressionStatement", "TypeAliasDeclaration"].includes(
    statement.getKindName(),
  );
}

function indentUnit(text: string): string {
  if (/^\t/m.test(text)) return "\t";
  // A line of a block comment starts with one space more than its level.
  const widths = [...text.matchAll(/^( +)(?=[^\s*])/gm)].map(([, spaces = ""]) => spaces.length);
  const smallest = Math.min(...widths.filter((width) => width > 1));
  return " ".repeat(Number.isFinite(smallest) ? Math.min(smallest, 8) : 2);
}
