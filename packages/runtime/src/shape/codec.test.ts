import { describe, expect, it } from "vitest";
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { CodecError } from "../errors.js";
import { readString, writeString } from "../postcard/text.js";
import { readU32, writeU32 } from "../postcard/u32.js";
import { fieldShape, stringShape, structShape, u32Shape } from "./build.js";
import { codec } from "./codec.js";
import { encodeError } from "./codec-error.js";
import { unlocatedDecodeError } from "./unlocated.js";

interface Note {
  id: number;
  text: string;
}

function writeNote(w: Writer, p: number, value: Note): number {
  if (p + 5 > w.limit) w.grow(p, 5);
  return writeString(w, writeU32(w, p, value.id), value.text);
}

function readNote(r: Reader): Note {
  const id = readU32(r);
  const text = readString(r);
  return { id, text };
}

const noteShape = structShape("Note", () => [
  fieldShape("id", "id", u32Shape),
  fieldShape("text", "text", stringShape),
]);
const Notes = codec<Note>(noteShape, writeNote, readNote);

describe("codec", () => {
  it("never writes into bytes that it has handed out", () => {
    const notes = Array.from({ length: 3000 }, (_, id) => ({ id, text: "x".repeat(id % 700) }));
    const encoded = notes.map((note) => Notes.encode(note));
    expect(encoded.map((bytes) => Notes.decode(bytes))).toEqual(notes);
  });

  it("encodes what is larger than its memory", () => {
    const note = { id: 1, text: "é".repeat(200_000) };
    expect(Notes.decode(Notes.encode(note))).toEqual(note);
    expect(Notes.decode(Notes.encode({ id: 2, text: "after" }))).toEqual({ id: 2, text: "after" });
  });

  it("does not keep the memory of a large message alive by small ones", () => {
    const large = Notes.encode({ id: 1, text: "x".repeat(3_000_000) });
    const small = [1, 2].map((id) => Notes.encode({ id, text: "small" }));
    for (const bytes of small) {
      expect(bytes.buffer).not.toBe(large.buffer);
      expect(bytes.buffer.byteLength).toBeLessThanOrEqual(128 * 1024);
    }
    expect(Notes.decode(large).text.length).toBe(3_000_000);
  });

  it("lets a getter encode something else in between", () => {
    const inner: Uint8Array[] = [];
    const outer = {
      id: 1,
      get text(): string {
        inner.push(Notes.encode({ id: 2, text: "inner" }));
        return "outer";
      },
    };
    expect(Notes.decode(Notes.encode(outer))).toEqual({ id: 1, text: "outer" });
    expect(inner.map((bytes) => Notes.decode(bytes))).toEqual([{ id: 2, text: "inner" }]);
  });

  it("encodes the next value after it has refused one", () => {
    const first = Notes.encode({ id: 1, text: "first" });
    expect(() => Notes.encode({ id: 2, text: 5 as never })).toThrow(CodecError);
    const second = Notes.encode({ id: 3, text: "third" });
    expect([Notes.decode(first).text, Notes.decode(second).text]).toEqual(["first", "third"]);
  });

  it("decodes a part of a larger buffer, with offsets of that part", () => {
    const chunk = Uint8Array.from([9, 9, 9, 5, 1, 0xff, 9]);
    expect(() => Notes.decode(chunk.subarray(3, 6))).toThrow(/^Note\.text: .* at byte 2$/);
    expect(Notes.decode(Buffer.from([5, 1, 0x61]))).toEqual({ id: 5, text: "a" });
  });

  it("puts a label in front of the path", () => {
    const labelled = codec<Note>(noteShape, writeNote, readNote, "Board.post args");
    expect(() => labelled.encode({ id: -1, text: "" })).toThrow(/^Board\.post args\.id: -1 /);
  });
});

describe("encodeError and decodeError", () => {
  it("keep what was thrown as cause, unless it is a fault of the codec", () => {
    const thrown = new TypeError("no");
    expect(encodeError(thrown, noteShape, { id: 1, text: "" })).toMatchObject({
      cause: thrown,
      reason: "no",
      path: "",
    });
    for (const odd of [undefined, null, 5, Symbol("s"), Object.create(null)])
      expect(encodeError(odd, noteShape, { id: 1, text: "" })).toBeInstanceOf(CodecError);
  });

  it("survive values that throw wherever they are touched", () => {
    const hostile: object = new Proxy(
      {},
      {
        get: () => {
          throw new Error("touched");
        },
        has: () => {
          throw new Error("touched");
        },
        getPrototypeOf: () => {
          throw new Error("touched");
        },
      },
    );
    expect(() => Notes.encode(hostile as never)).toThrow("Note.id: reading the value failed: touched");
    expect(() => Notes.encode({ id: 1, text: hostile as never })).toThrow(
      "Note.text: expected string, got object",
    );
  });

  it("give no path where the bytes have another layout", () => {
    let fault: unknown;
    const r: Reader[] = [];
    const broken = codec<Note>(noteShape, writeNote, (reader) => {
      r.push(reader);
      return readNote(reader);
    });
    try {
      broken.decode(Uint8Array.of(5, 9));
    } catch (error) {
      fault = error;
    }
    expect(fault).toMatchObject({ path: "Note.text", offset: 2, reason: "unexpected EOF" });
    const [reader] = r;
    reader?.reset(Uint8Array.of(5, 9));
    expect(unlocatedDecodeError(new Error("plan"), reader as Reader)).toMatchObject({
      code: "DecodeFailed",
      path: "",
      reason: "plan",
      offset: 0,
    });
  });
});
