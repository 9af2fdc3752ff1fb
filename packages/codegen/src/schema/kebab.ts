/** The form of a name that method ids are made from. Source: `protocol/schemas.md` §7. */

const notAlphanumeric = /[^\p{Alphabetic}\p{N}]+/u;
const lowerCase = /^\p{Lowercase}$/u;
const upperCase = /^\p{Uppercase}$/u;

/**
 * `DoThingFast`, `do_thing_fast` and `DO_THING_FAST` all become `do-thing-fast`; a run of capitals is one word that
 * ends before the last capital when a lower-case letter follows (`getHTTPUrl` ⇒ `get-http-url`), and digits belong to
 * the letters before them (`v2Items` ⇒ `v2-items`).
 *
 * Two methods of one service with the same form would have the same id: the checker refuses them.
 */
export function kebab(name: string): string {
  const words: string[] = [];
  for (const part of name.split(notAlphanumeric)) {
    if (part !== "") splitWords([...part], words);
  }
  return words.join("-");
}

type Mode = "boundary" | "lower" | "upper";

/** Appends the words of one run of alphanumeric characters, in lower case. */
function splitWords(characters: readonly string[], words: string[]): void {
  let start = 0;
  let mode: Mode = "boundary";
  for (let at = 0; at + 1 < characters.length; at += 1) {
    const current = characters[at] ?? "";
    const next = characters[at + 1] ?? "";
    const isUpper = upperCase.test(current);
    const nextMode: Mode = lowerCase.test(current) ? "lower" : isUpper ? "upper" : mode;
    if (nextMode === "lower" && upperCase.test(next)) {
      words.push(lower(characters.slice(start, at + 1)));
      start = at + 1;
      mode = "boundary";
    } else if (mode === "upper" && isUpper && lowerCase.test(next)) {
      words.push(lower(characters.slice(start, at)));
      start = at;
      mode = "boundary";
    } else {
      mode = nextMode;
    }
  }
  words.push(lower(characters.slice(start)));
}

/**
 * Character by character: `toLowerCase` of a whole word looks at the neighbours of a Σ, the rule only at whether it
 * ends the word.
 */
function lower(word: readonly string[]): string {
  return word
    .map((character, at) => (character === "Σ" && at === word.length - 1 ? "ς" : character.toLowerCase()))
    .join("");
}
