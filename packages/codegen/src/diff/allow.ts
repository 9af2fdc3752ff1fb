/** Findings that the authors of a schema allow: by a comment on the line before what changed, or by a list. */
import { catalog } from "../diagnostics/catalog.js";
import type { SourceFile } from "../source/source-file.js";
import type { FileNode } from "../syntax/ast.js";
import { type ChangeCode, type ChangeFinding, finding } from "./finding.js";

/** One entry of a list of allowed findings. */
export interface AllowedChange {
  readonly code: string;
  /** A member (`Product.price`), method (`Catalog.search`), type or service. */
  readonly at: string;
  readonly reason: string;
}

export interface Allowed {
  /** The findings that are left, with findings about the suppressions themselves. */
  readonly findings: readonly ChangeFinding[];
  /** The allowed findings, each with its reason. */
  readonly allowed: readonly { readonly finding: ChangeFinding; readonly reason: string }[];
  /** Entries of the list that allow nothing. */
  readonly unused: readonly AllowedChange[];
}

/** Codes that cannot be allowed: they are about suppressions and the lock. */
const firm: ReadonlySet<string> = new Set(["VOX5060", "VOX5061", "VOX5062", "VOX5070"]);

const marker = /^\/\/\s*vox-allow\b[ \t]*(\S*?)(?::\s*(.*?))?\s*$/;

interface AllowComment {
  readonly code: string;
  readonly reason: string;
  readonly source: SourceFile;
  /** Lines that the comment applies to, from 1. */
  readonly lines: ReadonlySet<number>;
  readonly span: { readonly file: string; readonly start: number; readonly end: number };
}

/**
 * Takes out the allowed findings. A comment `// vox-allow VOX5003: reason` allows findings of that code on the next
 * line that is neither a comment nor an attribute. A comment without a reason allows nothing and is a finding itself.
 *
 * @param files of the new version, as the compiler read them
 */
export function applyAllowed(
  findings: readonly ChangeFinding[],
  files: readonly FileNode[],
  list: readonly AllowedChange[] = [],
): Allowed {
  const comments = files.flatMap(({ source }) => commentsOf(source));
  const bySource = new Map(files.map(({ source }) => [source.path, source]));
  const used = new Set<AllowComment | AllowedChange>();
  const left: ChangeFinding[] = [];
  const allowed: { finding: ChangeFinding; reason: string }[] = [];
  for (const one of findings) {
    const { code, span } = one.diagnostic;
    const line = bySource.get(span.file)?.lineAt(span.start);
    const comment = comments.find(
      (candidate) =>
        candidate.code === code &&
        candidate.reason !== "" &&
        candidate.span.file === span.file &&
        line !== undefined &&
        candidate.lines.has(line),
    );
    const entry = list.find((candidate) => candidate.code === code && one.subjects.includes(candidate.at));
    const reason = comment?.reason ?? entry?.reason;
    if (reason === undefined || firm.has(code)) {
      left.push(one);
      continue;
    }
    if (comment !== undefined) used.add(comment);
    if (entry !== undefined) used.add(entry);
    allowed.push({ finding: one, reason });
  }
  for (const comment of comments) {
    const problem = problemOf(comment, used.has(comment));
    if (problem !== undefined) left.push(problem);
  }
  return { findings: left, allowed, unused: list.filter((entry) => !used.has(entry)) };
}

/** Whether a code is one that can be allowed. */
export function isAllowable(code: string): code is ChangeCode {
  return code.startsWith("VOX5") && code in catalog && !firm.has(code);
}

function problemOf(comment: AllowComment, isUsed: boolean): ChangeFinding | undefined {
  const { code, reason, span } = comment;
  const none = { oldClient: "compatible", newClient: "compatible" } as const;
  if (!isAllowable(code)) return finding("VOX5061", span, { code: code === "" ? "…" : code }, none, []);
  if (reason === "") return finding("VOX5060", span, { code }, none, []);
  return isUsed ? undefined : finding("VOX5062", span, { code }, none, []);
}

function commentsOf(source: SourceFile): readonly AllowComment[] {
  const found: AllowComment[] = [];
  if (!source.text.includes("vox-allow")) return found;
  for (let at = 1; at <= source.lineCount; at += 1) {
    const text = source.lineText(at);
    const match = marker.exec(text.trim());
    if (match === null) continue;
    const start = source.lineStart(at) + text.length - text.trimStart().length;
    const span = { file: source.path, start, end: source.lineStart(at) + text.trimEnd().length };
    found.push({ code: match[1] ?? "", reason: match[2] ?? "", source, lines: linesAfter(source, at), span });
  }
  return found;
}

/** The line that a comment belongs to, and those between that hold attributes. */
function linesAfter(source: SourceFile, line: number): ReadonlySet<number> {
  const lines = new Set<number>();
  for (let at = line + 1; at <= source.lineCount; at += 1) {
    const text = source.lineText(at).trim();
    if (text === "" || text.startsWith("//")) continue;
    lines.add(at);
    if (!/^@\w+(\([^)]*\))?$/.test(text)) break;
  }
  return lines;
}
