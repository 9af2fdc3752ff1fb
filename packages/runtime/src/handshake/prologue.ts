/**
 * The eight bytes each way that choose how a link is used. Source: `protocol/wire.md` §3.
 *
 * | offset | bytes | initiator | accepting | refusing                    |
 * |--------|-------|-----------|-----------|-----------------------------|
 * | 0      | 4     | `VOTH`    | `VOTA`    | `VOTR`                      |
 * | 4      | 1     | version 9 | version 9 | version 9                   |
 * | 5      | 1     | mode 0    | mode 0    | reason, 1: unsupported mode |
 * | 6      | 2     | 0         | 0         | 0; ignored on read          |
 */

/** Bytes of a prologue frame. */
export const prologueBytes = 8;

export const transportVersion = 9;
/** One `Message` per frame, the only mode there is. */
export const bareMode = 0;
export const magicBytes = 4;
/** Bytes that mean something: the others are ignored on read. */
const meaningfulBytes = 6;

/** What the initiator sends first. */
export const prologueHello: Uint8Array = /*@__PURE__*/ prologue("VOTH");
/** What an acceptor answers. */
export const prologueAccept: Uint8Array = /*@__PURE__*/ prologue("VOTA");

/** Whether an acceptor accepts. If not, `prologue-faults.ts` says what is wrong. */
export function isPrologueAccept(frame: Uint8Array): boolean {
  return (
    frame.length === prologueBytes &&
    prologueAccept.every((byte, at) => at >= meaningfulBytes || byte === frame[at])
  );
}

function prologue(magic: string): Uint8Array {
  const letters = Array.from(magic, (letter) => letter.charCodeAt(0));
  return Uint8Array.from([...letters, transportVersion, bareMode, 0, 0]);
}
