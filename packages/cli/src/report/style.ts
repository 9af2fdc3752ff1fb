/** Colours as functions from text to text. */
import picocolors from "picocolors";

export interface Style {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  faint(text: string): string;
  strong(text: string): string;
}

const same = (text: string): string => text;

export const plainStyle: Style = { good: same, bad: same, warn: same, faint: same, strong: same };

/** ANSI colours, or none. */
export function styleOf(isColored: boolean): Style {
  if (!isColored) return plainStyle;
  const colors = picocolors.createColors(true);
  return {
    good: colors.green,
    bad: (text) => colors.bold(colors.red(text)),
    warn: colors.yellow,
    faint: colors.dim,
    strong: colors.bold,
  };
}

/**
 * Whether a stream takes colours: a terminal does. `NO_COLOR` (not empty) switches them off everywhere, `FORCE_COLOR`
 * (not empty, not `0`) on where the stream is no terminal.
 */
export function takesColor(
  isTerminal: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  const isSet = (name: string): boolean => (environment[name] ?? "") !== "";
  if (isSet("NO_COLOR")) return false;
  if (isSet("FORCE_COLOR")) return environment["FORCE_COLOR"] !== "0";
  return isTerminal && environment["TERM"] !== "dumb";
}
