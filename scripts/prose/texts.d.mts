/** A text of ours in a file, with code and quotations as one word each. */
export interface Text {
  readonly text: string;
  /** Of the text's first line, from 1 on. */
  readonly line: number;
}

/** The texts of a file: those of a page, or the comments, messages and test titles of a source. */
export function textsIn(path: string, content: string): Text[];
