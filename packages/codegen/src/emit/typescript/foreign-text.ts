/**
 * The one place that turns text of others into comments and literals of generated code: docs, deprecations, names of
 * packages and files, commands, defaults. None of it ends its comment or literal, or gives a compiler a directive.
 */

/** Line ends of JavaScript, and those of editors. */
const lineEnds = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/;
/** Characters that hide, or turn the text around them. */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** Joiners of letters and emoji, and tabs: docs may hold them. */
const harmless = /[\t\u200c\u200d]/;
/** Directives that compilers and bundlers read in comments: an error to expect, a call without effects, a map. */
const directive = /[@#](?=ts-|__(?:PURE|NO_SIDE_EFFECTS)__|vite-ignore|jsx|source(?:Mapping)?URL=)/gi;

/** A text as one line of a comment of either kind. */
export function commentText(text: string): string {
  return quiet(text.replace(hidden, escaped));
}

/** A text as lines of a doc comment. */
export function commentLines(text: string): readonly string[] {
  return text.split(lineEnds).map((line) => {
    const shown = line.replace(hidden, (found) => (harmless.test(found) ? found : escaped(found)));
    return quiet(shown).trimEnd();
  });
}

/** A text as a string literal. */
export function stringLiteral(text: string): string {
  // JSON leaves these as they are: valid, and line ends to every editor.
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, (found) => `\\u${found.charCodeAt(0).toString(16)}`);
}

function quiet(line: string): string {
  return line.replaceAll("*/", "*\\/").replace(directive, "$&\\");
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
