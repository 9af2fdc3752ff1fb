/** Diagnostics as tools read them. */
import type { Position, SourceFile } from "../source/source-file.js";
import type { Span } from "../source/span.js";
import type { DiagnosticCode, Severity } from "./catalog.js";
import type { Diagnostic } from "./report.js";

/** A place in a file, lines and columns from 1, columns in UTF-16 units. */
export interface JsonPlace {
  readonly file: string;
  readonly start: Position;
  /** The position after the last character. */
  readonly end: Position;
  /** Offsets from 0 in UTF-16 units of the text, a byte order mark included. */
  readonly offset: { readonly start: number; readonly end: number };
}

/** A diagnostic as `--format json` prints it: one object a line. Members are only ever added. */
export interface JsonDiagnostic extends JsonPlace {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: string;
  readonly help?: string;
  readonly related: readonly (JsonPlace & { readonly message: string })[];
  /** Text that repairs it in place of the span. */
  readonly replacement?: string;
}

export interface MachineOptions {
  /** The file as it is named in the output. */
  readonly path: string;
  /** Text and path of another file that a related place is in. */
  readonly other?: (file: string) => { readonly source: SourceFile; readonly path: string } | undefined;
}

/** @param source the file of the diagnostic; undefined when it could not be read, then every place is its start */
export function toJsonDiagnostic(
  diagnostic: Diagnostic,
  source: SourceFile | undefined,
  { path, other }: MachineOptions,
): JsonDiagnostic {
  const { code, severity, message, help, span, related, replacement } = diagnostic;
  return {
    code,
    severity,
    message,
    ...(help === undefined ? {} : { help }),
    ...place(span, source, path),
    related: related.map((one) => {
      const file = one.span.file === span.file ? { source, path } : other?.(one.span.file);
      return { ...place(one.span, file?.source, file?.path ?? one.span.file), message: one.message };
    }),
    ...(replacement === undefined ? {} : { replacement }),
  };
}

function place(span: Span, source: SourceFile | undefined, file: string): JsonPlace {
  const start = source?.position(span.start) ?? { line: 1, column: 1 };
  const end = source?.position(span.end) ?? start;
  return { file, start, end, offset: { start: span.start, end: span.end } };
}

/**
 * The diagnostic as a workflow command, which GitHub shows beside the line of the change.
 *
 * @param source the file of the diagnostic; undefined when it could not be read
 */
export function toGithubAnnotation(
  diagnostic: Diagnostic,
  source: SourceFile | undefined,
  options: MachineOptions,
): string {
  const { code, severity, message, help, file, start, end } = toJsonDiagnostic(diagnostic, source, options);
  const properties = Object.entries({
    file,
    line: start.line,
    col: start.column,
    endLine: end.line,
    endColumn: end.column,
    title: code,
  }).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  const text = help === undefined ? message : `${message}\n${help}`;
  return `::${severity} ${properties.join(",")}::${escapeMessage(text)}`;
}

/** The percent sign first: it is what the other escapes are made of. */
function escapeMessage(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
