/** The texts of a file that `npm run prose` checks. Code spans, code blocks and quotations count as one word each. */
import ts from "typescript";

/** @type {typeof import("./texts.d.mts").textsIn} */
export function textsIn(path, content) {
  if (/\.md$/.test(path)) return ofPage(content);
  if (/\.[cm]?[jt]sx?$/.test(path)) return ofScript(path, content);
  if (/\.html$/.test(path)) return ofComments(content, /<!--[\s\S]*?-->/g);
  if (/\.css$/.test(path)) return ofComments(content, /\/\*[\s\S]*?\*\//g);
  if (/\.(?:rs|vox)$/.test(path))
    return ofComments(content, slashes, /\.rs$/.test(path) && !isTestPath(path));
  return ofComments(content, /"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|(?<=^|\s)#[^\n]*/g);
}

/** Longest line of a comment of a script, in columns. Code is formatted to 110. */
const maxColumns = 120;

/** @type {typeof import("./texts.d.mts").wideCommentsIn} */
export function wideCommentsIn(path, content) {
  if (!/\.[cm]?[jt]sx?$/.test(path)) return [];
  const lines = content.split("\n");
  if (!lines.some((line) => line.length > maxColumns)) return [];
  const file = parsed(path, content);
  const lineOf = (position) => file.getLineAndCharacterOfPosition(position).line;
  const found = [];
  for (const { pos, end } of commentsOf(file))
    for (let line = lineOf(pos); line <= lineOf(end); line++) {
      const columns = [...(lines[line] ?? "")].length;
      // A directive is one line, or ends one that the formatter leaves alone.
      if (columns > maxColumns && !/(?:\/\/|\/\*) (?:biome-ignore|@ts-)/.test(lines[line]))
        found.push({ line: line + 1, columns });
    }
  return found;
}

/** Titles that say that something holds, and not what. */
const vagueTitle = /\b(?:works?(?! on\b)|correctly|properly|as expected|is ok|handles)\b/i;

/** @type {typeof import("./texts.d.mts").vagueTitlesIn} */
export function vagueTitlesIn(path, content) {
  if (!/\.test(?:-d)?\.tsx?$/.test(path)) return [];
  const file = parsed(path, content);
  const found = [];
  const visit = (node) => {
    if (
      ts.isStringLiteralLike(node) &&
      isTitle(node) &&
      /^(?:it|test)\b/.test(node.parent.expression.getText())
    ) {
      // A name of one of the reference's tests is one word, with `_`. A table fills `%s` and `$name` in.
      const isOneWord = /^[^\s_%$]+$/.test(node.text);
      if (isOneWord || (vagueTitle.test(node.text) && !/\w_\w/.test(node.text)))
        found.push({
          text: node.text,
          line: file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1,
        });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Strings before comments, so that `//` of a string begins none. */
const slashes =
  /r(#+)"[\s\S]*?"\1|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\\n]|\\.[^'\n]*)'|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

function isTestPath(path) {
  return /(?:^|\/)(?:tests|interop|fixtures)\//.test(path);
}

/** Paragraphs, list items and cells of a page. */
function ofPage(page) {
  const found = [];
  let isCode = false;
  let open;
  page.split("\n").forEach((each, index) => {
    if (/^\s*(?:```|~~~)/.test(each)) {
      isCode = !isCode;
      open = undefined;
      return;
    }
    if (isCode) return;
    const text = plain(each).replace(/^\s*(?:[-*+]|\d+\.|#+|>) (?:\*\*)?/, "");
    const isRow = /^\s*\|/.test(each);
    if (text.trim() === "" || isRow || /^\s*(?:[-*+]|\d+\.|#+|>) /.test(each)) open = undefined;
    if (isRow) for (const cell of text.split("|")) found.push({ text: cell.trim(), line: index + 1 });
    else if (text.trim() !== "") {
      if (open === undefined) {
        open = { text, line: index + 1 };
        found.push(open);
      } else open.text += `\n${text}`;
    }
  });
  return found;
}

function plain(text) {
  return text
    .replace(/(`+)(?:(?!\1).)+\1/g, "CODE")
    .replace(/"[^"]*"|“[^”]*”/g, "QUOTE")
    .replace(/\]\([^)]*\)/g, "]")
    .replace(/<[^>]*>/g, "");
}

/** The words of a comment, without its marks. */
function uncommented(comment) {
  return plain(
    comment
      .replace(/^(?:\/\*\*?|\/\/[/!]?|<!--|#+!?)\s?/, "")
      .replace(/\s*(?:\*\/|-->)$/, "")
      .replace(/\n\s*(?:\*|\/\/[/!]?|#)(?!\/) ?/g, "\n"),
  );
}

/** Comments, messages and titles of a script. */
function ofScript(path, content) {
  const file = parsed(path, content);
  const lineOf = (position) => file.getLineAndCharacterOfPosition(position).line + 1;
  const isTest = /\.test(?:-d)?\.tsx?$/.test(path) || isTestPath(path);
  const found = joined(commentsOf(file), content).map(({ pos, end }) => ({
    text: uncommented(content.slice(pos, end)),
    line: lineOf(pos),
  }));
  const visit = (node) => {
    const text = textOf(node);
    // The data of a test may be anything; its titles are ours.
    if (text !== undefined && / \w+ /.test(text) && (!isTest || isTitle(node)))
      found.push({ text: plain(text), line: lineOf(node.getStart(file)) });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function parsed(path, content) {
  const kind = /\.[cm]?js$/.test(path) ? ts.ScriptKind.JS : undefined;
  return ts.createSourceFile(path, content, ts.ScriptTarget.Latest, true, kind);
}

/** Comments of a script, in their order: those around each token, so that one before a closing bracket counts. */
function commentsOf(file) {
  const found = new Map();
  const visit = (node) => {
    const children = node.getChildren(file);
    for (const child of children) if (!ts.isJSDoc(child)) visit(child);
    if (children.length > 0 || ts.isJsxText(node)) return;
    for (const position of [node.getFullStart(), node.getEnd()])
      for (const range of [
        ...(ts.getLeadingCommentRanges(file.text, position) ?? []),
        ...(ts.getTrailingCommentRanges(file.text, position) ?? []),
      ])
        found.set(range.pos, { pos: range.pos, end: range.end });
  };
  visit(file);
  return [...found.values()].sort((a, b) => a.pos - b.pos);
}

/** Line comments that follow each other are one text. */
function joined(ranges, content) {
  const found = [];
  for (const { pos, end } of ranges) {
    const last = found.at(-1);
    if (
      last !== undefined &&
      content.startsWith("//", pos) &&
      /^\n[ \t]*$/.test(content.slice(last.end, pos))
    )
      last.end = end;
    else found.push({ pos, end });
  }
  return found;
}

/** A template is one text; each of its values is a word. */
function textOf(node) {
  if (ts.isStringLiteralLike(node) || ts.isJsxText(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map(({ literal }) => `VALUE${literal.text}`).join("");
}

function isTitle(node) {
  const call = node.parent;
  return (
    ts.isCallExpression(call) &&
    call.arguments[0] === node &&
    /^(?:describe|it|test)\b/.test(call.expression.getText())
  );
}

/** Comments of a language, told from strings by `tokens`, and its strings where they are messages. */
function ofComments(content, tokens, withStrings = false) {
  const found = [];
  let last;
  for (const { 0: token, index } of content.matchAll(tokens)) {
    const isComment = /^(?:\/\/|\/\*|<!--|#)/.test(token);
    if (!isComment && !(withStrings && / \w+ /.test(token))) continue;
    const line = content.slice(0, index).split("\n").length;
    if (isComment && last !== undefined && /^\n[ \t]*$/.test(content.slice(last.end, index))) {
      last.text.text += `\n${uncommented(token)}`;
      last.end = index + token.length;
    } else if (isComment) {
      last = { end: index + token.length, text: { text: uncommented(token), line } };
      found.push(last.text);
    } else found.push({ text: plain(token.replace(/^r?#*"|"#*$/g, "")), line });
  }
  return found;
}
