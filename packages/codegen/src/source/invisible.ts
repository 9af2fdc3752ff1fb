/** Characters that a person does not see in a text, or that change how the rest of it is shown. */

const invisible = /^[\p{C}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]$/u;
/** They join letters and emoji into one sign, and are seen by what they do. */
const joiners = /^[\u200c\u200d]$/;

/** Whether a character, by itself, cannot be seen. Spaces of every width are no such character. */
export function isInvisible(character: string): boolean {
  return invisible.test(character);
}

/** The same for a character inside of a text that is shown. */
export function hidesInText(character: string): boolean {
  return isInvisible(character) && !joiners.test(character);
}
