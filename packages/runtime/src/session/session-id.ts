/** Names and secrets of sessions. Source: `protocol/session.md` §7, `protocol/calls.md` §6.2. */

const idBytes = 16;

/** A name for a session that no other has: 32 hexadecimal digits. Operations are kept under it; it is no secret. */
export function makeSessionId(): string {
  return toHex(randomBytes(idBytes));
}

/** A key under which a session can be resumed: who has it, has the session. 16 random bytes, never to be logged. */
export function makeResumeKey(): Uint8Array {
  return randomBytes(idBytes);
}

/** Bytes as text, for comparing them by value. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

function randomBytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}
