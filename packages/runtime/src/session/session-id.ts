/** Names and secrets of sessions. Source: `protocol/session.md` §7, `protocol/calls.md` §6.2. */

const idBytes = 16;
const randomKeyBytes = 12;

/** A name for a session that no other has: 32 hexadecimal digits. Operations are kept under it; it is no secret. */
export function makeSessionId(): string {
  return toHex(randomBytes(idBytes));
}

/**
 * A key under which a session can be resumed: whoever presents it gets the session, so it is never logged. 12 random bytes
 * and a mark of 4, by which an initiator of ours knows an acceptor that keeps sessions and hears a farewell.
 */
export function makeResumeKey(): Uint8Array {
  const key = randomBytes(idBytes);
  new DataView(key.buffer).setUint32(randomKeyBytes, markOf(key));
  return key;
}

/** Whether a key was made by {@link makeResumeKey}: acceptors of 0.8.2 give random bytes. */
export function isMarkedKey(key: Uint8Array | undefined): boolean {
  if (key?.length !== idBytes) return false;
  return new DataView(key.buffer, key.byteOffset, idBytes).getUint32(randomKeyBytes) === markOf(key);
}

/** FNV-1a over the random part, from a start of our own. */
function markOf(key: Uint8Array): number {
  let mark = 0x766f_7821;
  for (const byte of key.subarray(0, randomKeyBytes)) mark = Math.imul(mark ^ byte, 0x0100_0193);
  return mark >>> 0;
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
