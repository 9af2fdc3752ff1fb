/** Colours of the frames, as functions from text to text; a renderer without colour gets `plainPalette`. */
export interface Palette {
  error(text: string): string;
  warning(text: string): string;
  help(text: string): string;
  /** Line numbers and the lines of the frame. */
  gutter(text: string): string;
  strong(text: string): string;
}

const same = (text: string): string => text;

export const plainPalette: Palette = { error: same, warning: same, help: same, gutter: same, strong: same };

function ansi(code: string): (text: string) => string {
  return (text) => `\u001b[${code}m${text}\u001b[0m`;
}

/** ANSI codes of terminals. */
export const ansiPalette: Palette = {
  error: ansi("1;31"),
  warning: ansi("1;33"),
  help: ansi("36"),
  gutter: ansi("34"),
  strong: ansi("1"),
};
