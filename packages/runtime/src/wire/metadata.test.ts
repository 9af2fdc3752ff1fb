import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reader } from "../bytes/reader.js";
import { loneSurrogateIndex } from "../bytes/utf8.js";
import { Writer } from "../bytes/writer.js";
import { CodecError } from "../errors.js";
import { defaultLimits } from "../limits.js";
import { Metadata, type MetadataEntry, MetadataFlags, skipMetadata, writeMetadata } from "./metadata.js";

function encode(metadata: Metadata): Uint8Array {
  const w = new Writer(16);
  const end = writeMetadata(w, 0, metadata);
  return w.buffer.slice(0, end);
}

const entry: fc.Arbitrary<MetadataEntry> = fc.record({
  key: fc.string({ unit: "binary", maxLength: 40 }).filter((text) => loneSurrogateIndex(text) === -1),
  value: fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc.uint8Array({ maxLength: 40 }),
    fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  ),
  flags: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
});

describe("Metadata", () => {
  it("keeps order and repeated keys; look-ups go by key and type", () => {
    const metadata = new Metadata([["a", 1]]).append("b", "x").append("a", "second").append("a", "third");
    expect([...metadata].map(({ key }) => key)).toEqual(["a", "b", "a", "a"]);
    expect(metadata.getString("a")).toBe("second");
    expect(metadata.getU64("a")).toBe(1n);
    expect(metadata.getBytes("a")).toBeUndefined();
    expect(metadata.getString("A")).toBeUndefined();
    metadata.set("a", new Uint8Array([7]));
    expect([...metadata].map(({ key }) => key)).toEqual(["b", "a"]);
    expect(metadata.getBytes("a")).toEqual(new Uint8Array([7]));
    expect(metadata.delete("a")).toBe(true);
    expect(metadata.delete("a")).toBe(false);
    expect(metadata.size).toBe(1);
  });

  it("is made of an object, pairs or entries", () => {
    expect(new Metadata({ a: "x", n: 5 }).getU64("n")).toBe(5n);
    const flagged = new Metadata([{ key: "k", value: "v", flags: 6n }]);
    expect([...new Metadata(flagged)]).toEqual([{ key: "k", value: "v", flags: 6n }]);
  });

  it("refuses what cannot travel", () => {
    const bad: readonly unknown[] = [1.5, -1, -1n, 1n << 64n, "\ud800", true, null, {}];
    for (const value of bad) expect(() => new Metadata().append("k", value as string)).toThrow(TypeError);
    expect(() => new Metadata().append("\udc00", 1)).toThrow(TypeError);
    // A failed set leaves the list as it was.
    const kept = new Metadata({ k: "v" });
    expect(() => kept.set("k", -1)).toThrow(TypeError);
    expect(kept.getString("k")).toBe("v");
  });

  it("shows no sensitive value", () => {
    const metadata = new Metadata().append("authorization", "Bearer secret", { sensitive: true });
    metadata.append("trace", "t1", { noPropagate: true });
    expect(JSON.stringify(metadata)).not.toContain("secret");
    expect(inspect(metadata)).not.toContain("secret");
    expect(JSON.stringify(metadata)).toContain("t1");
    const [first, second] = [...metadata];
    expect([first?.flags, second?.flags]).toEqual([MetadataFlags.sensitive, MetadataFlags.noPropagate]);
  });

  it("comes back as it was sent", () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
        const bytes = encode(new Metadata(entries));
        expect([...Metadata.decode(bytes, 0, bytes.length)]).toEqual(entries);
        const r = new Reader();
        r.reset(bytes);
        skipMetadata(r, defaultLimits);
        expect(r.position).toBe(bytes.length);
      }),
    );
  });

  it("is bounded when it is sent and when it arrives", () => {
    const many = new Metadata(Array.from({ length: 257 }, () => ["k", 1] as const));
    expect(() => encode(many)).toThrow(/maxMetadataEntries/);
    expect(() => encode(new Metadata({ k: "x".repeat(70_000) }))).toThrow(CodecError);
    const bytes = encode(new Metadata(Array.from({ length: 20 }, () => ["key", "value"] as const)));
    const skip = (limits: { maxMetadataEntries: number; maxMetadataBytes: number }) => {
      const r = new Reader();
      r.reset(bytes);
      skipMetadata(r, limits);
    };
    expect(() => skip({ maxMetadataEntries: 19, maxMetadataBytes: 1000 })).toThrow(/metadata of 20 entries/);
    expect(() => skip({ maxMetadataEntries: 20, maxMetadataBytes: 100 })).toThrow(/metadata of \d+ bytes/);
    expect(() => skip({ maxMetadataEntries: 20, maxMetadataBytes: 1000 })).not.toThrow();
  });

  it("fails typed on every mutation of one byte", () => {
    const bytes = encode(
      new Metadata([
        ["ключ", "wert"],
        ["n", 1n << 60n],
        ["b", new Uint8Array(3)],
      ]),
    );
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0x00, 0x01, 0x7f, 0x80, 0xff]) {
        const mutated = bytes.slice();
        mutated[at] = value;
        const r = new Reader();
        r.reset(mutated);
        try {
          skipMetadata(r, defaultLimits);
        } catch (fault) {
          expect((fault as Error).name).toBe("DecodeFault");
          continue;
        }
        // Metadata that `skip` accepts can be read.
        expect(() => Metadata.decode(mutated, 0, r.position)).not.toThrow();
      }
    }
  });
});
