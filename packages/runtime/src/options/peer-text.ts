/** Texts of a peer in errors, events and logs. Such a text cannot forge a line of a log, or fill the log. */

/** UTF-16 units of a peer's text that an error or an event shows. */
const longestText = 512;
/** UTF-16 units of a whole error message. */
const longestMessage = 8192;

/** Control characters, lone surrogates, line and paragraph separators, marks that change the direction of text. */
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/u;
const allUnprintable = new RegExp(unprintable, "gu");

/**
 * A text of a peer as an error, an event or a log shows it: cut, and without characters that a terminal or a log would
 * obey.
 * @param longest UTF-16 units before escaping
 */
export function peerText(text: string, longest = longestText): string {
  return escaped(text.length <= longest ? text : `${text.slice(0, longest)}…`);
}

/** The message of an error, which may quote a peer. */
export function errorMessage(text: string): string {
  return peerText(text, longestMessage);
}

function escaped(text: string): string {
  return unprintable.test(text) ? text.replace(allUnprintable, escapeOf) : text;
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
