/** Names and secrets of sessions. Source: `protocol/session.md` §7, `protocol/calls.md` §6.2. */
import { checksum } from "../bytes/checksum.js";

const idBytes = 16;
const randomKeyBytes = 12;

/** A unique name for a session: 32 hexadecimal digits. Operations are kept under it. It is not a secret. */
export function makeSessionId(): string {
  return toHex(randomBytes(idBytes));
}

/**
 * A key under which a session can be resumed. A peer that presents it may get the session, so it is never logged. It
 * has 12 random bytes and a mark of 4. By the mark, an initiator of this implementation recognizes an acceptor that
 * keeps sessions and understands a farewell.
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

/** Checksum of the random part. */
function markOf(key: Uint8Array): number {
  return checksum(key.subarray(0, randomKeyBytes), 0x766f_7821);
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
