/**
 * Finds the id of the operation among the metadata of a Call. Source: `protocol/wire.md` §7, `protocol/calls.md` §3.
 */
import type { Reader } from "../bytes/reader.js";
import { readCount, readTag, takeLength } from "../postcard/counts.js";
import { readU64 } from "../postcard/u64.js";
import { takeVarint64, takeWideVarint } from "../postcard/varints.js";
import type { WireId } from "../wire/message.js";

const key = "vox-operation-id";
const keyLength: number = key.length;
const keyBytes: Uint8Array = /*@__PURE__*/ Uint8Array.from(key, (letter) => letter.charCodeAt(0));
const integerKind = 2;

/** Offset of the number in a list that begins with the entry: after count, length of the key, key, kind of value. */
const numberOffset: number = 1 + 1 + keyLength + 1;
/** Bytes of a number that are read without bigints, seven bits each. */
const plainBytes = 7;

/**
 * The number of the first entry `vox-operation-id` of the list in `bytes[start, end)` that is a number; undefined when
 * there is none. The list is well-formed: it was checked with the message.
 * @param r used for lists where the entry is not the first; its position and bounds change
 */
export function readOperationId(
  r: Reader,
  bytes: Uint8Array,
  start: number,
  end: number,
): WireId | undefined {
  // Nearly always the entry is the first.
  const isFirst =
    bytes[start + 1] === keyLength &&
    bytes[start + numberOffset - 1] === integerKind &&
    matches(bytes, start + 2);
  if (isFirst) {
    let id = 0;
    let unit = 1;
    for (let index = 0; index < plainBytes; index++) {
      const byte = bytes[start + numberOffset + index] as number;
      if (byte < 0x80) return id + byte * unit;
      id += (byte - 0x80) * unit;
      unit *= 0x80;
    }
  }
  r.reset(bytes, start, end);
  return findOperationId(r);
}

function findOperationId(r: Reader): WireId | undefined {
  for (let left = readCount(r, 1); left > 0; left--) {
    const length = takeLength(r);
    const isKey = length === keyLength && matches(r.buffer, r.position);
    r.position += length;
    const kind = readTag(r);
    if (kind === integerKind) {
      if (isKey) return readId(r);
      takeWideVarint(r);
    } else {
      const bytes = takeLength(r);
      r.position += bytes;
    }
    takeWideVarint(r);
  }
  return undefined;
}

function matches(buffer: Uint8Array, start: number): boolean {
  for (let index = 0; index < keyLength; index++) if (buffer[start + index] !== keyBytes[index]) return false;
  return true;
}

/** Ids are counters. An id that needs a bigint is rare: no caller has counted so far. */
function readId(r: Reader): WireId {
  const start = r.position;
  const id = takeVarint64(r);
  if (id <= Number.MAX_SAFE_INTEGER) return id;
  r.position = start;
  return readU64(r);
}
