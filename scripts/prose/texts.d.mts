/** A text of ours in a file, with code and quotations as one word each. */
export interface Text {
  readonly text: string;
  /** Of the text's first line, from 1 on. */
  readonly line: number;
}

/** The texts of a file: those of a page, or the comments, messages and test titles of a source. */
export function textsIn(path: string, content: string): Text[];
/** Lines of the comments of a script that are wider than 120 columns. Directives of tools do not count. */
export function wideCommentsIn(
  path: string,
  content: string,
): { readonly line: number; readonly columns: number }[];
/** Titles of tests of one word, or with words like "works": they do not say what holds. */
export function vagueTitlesIn(path: string, content: string): Text[];
