export interface Rule {
  readonly name: string;
  readonly pattern: RegExp;
  /** What to write instead. */
  readonly advice: string;
  /** Texts in which the rule must find something. */
  readonly found: readonly string[];
  /** Texts in which no rule may find anything. */
  readonly fine: readonly string[];
}

export interface Problem {
  readonly name: string;
  readonly index: number;
  readonly excerpt: string;
  readonly advice: string;
}

export const maxWords: number;
export const rules: readonly Rule[];
/** What the rules find in one text, the first place of each rule. */
export function problemsIn(text: string): Problem[];
/** Sentences of more than {@link maxWords} words. */
export function longSentences(text: string): Problem[];
