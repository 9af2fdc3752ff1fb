import { describe, expect, it } from "vitest";
import { Reader } from "../bytes/reader.js";
import { readChar } from "./chars.js";
import { DecodeFault } from "./faults.js";

/** What `readChar` gives for these bytes behind their length; undefined for a fault. */
function read(bytes: readonly number[]): string | undefined {
  const reader = new Reader();
  reader.reset(Uint8Array.of(bytes.length, ...bytes, 0x80), 0, bytes.length + 1);
  try {
    const text = readChar(reader);
    expect(reader.position).toBe(bytes.length + 1);
    return text;
  } catch (fault) {
    if (fault instanceof DecodeFault) return undefined;
    throw fault;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The same by the platform's decoder. */
function expected(bytes: readonly number[]): string | undefined {
  try {
    const text = utf8.decode(Uint8Array.from(bytes));
    return [...text].length === 1 ? text : undefined;
  } catch {
    return undefined;
  }
}

describe("a char", () => {
  const edges = [0, 0x41, 0x7f, 0x80, 0x81, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xff];
  const all = Array.from({ length: 256 }, (_, byte) => byte);

  it.each([
    ["one byte", all.map((first) => [first])],
    ["two bytes", all.flatMap((first) => all.map((second) => [first, second]))],
    [
      "three bytes",
      all.flatMap((first) => edges.flatMap((second) => edges.map((third) => [first, second, third]))),
    ],
    [
      "four bytes",
      all.flatMap((first) => edges.flatMap((second) => edges.map((third) => [first, second, third, 0x80]))),
    ],
  ])("of %s is what the platform reads, or a fault", (_length, rows) => {
    const wrong = rows.filter((bytes) => read(bytes) !== expected(bytes));
    expect(wrong).toEqual([]);
  });
});
