/** Diagnostics as people read them: the place, the source line, a caret, what is wrong, what to do. */
import type { SourceFile } from "../source/source-file.js";
import type { Span } from "../source/span.js";
import { excerpt } from "./excerpt.js";
import { ansiPalette, type Palette, plainPalette } from "./palette.js";
import type { Diagnostic } from "./report.js";

export interface RenderOptions {
  /** ANSI colours. */
  readonly color: boolean;
  /** The file as it is shown: usually its path relative to the working directory. */
  readonly path: string;
  /** Text and shown path of another file that a related place is in; a place in an unknown file is named only. */
  readonly other?: (file: string) => { readonly source: SourceFile; readonly path: string } | undefined;
}

/** Most source lines of one place. */
const maxLines = 4;

/**
 * One diagnostic as a frame of several lines, without a newline at the end.
 *
 * @param source the file of the diagnostic; undefined when it could not be read, then no line is shown
 */
export function renderDiagnostic(
  diagnostic: Diagnostic,
  source: SourceFile | undefined,
  { color, path, other }: RenderOptions,
): string {
  const palette = color ? ansiPalette : plainPalette;
  const paint = diagnostic.severity === "error" ? palette.error : palette.warning;
  const { code, severity, message, help } = diagnostic;
  const files = (file: string): { source: SourceFile; path: string } | undefined =>
    source !== undefined && file === diagnostic.span.file ? { source, path } : other?.(file);
  const spans = [diagnostic.span, ...diagnostic.related.map((place) => place.span)];
  const width = Math.max(
    1,
    ...spans.map((span) => String(lastShownLine(files(span.file)?.source, span)).length),
  );
  const lines = [`${paint(`${severity}[${code}]`)}${palette.strong(`: ${clean(message)}`)}`];
  lines.push(
    ...frame(files(diagnostic.span.file), diagnostic.span, path, { width, palette, paint, mark: "^" }),
  );
  for (const place of diagnostic.related) {
    lines.push(`${" ".repeat(width)} ${palette.gutter("=")} ${clean(place.message)}:`);
    const style = { width, palette, paint: palette.gutter, mark: "-" };
    lines.push(...frame(files(place.span.file), place.span, place.span.file, style));
  }
  if (help !== undefined)
    lines.push(`${" ".repeat(width)} ${palette.gutter("=")} ${palette.help("help:")} ${clean(help)}`);
  return lines.join("\n");
}

interface Style {
  /** Columns of the line numbers. */
  readonly width: number;
  readonly palette: Palette;
  readonly paint: (text: string) => string;
  readonly mark: string;
}

function frame(
  file: { readonly source: SourceFile; readonly path: string } | undefined,
  span: Span,
  path: string,
  { width, palette, paint, mark }: Style,
): readonly string[] {
  const indent = " ".repeat(width);
  if (file === undefined) return [`${indent}${palette.gutter("-->")} ${clean(path)}`];
  const { source } = file;
  const { line, column } = source.position(span.start);
  const lines = [
    `${indent}${palette.gutter("-->")} ${clean(file.path)}:${line}:${column}`,
    `${indent} ${palette.gutter("|")}`,
  ];
  const last = lastLine(source, span);
  const shownLast = lastShownLine(source, span);
  for (let at = line; at <= shownLast; at += 1) {
    const start = source.lineStart(at);
    const text = source.lineText(at);
    const from = at === line ? column - 1 : text.length - text.trimStart().length;
    const { text: shown, caretStart, caretCount } = excerpt(text, from, Math.max(span.end - start, 0));
    lines.push(`${palette.gutter(`${String(at).padStart(width)} |`)} ${shown}`.trimEnd());
    const carets = `${" ".repeat(caretStart)}${paint(mark.repeat(caretCount))}`;
    lines.push(`${indent} ${palette.gutter("|")} ${carets}`);
  }
  if (last > shownLast) lines.push(`${indent} ${palette.gutter("|")} … ${last - shownLast} more lines`);
  return lines;
}

/** Line of the last character of a span. */
function lastLine(source: SourceFile, span: Span): number {
  return source.lineAt(Math.max(span.start, span.end - 1));
}

function lastShownLine(source: SourceFile | undefined, span: Span): number {
  if (source === undefined) return 1;
  return Math.min(lastLine(source, span), source.lineAt(span.start) + maxLines - 1);
}

/** Names from a schema must not steer a terminal. */
function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}
