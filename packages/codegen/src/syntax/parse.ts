/** Text → syntax tree. Any text gives a tree; the parser reports its errors. */
import type { Reporter } from "../diagnostics/report.js";
import type { SourceFile } from "../source/source-file.js";
import type { FileNode } from "./ast.js";
import { buildFile } from "./build-ast.js";
import { BuildContext } from "./build-context.js";
import { lex } from "./lex.js";
import { parseTokens } from "./parser.js";
import { TriviaTable } from "./trivia.js";

/** Most UTF-16 units of a file: 4 Mi. A guard against files that are no schemas, before memory is spent on them. */
const maxFileLength: number = 4 * 1024 * 1024;

/** Parses one file. Never throws. */
export function parse(source: SourceFile, reporter: Reporter): FileNode {
  if (source.text.length > maxFileLength) {
    const span = { file: source.path, start: 0, end: 0 };
    reporter.report("VOX1019", span, { size: source.text.length, limit: maxFileLength });
    return emptyFile(source);
  }
  const { tokens, comments } = lex(source, reporter);
  const trivia = new TriviaTable(source, tokens, comments);
  const context = new BuildContext(source, reporter, trivia);
  const { cst, errors } = parseTokens(tokens);
  const before = reporter.count;
  const file = buildFile(context, cst);
  const [unread] = errors;
  // The grammar takes every token, so this is silent unless it has a hole that no test has found.
  if (unread !== undefined && reporter.count === before) {
    const start = Number.isNaN(unread.token.startOffset) ? source.text.length : unread.token.startOffset;
    const span = context.span(start, start + unread.token.image.length);
    context.report("VOX1011", span, { found: context.foundAt(start), advice: "remove it" });
  }
  for (const comment of trivia.undocumented()) reporter.report("VOX4004", comment.span, {});
  return file;
}

function emptyFile(source: SourceFile): FileNode {
  const nothing: readonly [] = [];
  return {
    kind: "file",
    source,
    items: nothing,
    package: undefined,
    imports: nothing,
    declarations: nothing,
    comments: nothing,
    dangling: nothing,
  };
}
