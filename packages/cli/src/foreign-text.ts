/**
 * Texts of others in messages: keys and values of a config, names of files, what Node says about them. They go to a
 * terminal or a workflow log, where control characters are commands, and where a file must not print megabytes.
 */

/** Line breaks of every kind, other control characters but tabs, and characters that change the direction of a text. */
const steering = /(?!\t)[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;
const longestForeign = 200;
/** A line holds several texts of others, or a path. */
const longestLine = 1000;
const mostLines = 100;

/** A text of others as a message may show it: one line, cut. */
export function foreignText(text: string): string {
  return visible(cut(text, longestForeign));
}

/** The whole text of a failure, whatever is in it: its own line breaks stay. */
export function failureText(text: string): string {
  const lines = text.split("\n", mostLines + 1);
  const shown = lines.slice(0, mostLines).map((line) => visible(cut(line, longestLine)));
  if (lines.length > mostLines) shown.push(`… and ${text.split("\n").length - mostLines} more lines`);
  return shown.join("\n");
}

/** The text with a replacement character for each character that steers a terminal. */
export function visible(text: string): string {
  return text.replace(steering, "\ufffd");
}

/** Several lines, each as {@link visible} shows it. */
export function visibleLines(text: string): string {
  return text.split("\n").map(visible).join("\n");
}

/** JSON with escapes for the characters that steer a terminal: its values stay what they are. */
export function visibleJson(json: string): string {
  return json.replace(steering, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
