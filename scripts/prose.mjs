/**
 * `npm run prose`: checks the English of docs, comments, messages and test titles. CONTRIBUTING.md has the rules under
 * "English". Quotations are left out: code spans, code blocks, quoted text, and what is below `fixtures/`.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import ts from "typescript";
import { root } from "./run.mjs";

/** Longest sentence of a page, in words. A span of code counts as one. */
const maxWords = 45;

/** What a text must not hold, and what to write instead. */
const rules = [
  [/\b(?:nobody|somebody|whoever|whomever)\b/i, "name the actor: client, server, peer, caller, handler, you"],
  [/\bshall\b/i, "use the present tense, `must` or `can`"],
  [/\bstands\b(?! (?:in )?for\b)/i, "say what it is or where it is: `is`, `is in`, `is written in`"],
  [/\b(?:is|are|was|were) told\b(?! apart)/i, "name who gets to know it: `the client receives …`"],
  [/\b(?:is|are|was|were) through\b(?! (?:the|a|an|this|its)\b)/i, "write `has finished` or `has returned`"],
  [/\b(?:begins?|starts?) anew\b/i, "write `starts over`"],
  [/\bin words\b/i, "write `as text`"],
  [/\bnone of (?:its|their) type\b/i, "write `does not match its type`"],
  [/\bin good order\b/i, "write `gracefully`"],
  [
    /(?:^|[.!:] )Who(?! (?:is|are|may|can|calls|answers|has)\b[^.]*\?) (?!'s)/,
    "no clause as a subject: `Throw … to …`, `A peer that …`",
  ],
  [/\bwithout a word\b/i, "say which message is missing"],
];

const listed = (...patterns) =>
  execFileSync("git", ["ls-files", "-z", "--", ...patterns], { cwd: root, encoding: "utf8" })
    .split("\0")
    .filter(Boolean);

const pages = listed("*.md").filter(
  (path) => !/^(?:fixtures|interop|docs\/decisions)\/|CHANGELOG\.md$/.test(path),
);
const sources = listed(
  "packages/*/src/*.ts",
  "packages/*/src/*.tsx",
  "tests/*.ts",
  "scripts/*.mjs",
  "bench/*.mjs",
).filter((path) => path !== "scripts/prose.mjs" && !/(?:^|\/)gen\//.test(path.replace("src/gen/", "src/")));

const findings = [];

for (const path of pages) for (const part of paragraphs(read(path))) check(path, part, true);
for (const path of sources) for (const part of textsOf(path, read(path))) check(path, part, false);

for (const { path, line, text, advice } of findings) console.error(`${path}:${line}: "${text}": ${advice}`);
console.log(`${pages.length} pages and ${sources.length} sources read, ${findings.length} findings`);
process.exitCode = findings.length === 0 ? 0 : 1;

function read(path) {
  return readFileSync(root + path, "utf8");
}

function check(path, { text, line }, isPage) {
  for (const [pattern, advice] of rules) {
    const match = pattern.exec(text);
    if (match === null) continue;
    findings.push({
      path,
      line: line + lineBreaks(text.slice(0, match.index)),
      text: excerpt(text, match.index),
      advice,
    });
  }
  if (!isPage || path.startsWith("docs/protocol/")) return;
  for (const sentence of text.split(/(?<=[.!?:;])\s+(?=[A-Z`*[])/)) {
    const words = sentence.split(/\s+/).filter((word) => /\w/.test(word)).length;
    if (words > maxWords)
      findings.push({
        path,
        line,
        text: `${sentence.slice(0, 60)}…`,
        advice: `a sentence of ${words} words: at most ${maxWords}`,
      });
  }
}

function lineBreaks(text) {
  return text.split("\n").length - 1;
}

function excerpt(text, at) {
  return text
    .slice(Math.max(0, at - 20), at + 30)
    .replace(/\s+/g, " ")
    .trim();
}

/** Paragraphs, list items and cells of a page, with code as one word each. */
function paragraphs(page) {
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
    const text = plain(each);
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

/** Comments, messages and titles of a source. */
function textsOf(path, text) {
  const file = ts.createSourceFile(
    path,
    text,
    ts.ScriptTarget.Latest,
    true,
    /\.mjs$/.test(path) ? ts.ScriptKind.JS : undefined,
  );
  const lineOf = (position) => file.getLineAndCharacterOfPosition(position).line + 1;
  const isTest = /\.test(?:-d)?\.ts$|^tests\//.test(path);
  const found = [];
  const seen = new Set();
  const comments = (position) => {
    for (const range of [
      ...(ts.getLeadingCommentRanges(text, position) ?? []),
      ...(ts.getTrailingCommentRanges(text, position) ?? []),
    ]) {
      if (seen.has(range.pos)) continue;
      seen.add(range.pos);
      found.push({
        text: plain(text.slice(range.pos, range.end).replace(/\n\s*\*/g, "\n")),
        line: lineOf(range.pos),
      });
    }
  };
  const visit = (node) => {
    comments(node.getFullStart());
    comments(node.getEnd());
    const isText =
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddle(node) ||
      ts.isTemplateTail(node);
    // The data of a test may be anything; its titles are ours.
    if (isText && / \w+ /.test(node.text) && (!isTest || isTitle(node)))
      found.push({ text: plain(node.text), line: lineOf(node.getStart(file)) });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isTitle(node) {
  const call = node.parent;
  return (
    ts.isCallExpression(call) &&
    call.arguments[0] === node &&
    /^(?:describe|it|test)\b/.test(call.expression.getText())
  );
}
