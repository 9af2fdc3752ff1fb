/**
 * UTF-8 in bulk, for texts too long for a loop in JavaScript.
 *
 * Two implementations with the same results: Node's `Buffer` methods where the platform has them (they work on any
 * Uint8Array, and take half the time of the encoding API), else `TextEncoder` and `TextDecoder`. The choice is made
 * once.
 */

/** One way to convert texts. Neither function checks bounds. */
export interface Utf8 {
  /**
   * Writes a text at an offset and returns the number of bytes. The caller reserves three bytes for each UTF-16 unit,
   * and refuses lone surrogates, because this function would replace them.
   */
  encode(target: Uint8Array, text: string, at: number): number;
  /** The text of `source[start, end)`, or undefined when that is not valid UTF-8. A byte order mark is kept. */
  decode(source: Uint8Array, start: number, end: number): string | undefined;
}

/** The two methods of `Buffer.prototype` that are used here; both accept any Uint8Array as `this`. */
interface NativeMethods {
  utf8Write(this: Uint8Array, text: string, at: number): number;
  utf8Slice(this: Uint8Array, start: number, end: number): string;
}

const replacement = "\uFFFD";

function decodeStrictly(
  decoder: { decode(bytes: Uint8Array): string },
  source: Uint8Array,
  start: number,
  end: number,
): string | undefined {
  try {
    return decoder.decode(source.subarray(start, end));
  } catch {
    return undefined;
  }
}

/** Conversion with the encoding API that every platform has. */
export function portableUtf8(): Utf8 {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return {
    encode: (target, text, at) => encoder.encodeInto(text, target.subarray(at)).written,
    decode: (source, start, end) => decodeStrictly(decoder, source, start, end),
  };
}

/** Conversion with the methods of `Buffer`; undefined where there is no such class. */
export function nativeUtf8(): Utf8 | undefined {
  const { Buffer } = globalThis as { Buffer?: { prototype?: Partial<NativeMethods> } };
  const write = Buffer?.prototype?.utf8Write;
  const slice = Buffer?.prototype?.utf8Slice;
  if (typeof write !== "function" || typeof slice !== "function") return undefined;
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return {
    encode: (target, text, at) => write.call(target, text, at),
    decode: (source, start, end) => {
      const text = slice.call(source, start, end);
      // The native reader replaces what is invalid; a replacement character may also have been sent as such.
      if (text.indexOf(replacement) === -1) return text;
      return decodeStrictly(decoder, source, start, end);
    },
  };
}

/** The conversion of this platform. */
export const utf8: Utf8 = /*@__PURE__*/ nativeUtf8() ?? /*@__PURE__*/ portableUtf8();

const wellFormed = (String.prototype as { isWellFormed?: (this: string) => boolean }).isWellFormed;

/** Index of the first lone surrogate, or -1. */
export function loneSurrogateIndex(text: string): number {
  if (wellFormed?.call(text) === true) return -1;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = text.charCodeAt(i + 1);
    if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return i;
    i++;
  }
  return -1;
}

/** Bytes that a text takes in UTF-8. A lone surrogate counts as three. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit <= 0x7f) continue;
    bytes += unit > 0x7ff ? 2 : 1;
    // The low half of a pair is the fourth byte of its sequence, which the unit count holds already.
    if (unit >= 0xd800 && unit <= 0xdbff) {
      const next = text.charCodeAt(i + 1);
      if (next >= 0xdc00 && next <= 0xdfff) i++;
    }
  }
  return bytes;
}
